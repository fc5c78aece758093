import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** What is piped into the process, or one line that somebody types unseen. Without the line end. */
export async function readInput(prompt: string): Promise<string> {
  const { stdin } = process;
  if (stdin.isTTY) {
    process.stderr.write(prompt);
    return typedUnseen();
  }
  let text = '';
  for await (const chunk of stdin.setEncoding('utf8')) {
    text += chunk;
  }
  return text.replace(/\r?\n$/, '');
}

/** The terminal would show what is typed; readline shows it itself, and here nowhere. */
async function typedUnseen(): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const typing = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const stop = new AbortController();
  typing.on('SIGINT', () => stop.abort(new Error('Stopped.')));
  try {
    return await typing.question('', { signal: stop.signal });
  } finally {
    typing.close();
    process.stderr.write('\n');
  }
}
