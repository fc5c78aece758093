/**
 * A tool-call id that Anthropic and Bedrock accept (`^[a-zA-Z0-9_-]+$`, at most `maxLength`). A valid id is unchanged. Any other keeps
 * its valid characters and gets a hash of the whole, since two ids that differ only in what is replaced must stay two. Pure, so that a
 * call and its result get the same id.
 */
export function portableToolCallId(id: string, maxLength: number): string {
  if (id.length <= maxLength && /^[a-zA-Z0-9_-]+$/.test(id)) {
    return id;
  }
  const suffix = `_${hexHash(id)}`;
  return id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, maxLength - suffix.length) + suffix;
}

/** A tool-call id as Mistral wants it: nine letters and digits. Such an id is unchanged, any other becomes a hash of itself. */
export function nineCharacterId(id: string): string {
  if (/^[a-zA-Z0-9]{9}$/.test(id)) {
    return id;
  }
  const [first, second] = hashes(id).map((state) => state.toString(36).padStart(7, '0'));
  return `${first}${second?.slice(-2)}`;
}

/** A hash of `text` in 16 hex digits. */
export function hexHash(text: string): string {
  return hashes(text)
    .map((state) => state.toString(16).padStart(8, '0'))
    .join('');
}

/** FNV-1a, 32 bits, twice with different offsets. Not secret, only distinct. Source: Fowler, Noll, Vo. */
function hashes(text: string): readonly number[] {
  return [fnv1a(text, 0x811c9dc5), fnv1a(text, 0x050c5d1f)];
}

function fnv1a(text: string, offset: number): number {
  let state = offset;
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return state >>> 0;
}
