import { randomBytes } from 'node:crypto';

/** Bytes that are drawn at once: a draw takes as long for these as for a few. */
const DRAWN_BYTES = 4096;

/** Gives so many random hex digits, an even number of them, and no digit twice. */
export function randomHexSource(): (digits: number) => string {
  let drawn = '';
  let at = 0;
  return (digits) => {
    if (at + digits > drawn.length) {
      drawn = randomBytes(Math.max(DRAWN_BYTES, digits / 2)).toString('hex');
      at = 0;
    }
    at += digits;
    return drawn.slice(at - digits, at);
  };
}
