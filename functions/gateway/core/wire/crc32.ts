/**
 * CRC-32 of `bytes` (ISO-HDLC, as in zlib and Ethernet), unsigned. Own table, since core/ imports nothing of Node's.
 * Source: RFC 1952, section 8.
 */
export function crc32(bytes: Uint8Array): number {
  let state = 0xffffffff;
  for (const byte of bytes) {
    // The index is masked to the table's 256 entries: the fallback is for the type checker.
    state = (state >>> 8) ^ (TABLE[(state ^ byte) & 0xff] ?? 0);
  }
  return ~state >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let state = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    state = (state & 1) === 1 ? (state >>> 1) ^ 0xedb88320 : state >>> 1;
  }
  return state;
});
