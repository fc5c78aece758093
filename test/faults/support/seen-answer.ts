import assert from 'node:assert/strict';
import {
  arrayMember,
  type JsonObject,
  member,
  objectMember,
  stringMember,
} from '../../../functions/gateway/core/wire/json.ts';

/** What a caller has got, streamed or plain, read from the bytes without any client. */
export interface SeenAnswer extends SeenContent {
  readonly status: number;
  readonly headers: Headers;
}

export interface SeenContent {
  /** The text of the first choice. */
  readonly text: string;
  readonly finish: string | undefined;
  /** The `model` of every chunk, or of the body. */
  readonly models: ReadonlySet<string>;
  readonly usage: JsonObject | undefined;
  /** The `error` object of a body or of an error event. */
  readonly error: JsonObject | undefined;
  /** Whether a stream ended with `[DONE]`. Of plain answers: whether it is a whole body. */
  readonly isDone: boolean;
  /** The trail of a stream. */
  readonly trail: JsonObject | undefined;
}

/** Reads a response to its end. Every line of a stream has to be one that an OpenAI client understands. */
export async function seenAnswer(response: Response): Promise<SeenAnswer> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = await response.text();
  return { status: response.status, headers: response.headers, ...readAnswer(text, isStream) };
}

/** Reads a body. */
export function readAnswer(text: string, isStream: boolean): SeenContent {
  return isStream ? readStream(text) : readBody(text);
}

function readBody(text: string): SeenContent {
  const body: unknown = JSON.parse(text);
  const choice = arrayMember(body, 'choices')[0];
  return {
    text: stringMember(objectMember(choice, 'message'), 'content') ?? '',
    finish: stringMember(choice, 'finish_reason'),
    models: new Set([stringMember(body, 'model') ?? '']),
    usage: objectMember(body, 'usage'),
    error: objectMember(body, 'error'),
    isDone: objectMember(body, 'error') === undefined,
    trail: undefined,
  };
}

function readStream(text: string): SeenContent {
  assert.ok(text.endsWith('\n\n'), 'a stream ends with a whole event');
  const events = text.split('\n\n').filter((event) => event !== '');
  const chunks: JsonObject[] = [];
  let trail: JsonObject | undefined;
  let error: JsonObject | undefined;
  let isDone = false;
  for (const event of events) {
    assert.equal(isDone, false, 'nothing follows [DONE]');
    assert.equal(error, undefined, 'nothing follows an error');
    if (event.startsWith(': nemo ')) {
      trail = JSON.parse(event.slice(': nemo '.length));
    } else if (event.startsWith('event: error\ndata: ')) {
      error = objectMember(JSON.parse(event.slice('event: error\ndata: '.length)), 'error');
    } else if (event === 'data: [DONE]') {
      isDone = true;
    } else if (!event.startsWith(':')) {
      assert.match(event, /^data: \{.*\}$/);
      chunks.push(JSON.parse(event.slice('data: '.length)));
    }
  }
  return { ...readChunks(chunks), trail, error, isDone };
}

function readChunks(chunks: readonly JsonObject[]): Omit<SeenContent, 'trail' | 'error' | 'isDone'> {
  const choices = chunks
    .flatMap((chunk) => arrayMember(chunk, 'choices'))
    .filter((choice) => member(choice, 'index') === 0);
  return {
    text: choices.map((choice) => stringMember(objectMember(choice, 'delta'), 'content') ?? '').join(''),
    finish: choices.map((choice) => stringMember(choice, 'finish_reason')).findLast((reason) => reason !== undefined),
    models: new Set(chunks.map((chunk) => stringMember(chunk, 'model') ?? '')),
    usage: chunks.map((chunk) => objectMember(chunk, 'usage')).findLast((usage) => usage !== undefined),
  };
}
