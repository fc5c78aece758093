import assert from 'node:assert/strict';

/** Reads a streamed answer bit by bit, as a caller does. */
export interface StreamReader {
  /** All text so far, once `wanted` is in it. */
  readonly until: (wanted: string) => Promise<string>;
  readonly rest: () => Promise<string>;
  readonly hangUp: () => Promise<void>;
}

export function readerOf({ body }: Response): StreamReader {
  assert.ok(body !== null);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const readTo = async (isEnough: () => boolean): Promise<string> => {
    while (!isEnough()) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      text += value;
    }
    return text;
  };
  return {
    until: (wanted) => readTo(() => text.includes(wanted)),
    rest: () => readTo(() => false),
    hangUp: () => reader.cancel(),
  };
}
