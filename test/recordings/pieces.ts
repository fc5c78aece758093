import { seededRandom } from '../../infra/local/simulated/seeded-random.ts';

/** More would only take longer. */
const MAX_PIECES = 400;

/** The bytes in random small pieces, the same for the same seed. */
export function pieces(bytes: Uint8Array, seed: string): readonly Uint8Array[] {
  const random = seededRandom(hashOf(seed));
  const longest = Math.max(12, Math.ceil((2 * bytes.length) / MAX_PIECES));
  const cut: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() * longest);
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}

function hashOf(text: string): number {
  return [...text].reduce((hash, char) => (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0, 7);
}
