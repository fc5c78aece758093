import type { Clock } from '../../../functions/gateway/core/model/clock.ts';

/** Where progress is shown: `process.stderr`. */
export interface ProgressOutput {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** In a terminal the line is written over itself; into a file or a pipe, seldom and one below the other. */
const TERMINAL_MS = 500;
const PIPE_MS = 10_000;

/** Shows a line that changes until the returned function is called; it then stands there with its last text. */
export function showProgress(output: ProgressOutput, clock: Clock, line: () => string): () => void {
  const isTerminal = output.isTTY === true;
  const show = (): void => {
    // A line that wraps could not be written over.
    const room = (output.columns ?? 80) - 1;
    output.write(isTerminal ? `\r\u001B[K${line().slice(0, room)}` : `${line()}\n`);
  };
  const next = (): (() => void) =>
    clock.after(isTerminal ? TERMINAL_MS : PIPE_MS, () => {
      show();
      cancel = next();
    });
  let cancel = next();
  return () => {
    cancel();
    show();
    output.write(isTerminal ? '\n\n' : '\n');
  };
}
