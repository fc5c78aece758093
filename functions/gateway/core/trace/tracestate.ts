/** Longer headers lose whole entries. */
const MAX_CHARS = 512;
/** An entry beyond this goes first. */
const LARGE_ENTRY_CHARS = 128;
const MAX_ENTRIES = 32;

/** A key of 256 characters at most, and a value of as many printable ones without comma and equals sign, not ending in a space. */
const ENTRY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * What is passed on of a caller's `tracestate` header: all of it, unchanged, where it is well formed and no longer than 512 characters.
 * Of a longer one entries above 128 characters are left out first, then those at the end. `undefined`: nothing is passed on. Source: W3C
 * Trace Context, "tracestate limits".
 */
export function passedTraceState(header: string): string | undefined {
  const entries = header
    .split(',')
    .map(trimmed)
    .filter((entry) => entry !== '');
  if (entries.length === 0 || entries.length > MAX_ENTRIES || !entries.every((entry) => ENTRY.test(entry))) {
    return undefined;
  }
  return header.length <= MAX_CHARS ? header : shortened(entries);
}

/** Without spaces and tabs at its ends. Not by an expression: one that looks for an end takes quadratic time over many spaces. */
function trimmed(entry: string): string {
  let [from, to] = [0, entry.length];
  while (from < to && isBlank(entry.charCodeAt(from))) {
    from += 1;
  }
  while (to > from && isBlank(entry.charCodeAt(to - 1))) {
    to -= 1;
  }
  return entry.slice(from, to);
}

const SPACE = 0x20;
const TAB = 0x09;

function isBlank(charCode: number): boolean {
  return charCode === SPACE || charCode === TAB;
}

function shortened(entries: readonly string[]): string | undefined {
  const kept = [...entries];
  let chars = kept.join(',').length;
  while (chars > MAX_CHARS) {
    const large = kept.findLastIndex((entry) => entry.length > LARGE_ENTRY_CHARS);
    const [removed = ''] = kept.splice(large === -1 ? kept.length - 1 : large, 1);
    chars -= removed.length + 1;
  }
  return kept.length === 0 ? undefined : kept.join(',');
}
