/** Cuts a stream of bytes into lines of text. */
export interface TextLines {
  /** The lines that `bytes` completes, without their line ends. */
  readonly push: (bytes: Uint8Array) => readonly string[];
  /** The last line, where the stream ended without a line end. */
  readonly end: () => readonly string[];
  /** Length of the line that has begun and not ended. */
  readonly pendingChars: () => number;
}

/**
 * Reads UTF-8 cut anywhere into lines that end with LF, CR or CRLF, also with the CR and the LF in different pieces. U+2028 and its like
 * are text. A leading byte order mark is dropped; bytes that are not UTF-8 become U+FFFD. Linear: a line in pieces is joined once.
 */
export function textLines(): TextLines {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let pendingChars = 0;
  let endedWithReturn = false;

  function take(text: string): readonly string[] {
    if (text === '') {
      return [];
    }
    const unseen = endedWithReturn && text.startsWith('\n') ? text.slice(1) : text;
    endedWithReturn = text.endsWith('\r');
    const [first = '', ...rest] = splitLines(unseen);
    pieces.push(first);
    pendingChars += first.length;
    const last = rest.pop();
    if (last === undefined) {
      return [];
    }
    const lines = [pieces.join(''), ...rest];
    pieces = [last];
    pendingChars = last.length;
    return lines;
  }

  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end: () => {
      const lines = take(decoder.decode());
      const last = pieces.join('');
      pieces = [];
      pendingChars = 0;
      return last === '' ? lines : [...lines, last];
    },
    pendingChars: () => pendingChars,
  };
}

/** A string separator is several times faster than an expression, and few vendors send CR. */
function splitLines(text: string): string[] {
  return text.includes('\r') ? text.split(/\r\n?|\n/) : text.split('\n');
}
