/**
 * A vector of unit length for a text, always the same for the same text. Texts that share words lie close to each other (the hashing
 * trick: Weinberger et al., ICML 2009), so that a demonstration of search works.
 */
export function embeddingOf(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]) {
    const hash = hashOf(word);
    const place = hash % dimensions;
    vector[place] = (vector[place] ?? 0) + (hash & 0x10000 ? 1 : -1);
  }
  const length = Math.hypot(...vector);
  // Words that cancel each other out leave nothing to scale.
  return length === 0 ? vector.with(0, 1) : vector.map((value) => value / length);
}

/** FNV-1a, 32 bits. Source: Fowler, Noll, Vo. */
function hashOf(word: string): number {
  let state = 0x811c9dc5;
  for (const unit of word) {
    state = Math.imul(state ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  }
  return state >>> 0;
}
