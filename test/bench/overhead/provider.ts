import { createServer } from 'node:http';

// A provider that answers at once: what is measured is the way, not the model. Runs as a process of its own.
const CHUNKS = 20;
const ABOUT = { id: 'chatcmpl-bench', created: 1, model: 'bench' };

function event(json: object): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}

const deltas = Array.from({ length: CHUNKS }, (_, index) =>
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
const usage = { prompt_tokens: 10, completion_tokens: CHUNKS, total_tokens: 10 + CHUNKS };
const ending = [
  event({ ...ABOUT, object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  event({ ...ABOUT, object: 'chat.completion.chunk', choices: [], usage }),
  'data: [DONE]\n\n',
];
const whole = JSON.stringify({
  ...ABOUT,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'a token' }, finish_reason: 'stop' }],
  usage,
});

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const { stream } = JSON.parse(Buffer.concat(parts).toString());
    if (stream !== true) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length }).end(whole);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // One write a chunk, each in its own turn of the loop, as tokens come.
    const pieces = [...deltas, ...ending];
    const next = (): void => {
      const piece = pieces.shift();
      if (piece === undefined) {
        response.end();
        return;
      }
      response.write(piece);
      setImmediate(next);
    };
    next();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
