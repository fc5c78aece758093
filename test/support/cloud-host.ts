import type { ServerResponse } from 'node:http';
import { eventFrame } from './amazon-event-stream-frames.ts';
import { type RecordingServer, type SeenRequest, startRecordingServer } from './recording-server.ts';

/** A cloud on a loopback port: it gives tokens, and answers whatever is asked of a model in the words of the path. */
export interface CloudHost extends RecordingServer {
  /** From now on a call with another bearer token than this is refused, as an expired one is. */
  readonly accept: (token: string) => void;
  /** What was asked of models, without what was asked for tokens. */
  readonly calls: () => readonly SeenRequest[];
}

export async function startCloudHost(): Promise<CloudHost> {
  let accepted: string | undefined;
  let tokens = 0;
  const server = await startRecordingServer((request, response) => {
    if (isForToken(request)) {
      tokens += 1;
      json(response, 200, { access_token: `token-${tokens}`, expires_in: 3600 });
    } else if (accepted !== undefined && request.headers.authorization !== `Bearer ${accepted}`) {
      json(response, 401, {
        error: { code: 401, message: 'Token expired', status: 'UNAUTHENTICATED', type: 'authentication_error' },
      });
    } else {
      answer(request, response);
    }
  });
  return {
    ...server,
    accept: (token) => {
      accepted = token;
    },
    calls: () => server.seen.filter((request) => !isForToken(request)),
  };
}

function isForToken({ url }: SeenRequest): boolean {
  return url.endsWith('/token');
}

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [{ type: 'text', text: 'Hello.' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 5, output_tokens: 2 },
};

/** Each API by the ends of its paths. */
const ANSWERS: readonly (readonly [RegExp, (response: ServerResponse) => void])[] = [
  [/\/chat\/completions(?:\?|$)/, (response) => json(response, 200, chatCompletion())],
  [/\/responses(?:\?|$)/, (response) => json(response, 200, responsesAnswer())],
  [
    /\/embeddings(?:\?|$)/,
    (response) => json(response, 200, { data: [{ index: 0, embedding: [0.5] }], usage: { prompt_tokens: 1 } }),
  ],
  [
    /:predict$/,
    (response) =>
      json(response, 200, { predictions: [{ embeddings: { values: [0.5], statistics: { token_count: 1 } } }] }),
  ],
  [/:(?:streamG|g)enerateContent/, (response) => json(response, 200, geminiAnswer())],
  [/count-tokens:rawPredict/, (response) => json(response, 200, { input_tokens: 42 })],
  [/:(?:streamR|r)awPredict|\/messages|\/invoke$/, (response) => json(response, 200, MESSAGE)],
  [/\/invoke-with-response-stream$/, invocationStream],
  [/\/converse(?:-stream)?$/, (response) => json(response, 200, converseAnswer())],
];

function answer({ url }: SeenRequest, response: ServerResponse): void {
  const found = ANSWERS.find(([path]) => path.test(url))?.[1];
  if (found === undefined) {
    json(response, 404, { error: { message: `Nothing is at ${url}` } });
  } else {
    found(response);
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function chatCompletion(): object {
  const message = { role: 'assistant', content: 'Hello.' };
  const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage,
  };
}

function responsesAnswer(): object {
  const content = [{ type: 'output_text', text: 'Hello.', annotations: [] }];
  const output = [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }];
  const usage = { input_tokens: 5, output_tokens: 2, total_tokens: 7 };
  return { id: 'resp_1', object: 'response', status: 'completed', output, usage };
}

function converseAnswer(): object {
  const message = { role: 'assistant', content: [{ text: 'Hello.' }] };
  const usage = { inputTokens: 5, outputTokens: 2, totalTokens: 7 };
  return { output: { message }, stopReason: 'end_turn', usage };
}

function geminiAnswer(): object {
  const content = { role: 'model', parts: [{ text: 'Hello.' }] };
  const usageMetadata = { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 };
  return { candidates: [{ content, finishReason: 'STOP', index: 0 }], usageMetadata };
}

function invocationStream(response: ServerResponse): void {
  const { content: _, stop_reason, ...message } = MESSAGE;
  const usage = { input_tokens: 5, output_tokens: 1, cache_read_input_tokens: 900 };
  const events = [
    { type: 'message_start', message: { ...message, usage, content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'c2lnbmF0dXJl' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Hello.' } },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ];
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
  for (const event of events) {
    response.write(eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') }));
  }
  response.end();
}
