/**
 * CRC-32 of `bytes` (ISO-HDLC, as in zlib and Ethernet), unsigned. Four bytes a step, each through a table of its own. Own tables, since
 * core/ imports nothing of Node's. Source: RFC 1952, section 8; Kounavis and Berry, "A systematic approach to building high performance
 * software-based CRC generators" (2005).
 */
export function crc32(bytes: Uint8Array): number {
  const inSteps = bytes.length - (bytes.length % 4);
  const byteAt = (at: number): number => bytes[at] ?? 0;
  made ??= tables();
  const all = made;
  // Within the tables: the fallback is for the type checker.
  const entry = (ahead: number, byte: number): number => all[ahead * 256 + (byte & 0xff)] ?? 0;
  let state = -1;
  for (let at = 0; at < inSteps; at += 4) {
    const word = state ^ (byteAt(at) | (byteAt(at + 1) << 8) | (byteAt(at + 2) << 16) | (byteAt(at + 3) << 24));
    state = entry(3, word) ^ entry(2, word >>> 8) ^ entry(1, word >>> 16) ^ entry(0, word >>> 24);
  }
  for (let at = inSteps; at < bytes.length; at += 1) {
    state = (state >>> 8) ^ entry(0, state ^ byteAt(at));
  }
  return ~state >>> 0;
}

/** Four of 256: what a byte does to the state when so many bytes have come after it. Made with the first frame: no start waits for them. */
let made: Int32Array | undefined;

function tables(): Int32Array {
  const all = new Int32Array(4 * 256);
  for (let at = 0; at < all.length; at += 1) {
    const before = all[at - 256] ?? 0;
    all[at] = at < 256 ? afterByte(at) : (before >>> 8) ^ (all[before & 0xff] ?? 0);
  }
  return all;
}

function afterByte(byte: number): number {
  let state = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    state = (state & 1) === 1 ? (state >>> 1) ^ 0xedb88320 : state >>> 1;
  }
  return state;
}
