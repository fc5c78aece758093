import { randomBytes } from 'node:crypto';
import { newKey } from '../../functions/gateway/adapters/key-form.ts';
import {
  arrayMember,
  isJsonObject,
  member,
  objectMember,
  parseJson,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { type ReadStream, readStream } from './smoke-stream.ts';

/** One thing that was looked at. */
export interface SmokeCheck {
  readonly name: string;
  readonly isGood: boolean;
  /** From the request to the end of its answer. Absent where no request was made for it. */
  readonly ms?: number;
  /** What was seen; what is wrong. */
  readonly detail: string;
}

export interface SmokeOptions {
  readonly origin: string;
  readonly key: string;
  /** Default: the first route that the gateway lists. */
  readonly model?: string | undefined;
  /** @default the global one */
  readonly fetch?: typeof fetch;
}

/** The longest that one answer is waited for. */
const ANSWER_MS = 120_000;

/** Long enough to come in more than one piece. */
const QUESTION = 'Count from one to twenty in English words, separated by commas.';

/** Makes the checks one after the other. Never rejects: what fails is a failed check. */
export async function smokeChecks(options: SmokeOptions): Promise<readonly SmokeCheck[]> {
  const healthy = await check('answers /health', () => health(options));
  const stranger = await check('refuses a wrong key', () => refusal(options));
  let model = options.model;
  const listed = await check('lists its models', async () => {
    const models = await modelList(options);
    model ??= models.find((each) => each.owned_by === 'nemorouter')?.id ?? models[0]?.id;
    return `${models.length}, as ${models
      .slice(0, 3)
      .map(({ id }) => id)
      .join(', ')}`;
  });
  const asked = { ...options, model: model ?? 'nemo/latency-optimized' };
  let headers = new Headers();
  const plain = await check('answers plainly', async () => {
    const answer = await plainAnswer(asked);
    headers = answer.headers;
    return answer.detail;
  });
  const reported = untimed(await check('reports itself in its headers', async () => reportOf(headers)));
  return [healthy, stranger, listed, plain, reported, ...(await streamChecks(asked))];
}

async function check(name: string, look: () => Promise<string>): Promise<SmokeCheck & { readonly ms: number }> {
  const sinceMs = performance.now();
  try {
    const detail = await look();
    return { name, isGood: true, ms: performance.now() - sinceMs, detail };
  } catch (error) {
    return { name, isGood: false, ms: performance.now() - sinceMs, detail: reasonOf(error) };
  }
}

function untimed({ ms: _, ...rest }: SmokeCheck): SmokeCheck {
  return rest;
}

/** `fetch` says only that it failed; why stands in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const { cause } = error;
  return cause instanceof Error
    ? `${error.message}: ${cause.message || ('code' in cause ? String(cause.code) : '')}`
    : error.message;
}

/** What is wrong, in the table's words. */
function wrong(detail: string): never {
  throw new Error(detail);
}

function ask({ origin, key, fetch: send = fetch }: SmokeOptions, path: string, body?: object): Promise<Response> {
  return send(origin + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    signal: AbortSignal.timeout(ANSWER_MS),
    redirect: 'error',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function health({ origin, fetch: send = fetch }: SmokeOptions): Promise<string> {
  const response = await send(`${origin}/health`, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' });
  const text = await response.text();
  return response.ok ? `status ${response.status}` : wrong(`status ${response.status}: ${beginningOf(text)}`);
}

/** Well-formed, so that the gateway has to look it up. */
async function refusal(options: SmokeOptions): Promise<string> {
  const key = newKey(randomBytes(32));
  const response = await ask({ ...options, key }, '/v1/models');
  const text = await response.text();
  const error = objectMember(parseJson(text), 'error');
  if (response.status !== 401) {
    return wrong(`status ${response.status} in place of 401: ${beginningOf(text)}`);
  }
  const isShaped = ['message', 'type', 'code', 'param'].every(
    (name) => error !== undefined && Object.hasOwn(error, name),
  );
  return isShaped
    ? `401 ${stringMember(error, 'code') ?? ''}`
    : wrong(`a 401 that is not OpenAI's: ${beginningOf(text)}`);
}

interface ListedModel {
  readonly id: string;
  readonly owned_by: string | undefined;
}

async function modelList(options: SmokeOptions): Promise<readonly ListedModel[]> {
  const answer = await goodJson(await ask(options, '/v1/models'));
  const models = arrayMember(answer, 'data')
    .filter(isJsonObject)
    .map((model) => ({ id: stringMember(model, 'id') ?? '', owned_by: stringMember(model, 'owned_by') }));
  return models.length > 0 ? models : wrong('no model');
}

async function goodJson(response: Response): Promise<unknown> {
  const text = await response.text();
  return response.ok ? parseJson(text) : wrong(failure(response.status, text));
}

function failure(status: number, text: string): string {
  const message = stringMember(objectMember(parseJson(text), 'error'), 'message');
  return `status ${status}: ${beginningOf(message ?? text)}`;
}

async function plainAnswer(options: SmokeOptions): Promise<{ readonly headers: Headers; readonly detail: string }> {
  const response = await ask(options, '/v1/chat/completions', chat(options, false));
  const answer = await goodJson(response);
  const content = stringMember(member(arrayMember(answer, 'choices')[0], 'message'), 'content') ?? '';
  return content === ''
    ? wrong(`no text: ${beginningOf(JSON.stringify(answer) ?? '')}`)
    : { headers: response.headers, detail: `${options.model}: ${beginningOf(content, 40)}` };
}

function chat({ model }: SmokeOptions, stream: boolean): object {
  return { model, stream, messages: [{ role: 'user', content: QUESTION }] };
}

/** On every answer. */
const REPORTED = ['x-nemo-request-id', 'x-nemo-routed-model', 'x-nemo-routing', 'x-nemo-attempts', 'x-nemo-latency-ms'];

function reportOf(headers: Headers): string {
  const missing = REPORTED.filter((name) => !headers.has(name));
  const served = `${headers.get('x-nemo-routed-model')}, ${headers.get('x-nemo-routing')}, attempts: ${headers.get('x-nemo-attempts')}`;
  return missing.length === 0
    ? `${served}, gateway ${headers.get('x-nemo-overhead-ms') ?? '?'} ms`
    : wrong(`missing: ${missing.join(', ')}`);
}

async function streamChecks(options: SmokeOptions): Promise<readonly SmokeCheck[]> {
  let stream: ReadStream | undefined;
  const streamed = await check('streams', async () => {
    const sinceMs = performance.now();
    const response = await ask(options, '/v1/chat/completions', chat(options, true));
    if (!response.ok || response.body === null) {
      return wrong(failure(response.status, await response.text()));
    }
    stream = await readStream(response.body, sinceMs);
    return stream.failure === undefined
      ? `${stream.chunks} chunks`
      : wrong(`the answer broke: ${beginningOf(stream.failure)}`);
  });
  const of = stream;
  const parts: readonly [string, (seen: ReadStream) => string][] = [
    ['sends the first token before the end', firstToken],
    ['tells the story of the call in the stream', trail],
    ['ends the stream with [DONE]', (seen) => (seen.isDone ? 'yes' : wrong('no [DONE]'))],
  ];
  const rest = parts.map(async ([name, look]) =>
    untimed(await check(name, async () => (of === undefined ? wrong('there was no stream') : look(of)))),
  );
  return [streamed, ...(await Promise.all(rest))];
}

function firstToken({ firstContent, endedAfterMs }: ReadStream): string {
  if (firstContent === undefined) {
    return wrong('no content');
  }
  const seen = `first token after ${Math.round(firstContent.afterMs)} ms of ${Math.round(endedAfterMs)} ms`;
  return firstContent.isWithLast ? wrong(`${seen}: everything came in one piece, so that something buffers it`) : seen;
}

function trail({ trail: told }: ReadStream): string {
  const trailed = parseJson(told ?? '');
  return isJsonObject(trailed)
    ? `served by ${stringMember(trailed, 'served_by') ?? '?'}, attempts: ${arrayMember(trailed, 'attempts').length}`
    : wrong('no comment line ": nemo {...}"');
}

const SHOWN_CHARS = 160;

/** In one line: others chose the text. */
function beginningOf(text: string, chars = SHOWN_CHARS): string {
  const line = text.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
  return line.length > chars ? `${line.slice(0, chars)}...` : line;
}
