import type { WriteStream } from 'node:tty';

/** In a terminal the line is written over itself; into a file or a pipe, seldom and one below the other. */
const TERMINAL_MS = 500;
const PIPE_MS = 10_000;

/** Shows a line that changes until the returned function is called; it then stands there with its last text. */
export function showProgress(
  stream: Pick<WriteStream, 'write'> & { isTTY?: boolean; columns?: number },
  line: () => string,
): () => void {
  const isTerminal = stream.isTTY === true;
  const show = (): void => {
    // A line that wraps could not be written over.
    stream.write(isTerminal ? `\r\u001B[K${line().slice(0, (stream.columns ?? 80) - 1)}` : `${line()}\n`);
  };
  const timer = setInterval(show, isTerminal ? TERMINAL_MS : PIPE_MS);
  return () => {
    clearInterval(timer);
    show();
    stream.write(isTerminal ? '\n\n' : '\n');
  };
}
