import { hash } from 'node:crypto';
import { crc32 } from '../core/wire/crc32.ts';

/** 32 random bytes in base64url, and behind them six characters that follow from them. Keys made before there was a checksum lack those. */
const KEY_FORM = /^(nemo_[A-Za-z0-9_-]{43})([A-Za-z0-9_-]{6})?$/;

/**
 * Whether a text may be a key that the operator's commands have made. Anything else is unknown without a look: with its checksum a key that
 * was mistyped, cut or invented too. Keys without one stay valid.
 */
export function hasKeyForm(shown: string): boolean {
  const [, random, sum] = KEY_FORM.exec(shown) ?? [];
  return random !== undefined && (sum === undefined || sum === checksum(random));
}

/** A new key. `random`: 32 random bytes. */
export function newKey(random: Uint8Array): string {
  const text = `nemo_${Buffer.from(random).toString('base64url')}`;
  return text + checksum(text);
}

/** CRC-32 (ISO 3309) in base64url: against slips and blind guesses, not a secret. */
function checksum(text: string): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(Buffer.from(text)));
  return sum.toString('base64url');
}

/** Hex of the SHA-256 of a key's UTF-8 bytes: the form in which keys are stored, looked up and named. */
export function sha256Hex(key: string): string {
  return hash('sha256', key);
}

/**
 * Hashes of good keys by their text: a hash takes longer than all else that is asked about a caller. The table seeds its own hash of a text, so
 * that the time of a look in it tells nothing of what stands there.
 */
export type KeyHashes = Map<string, string>;

/** Hashes that are remembered at the most. */
const MAX_HASHES = 10_000;

/** Remembers the hash of a key that is good. The one remembered first is forgotten where there are too many. */
export function rememberHash(hashes: KeyHashes, key: string, hash: string): void {
  hashes.set(key, hash);
  const [oldest] = hashes.size > MAX_HASHES ? hashes.keys() : [];
  if (oldest !== undefined) {
    hashes.delete(oldest);
  }
}
