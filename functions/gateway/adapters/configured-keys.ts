import { createHash } from 'node:crypto';
import type { ConfiguredKey } from '../core/config/gateway-config.ts';
import type { AuthenticatedKey } from '../core/gateway/ports.ts';

/** Knows the keys that stand in the configuration. Keys are looked up by their hash, so that the time taken says nothing about them. */
export function configuredKeys(keys: readonly ConfiguredKey[]): (key: string) => Promise<AuthenticatedKey | undefined> {
  const byHash = new Map(keys.map(({ name, sha256 }) => [sha256.toLowerCase(), { name }]));
  return async (key) => byHash.get(sha256Hex(key));
}

/** Hex of the SHA-256 of a key's UTF-8 bytes: the form in which keys are stored. */
export function sha256Hex(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
