import { createServer } from 'node:http';
import { reports } from './reporting-process.ts';

// A provider that answers at once: what is measured is the way, not the model. Runs as a process of its own.
const TOKENS = 32;
/** Between two tokens, where the prompt asks for it. Models take longer; what counts is that each chunk is read and passed on by itself. */
const PACE_MS = 4;
/** The same for streams that are to be open all at once. */
const HELD_PACE_MS = 500;
const ABOUT = { id: 'chatcmpl-bench', created: 1, model: 'bench' };

function event(json: object): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}

const deltas = Array.from({ length: TOKENS }, (_, index) =>
  event({
    ...ABOUT,
    object: 'chat.completion.chunk',
    choices: [
      {
        index: 0,
        delta: index === 0 ? { role: 'assistant', content: 'a' } : { content: ' token' },
        finish_reason: null,
      },
    ],
  }),
);
const usage = { prompt_tokens: 10, completion_tokens: TOKENS, total_tokens: 10 + TOKENS };
/** Of several answers all are billed and one is shown. */
function usageOf(n: number): object {
  return { ...usage, completion_tokens: n * TOKENS, total_tokens: 10 + n * TOKENS };
}

function piecesOf(told: object): readonly Buffer[] {
  const ending = [
    event({ ...ABOUT, object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    event({ ...ABOUT, object: 'chat.completion.chunk', choices: [], usage: told }),
    'data: [DONE]\n\n',
  ];
  return [...deltas, ...ending].map((text) => Buffer.from(text));
}

const ofOne = piecesOf(usage);
const answer = {
  ...ABOUT,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'a token' }, finish_reason: 'stop' }],
  usage,
};
const one = JSON.stringify(answer);

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const { stream, messages, n } = JSON.parse(Buffer.concat(parts).toString());
    if (stream !== true) {
      const whole = n > 1 ? JSON.stringify({ ...answer, usage: usageOf(n) }) : one;
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length }).end(whole);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const pieces = n > 1 ? piecesOf(usageOf(n)) : ofOne;
    // One write a chunk, each in its own turn of the loop. Who reads slowly meets several at once.
    const paceMs = paceOf(messages[0].content);
    let at = 0;
    const next = (): void => {
      const piece = pieces[at];
      at += 1;
      if (piece === undefined) {
        response.end();
        return;
      }
      response.write(piece);
      if (paceMs > 0 && at < TOKENS) {
        setTimeout(next, paceMs);
      } else {
        setImmediate(next);
      }
    };
    next();
  });
});
function paceOf(prompt: string): number {
  if (prompt.startsWith('Held')) {
    return HELD_PACE_MS;
  }
  return prompt.startsWith('Slowly') ? PACE_MS : 0;
}

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address();
  reports(typeof address === 'object' ? address?.port : undefined);
});
