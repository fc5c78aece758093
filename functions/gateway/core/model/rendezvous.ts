/**
 * Orders names by their hash together with a key: the same key always gives the same order, other keys spread evenly, and a name that
 * leaves moves only its own keys. Of all keys each name is the first for the share that its weight has of all weights. Sources: Thaler,
 * Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", 1998; with weights, Schindelhauer, Schomaker, "Weighted Distributed Hash
 * Tables", SPAA 2005.
 */
export function rendezvousOrder<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  key: string,
  weightOf: (item: Item) => number = () => 1,
): readonly Item[] {
  const keyHash = hash(key, FNV_OFFSET);
  return items
    .map((item) => ({ item, value: weightOf(item) / -Math.log(share(mix(hash(nameOf(item), keyHash)))) }))
    .sort((a, b) => b.value - a.value)
    .map(({ item }) => item);
}

/** A number of 32 bits as one between 0 and 1, neither of both. */
function share(hashed: number): number {
  return (hashed + 0.5) / 2 ** 32;
}

/**
 * A number of 53 bits that stands for the text: two of a million texts share one in a chance of one in ten thousand. Both hashes are made
 * in one pass, since keys of a thousand characters are looked up several times a call.
 */
export function keyNumber(text: string): number {
  let high = FNV_OFFSET;
  let low = OTHER_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, FNV_PRIME);
    low = Math.imul(low ^ unit, FNV_PRIME);
  }
  return mix(high >>> 0) * 2 ** 21 + (mix(low >>> 0) >>> 11);
}

const FNV_OFFSET = 0x811c9dc5;
const OTHER_OFFSET = 0x1b873593;
const FNV_PRIME = 0x01000193;

/** FNV-1a over UTF-16 units, 32 bits. */
function hash(text: string, offset: number): number {
  let state = offset;
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), FNV_PRIME);
  }
  return state >>> 0;
}

/** The finalizer of MurmurHash3 (Appleby): without it, FNV's high bits barely change with the last characters. */
function mix(value: number): number {
  let state = value;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
