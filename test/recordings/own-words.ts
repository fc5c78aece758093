import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { responseDecoder } from '../../functions/gateway/core/attempt/response-body.ts';
import type { AnswerEvent } from '../../functions/gateway/core/model/answer-event.ts';
import { anthropic } from '../../functions/gateway/core/protocols/anthropic-messages/anthropic.ts';
import { anthropicMessages } from '../../functions/gateway/core/surfaces/anthropic-messages/anthropic-messages.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  numberMember,
  objectMember,
  parseJson,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { serverSentEvents } from './raw-events.ts';
import { recordedResponse } from './recorded-response.ts';
import type { Recording } from './recording.ts';

/** A body that a client sends to Anthropic. */
export interface SentBody {
  readonly name: string;
  readonly body: JsonObject;
}

/** Bodies of Messages calls in a folder of captured requests: files of `{"requests": [{"path", "body"}]}`. */
export function capturedBodies(folder: string): readonly SentBody[] {
  const files = readdirSync(folder).filter((file) => file.startsWith('claude-code-'));
  return files.flatMap((file) => {
    const requests = arrayMember(JSON.parse(readFileSync(join(folder, file), 'utf8')), 'requests');
    return requests.flatMap((request, index) => {
      const body = member(request, 'body');
      return isJsonObject(body) ? [{ name: `${file} ${index}`, body }] : [];
    });
  });
}

/** What the gateway sets itself. */
const OWN_MEMBERS = ['model', 'stream', 'max_tokens'];

/** A request in Anthropic's words arrives at a deployment of the model it was written for as it was sent; one for a route, at a new model. */
export function assertArrivesAsSent(body: JsonObject): void {
  const sent = stringMember(body, 'model') ?? '';
  const model = sent.includes('claude') ? sent : 'claude-opus-5-5';
  const read = anthropicMessages.read({ ...body, model });
  assert.ok(read.kind === 'read', JSON.stringify(read));
  const encoding = anthropic.encode(read.prompt, { model, streaming: true });
  assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
  assert.deepEqual(withoutOwn(encoding.request.body), withoutOwn(body));
  assert.deepEqual(encoding.dropped, []);
}

function withoutOwn(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !OWN_MEMBERS.includes(name)));
}

/** An answer of Anthropic's, written back for a caller of Anthropic's, says the same: as a stream and as one message. */
export function assertSaysTheSame(recording: Recording): void {
  const { bytes } = recordedResponse(recording);
  const events = decoded(bytes);
  if (events.at(-1)?.type === 'failed') {
    return;
  }
  const about = identity(recording.request ?? {});
  const stream = anthropicMessages.stream(about);
  const streamed = new TextEncoder().encode(stream.write(events) + stream.end('{}'));
  const whole = anthropicMessages.body(events, about);
  const recorded = messageOf(bytes);
  assert.deepEqual(messageOf(streamed), recorded);
  assert.deepEqual(messageOf(new TextEncoder().encode(JSON.stringify(whole))), recorded);
}

function identity(request: JsonObject) {
  const read = anthropicMessages.read({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...request });
  assert.ok(read.kind === 'read', JSON.stringify(read));
  return { requestId: '1', created: 0, model: 'm', prompt: read.prompt };
}

function decoded(bytes: Uint8Array): readonly AnswerEvent[] {
  const json = parseJson(new TextDecoder().decode(bytes));
  if (isJsonObject(json)) {
    return anthropic.decoder({ model: 'm', streaming: false }).body(json);
  }
  const decoder = responseDecoder('server-sent-events', anthropic.decoder({ model: 'm', streaming: true }));
  return [...decoder.push(bytes), ...decoder.end()];
}

/** What a message says: its blocks, why it stopped and what it cost. Blocks without words say nothing. */
function messageOf(bytes: Uint8Array): JsonObject {
  const json = parseJson(new TextDecoder().decode(bytes));
  const { content, stop_reason, stop_sequence, usage } = isJsonObject(json) ? json : streamedMessage(bytes);
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [];
  return {
    content: blocks.filter(isJsonObject).filter(saysSomething).map(plainBlock),
    stop_reason,
    stop_sequence: stop_sequence ?? null,
    usage: counted(usage),
  };
}

function saysSomething({ type, text }: JsonObject): boolean {
  return type !== 'text' || text !== '';
}

/** A member that is null or empty says what an absent one does. */
function plainBlock(block: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(block).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
  );
}

function counted(usage: unknown): JsonObject {
  const names = ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];
  return Object.fromEntries(names.map((name) => [name, numberMember(usage, name) ?? 0]));
}

/** As plainly as can be: each kind of event on its own. */
function streamedMessage(bytes: Uint8Array): JsonObject {
  const events = serverSentEvents(bytes).map(({ json }) => json);
  const ofType = (type: string): readonly JsonObject[] => events.filter((event) => event.type === type);
  const message = Object.assign({}, ...ofType('message_start').map((event) => objectMember(event, 'message')));
  const endings = ofType('message_delta');
  const deltas = ofType('content_block_delta');
  const content = ofType('content_block_start').map(({ index, content_block }) =>
    grown(
      isJsonObject(content_block) ? content_block : {},
      deltas.filter((event) => event.index === index).map((event) => objectMember(event, 'delta') ?? {}),
    ),
  );
  const usage = endings.reduce((before, event) => later(before, event.usage), objectMember(message, 'usage') ?? {});
  return { ...message, ...Object.assign({}, ...endings.map((event) => objectMember(event, 'delta'))), content, usage };
}

/** An ending that counts no input has not counted it. */
function later(before: unknown, usage: unknown): JsonObject {
  const counts = Object.entries(isJsonObject(usage) ? usage : {}).filter(([, count]) => count !== null);
  const countsInput = counts.some(([name, count]) => name.includes('input') && count !== 0);
  const told = counts.filter(([name]) => countsInput || !name.includes('input'));
  return { ...(isJsonObject(before) && before), ...Object.fromEntries(told) };
}

function grown(start: JsonObject, deltas: readonly JsonObject[]): JsonObject {
  const block: Record<string, unknown> = { ...start };
  for (const { type, ...members } of deltas.filter((delta) => delta.type !== 'citations_delta')) {
    for (const [name, value] of Object.entries(members)) {
      const before = block[name];
      block[name] = typeof before === 'string' && typeof value === 'string' ? before + value : value;
    }
  }
  const { partial_json, ...whole } = block;
  const input = parseJson(typeof partial_json === 'string' ? partial_json : '');
  const citations = deltas.filter((delta) => delta.type === 'citations_delta').map(({ citation }) => citation);
  return { ...whole, ...(isJsonObject(input) && { input }), ...(citations.length > 0 && { citations }) };
}
