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
import { type DraftCall, draftChoice, expectedChoice } from './draft-choice.ts';
import { type Expectation, type ExpectedFailure, type ExpectedUsage, UPSTREAM_FAILED } from './expectation.ts';
import { expectedFailure } from './failure-reader.ts';
import { serverSentEvents } from './raw-events.ts';
import type { RecordedResponse } from './recorded-response.ts';

/** A content block as the stream built it up. */
interface Block {
  readonly type: unknown;
  readonly start: JsonObject;
  readonly text: string;
}

/** A message: of a body, or as its events tell it. */
interface Message {
  readonly blocks: readonly Block[];
  readonly stopReason: string;
  readonly explanation: string;
  readonly usage: JsonObject;
}

/** Reads an answer of Anthropic's Messages API. */
export function readAnthropicAnswer(response: RecordedResponse, isStream: boolean): Expectation {
  const message = isStream ? streamed(response.bytes) : whole(parseJson(new TextDecoder().decode(response.bytes)));
  if ('kind' in message) {
    return message;
  }

  const { blocks, stopReason, explanation, usage } = message;
  const choice = {
    ...draftChoice(),
    content: textOf(blocks, 'text'),
    reasoning: textOf(blocks, 'thinking'),
    refusal: stopReason === 'refusal' ? explanation : '',
    calls: blocks.filter(({ type }) => type === 'tool_use').map(callOf),
  };
  const known = FINISHES[stopReason] ?? 'stop';
  const finish = known === 'tool_calls' && choice.calls.length === 0 ? 'stop' : known;
  return { kind: 'answer', choices: [expectedChoice(choice, finish)], usage: usageOf(usage) };
}

function textOf(blocks: readonly Block[], type: string): string {
  return blocks
    .filter((block) => block.type === type)
    .map(({ text }) => text)
    .join('');
}

function callOf({ start, text }: Block): DraftCall {
  const id = stringMember(start, 'id');
  const name = stringMember(start, 'name') ?? '';
  return { id, name, arguments: text === '' ? JSON.stringify(start.input ?? {}) : text };
}

const FINISHES: Readonly<Record<string, string>> = {
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

function whole(json: unknown): Message | ExpectedFailure {
  if (!isJsonObject(json) || json.type === 'error') {
    return isJsonObject(json) ? expectedFailure({ body: json }) : UPSTREAM_FAILED;
  }
  const blocks = arrayMember(json, 'content')
    .filter(isJsonObject)
    .map((block) => ({
      type: block.type,
      start: block,
      text: stringMember(block, 'text') ?? stringMember(block, 'thinking') ?? '',
    }));
  return {
    blocks,
    stopReason: stringMember(json, 'stop_reason') ?? '',
    explanation: stringMember(member(json, 'stop_details'), 'explanation') ?? '',
    usage: objectMember(json, 'usage') ?? {},
  };
}

function streamed(bytes: Uint8Array): Message | ExpectedFailure {
  const events = serverSentEvents(bytes).map(({ json }) => json);
  const ofType = (type: string): readonly JsonObject[] => events.filter((event) => event.type === type);
  const firstBlock = events.findIndex(({ type }) => type === 'content_block_start');
  const isSpliced = firstBlock !== -1 && events.slice(firstBlock).some(({ type }) => type === 'message_start');
  const endings = ofType('message_delta').map((event) => objectMember(event, 'delta') ?? {});
  const isEnded = endings.some(({ stop_reason }) => stop_reason !== undefined) || ofType('message_stop').length > 0;
  const [error] = ofType('error');
  if (error !== undefined || isSpliced || !isEnded) {
    return error === undefined ? UPSTREAM_FAILED : expectedFailure({ body: error });
  }

  const counts = [
    ...ofType('message_start').map(({ message }) => objectMember(message, 'usage') ?? {}),
    ...ofType('message_delta').map((event) => objectMember(event, 'usage') ?? {}),
  ];
  return {
    blocks: ofType('content_block_start').map((start) => blockOf(start, ofType('content_block_delta'))),
    stopReason: stringMember(endings.at(-1), 'stop_reason') ?? '',
    explanation: stringMember(endings.at(-1)?.stop_details, 'explanation') ?? '',
    usage: Object.fromEntries(counts.flatMap(Object.entries).filter(([, count]) => count !== null)),
  };
}

function blockOf({ index, content_block }: JsonObject, deltas: readonly JsonObject[]): Block {
  const start = isJsonObject(content_block) ? content_block : {};
  const own = deltas.filter((event) => event.index === index).map(({ delta }) => delta);
  return { type: start.type, start, text: [start, ...own].map(pieceOf).join('') };
}

function pieceOf(json: unknown): string {
  return stringMember(json, 'text') ?? stringMember(json, 'thinking') ?? stringMember(json, 'partial_json') ?? '';
}

/** Anthropic's input tokens are without the cached ones. */
function usageOf(usage: JsonObject): ExpectedUsage {
  const cached = numberMember(usage, 'cache_read_input_tokens');
  const cacheWrite = numberMember(usage, 'cache_creation_input_tokens');
  const prompt = (numberMember(usage, 'input_tokens') ?? 0) + (cached ?? 0) + (cacheWrite ?? 0);
  const completion = numberMember(usage, 'output_tokens') ?? 0;
  const reasoning = numberMember(objectMember(usage, 'output_tokens_details'), 'thinking_tokens');
  return { prompt, completion, total: prompt + completion, cached, cacheWrite, reasoning };
}
