/** Follows the text of one JSON object that comes in pieces, and tells when it has ended. */
export interface ObjectEnd {
  readonly read: (piece: string) => void;
  /** Whether its closing brace has come. Never true of text that is no object. */
  readonly isEnded: () => boolean;
}

const STEPS: Readonly<Record<string, number>> = { '{': 1, '[': 1, '}': -1, ']': -1 };

/** Reads each character once. What follows the object is not looked at. */
export function objectEnd(): ObjectEnd {
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  let progress: 'waiting' | 'inside' | 'ended' | 'no object' = 'waiting';

  function readText(char: string): void {
    if (isEscaped) {
      isEscaped = false;
    } else if (char === '\\') {
      isEscaped = true;
    } else if (char === '"') {
      isText = false;
    }
  }

  function readStructure(char: string): void {
    if (char === '"') {
      isText = true;
    }
    depth += STEPS[char] ?? 0;
    progress = depth === 0 ? 'ended' : 'inside';
  }

  return {
    read: (piece) => {
      if (progress === 'waiting') {
        const first = piece.trimStart()[0];
        progress = startOf(first);
      }
      for (let at = 0; at < piece.length && progress === 'inside'; at += 1) {
        const read = isText ? readText : readStructure;
        read(piece.charAt(at));
      }
    },
    isEnded: () => progress === 'ended',
  };
}

function startOf(first: string | undefined): 'waiting' | 'inside' | 'no object' {
  if (first === undefined) {
    return 'waiting';
  }
  return first === '{' ? 'inside' : 'no object';
}
