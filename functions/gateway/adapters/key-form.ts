import { createHash } from 'node:crypto';

/** How a key that the operator's commands make looks: 32 random bytes in base64url. Anything else is unknown without a look. */
export const KEY_FORM = /^nemo_[A-Za-z0-9_-]{43}$/;

/** Hex of the SHA-256 of a key's UTF-8 bytes: the form in which keys are stored, looked up and named. */
export function sha256Hex(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
