/** Bytes that arrived and are not read yet, in one contiguous piece. Its cost is linear in what passes through, however it is cut. */
export interface ByteQueue {
  readonly append: (bytes: Uint8Array) => void;
  /** What is held. A view: valid until the next `append` or `drop`. */
  readonly held: () => Uint8Array;
  /** Forgets the first `count` bytes. */
  readonly drop: (count: number) => void;
}

const INITIAL_CAPACITY = 4096;

/** A queue without bytes. Its store grows to twice what it has to hold. */
export function byteQueue(): ByteQueue {
  let store = new Uint8Array(INITIAL_CAPACITY);
  let start = 0;
  let end = 0;

  function append(bytes: Uint8Array): void {
    if (end + bytes.length > store.length) {
      const grown = (end - start + bytes.length) * 2;
      const next = grown > store.length ? new Uint8Array(grown) : store;
      next.set(store.subarray(start, end));
      store = next;
      end -= start;
      start = 0;
    }
    store.set(bytes, end);
    end += bytes.length;
  }

  return {
    append,
    held: () => store.subarray(start, end),
    drop: (count) => {
      start += count;
      if (start === end) {
        start = 0;
        end = 0;
      }
    },
  };
}

/** Pieces of bytes, of `size` together, as one. */
export function joinedBytes(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
