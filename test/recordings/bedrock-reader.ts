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
import { type DraftCall, type DraftChoice, draftChoice, expectedChoice } from './draft-choice.ts';
import { type Expectation, type ExpectedUsage, UPSTREAM_FAILED } from './expectation.ts';
import { expectedFailure } from './failure-reader.ts';
import { amazonFrames } from './raw-events.ts';
import type { RecordedResponse } from './recorded-response.ts';

/** Reads an answer of Converse or ConverseStream. */
export function readBedrockAnswer(response: RecordedResponse, isStream: boolean): Expectation {
  return isStream ? streamed(Buffer.from(response.bytes)) : whole(parseJson(new TextDecoder().decode(response.bytes)));
}

function whole(json: unknown): Expectation {
  const message = objectMember(member(json, 'output'), 'message');
  if (message === undefined) {
    return UPSTREAM_FAILED;
  }
  const draft = draftChoice();
  for (const block of arrayMember(message, 'content')) {
    draft.content += stringMember(block, 'text') ?? '';
    const cited = arrayMember(member(block, 'citationsContent'), 'content');
    draft.content += cited.map((part) => stringMember(part, 'text') ?? '').join('');
    draft.reasoning += stringMember(member(member(block, 'reasoningContent'), 'reasoningText'), 'text') ?? '';
    const call = objectMember(block, 'toolUse');
    if (call !== undefined) {
      draft.calls.push({ ...named(call), arguments: JSON.stringify(call.input ?? {}) });
    }
  }
  return concluded(draft, stringMember(json, 'stopReason') ?? '', objectMember(json, 'usage'));
}

function named(call: JsonObject): DraftCall {
  return { id: stringMember(call, 'toolUseId'), name: stringMember(call, 'name') ?? '', arguments: '' };
}

function streamed(bytes: Buffer): Expectation {
  const frames = amazonFrames(bytes);
  const broken = frames.find(({ headers }) => headers[':message-type'] !== 'event');
  const events = frames.map(({ json }) => json);
  const stop = events.find(({ stopReason }) => stopReason !== undefined);
  if (broken !== undefined || stop === undefined) {
    return broken === undefined ? UPSTREAM_FAILED : exception(broken.headers, broken.json);
  }
  const deltas = events.map(({ delta }) => delta);
  const draft = {
    ...draftChoice(),
    content: deltas.map((delta) => stringMember(delta, 'text') ?? '').join(''),
    reasoning: deltas.map((delta) => stringMember(member(delta, 'reasoningContent'), 'text') ?? '').join(''),
    calls: events.flatMap((event) => callOf(event, events)),
  };
  const usage = events.map((event) => objectMember(event, 'usage')).findLast((found) => found !== undefined);
  return concluded(draft, stringMember(stop, 'stopReason') ?? '', usage);
}

/** The call that an event begins, with the pieces that later events of its block bring. */
function callOf({ start, contentBlockIndex }: JsonObject, events: readonly JsonObject[]): readonly DraftCall[] {
  const call = objectMember(start, 'toolUse');
  const pieces = events
    .filter((event) => event.contentBlockIndex === contentBlockIndex)
    .map(({ delta }) => stringMember(member(delta, 'toolUse'), 'input') ?? '');
  return call === undefined ? [] : [{ ...named(call), arguments: pieces.join('') }];
}

/** An exception's name says what it is; in a stream it begins in lower case. */
function exception(headers: Readonly<Record<string, string>>, json: JsonObject): Expectation {
  const name = headers[':exception-type'] ?? headers[':error-code'] ?? '';
  const type = name.charAt(0).toUpperCase() + name.slice(1);
  return expectedFailure({ body: { ...json, type } });
}

function concluded(draft: DraftChoice, stopReason: string, usage: JsonObject | undefined): Expectation {
  if (stopReason.startsWith('malformed_')) {
    return UPSTREAM_FAILED;
  }
  const natural = draft.calls.length > 0 ? 'tool_calls' : 'stop';
  return {
    kind: 'answer',
    choices: [expectedChoice(draft, FINISHES[stopReason] ?? natural)],
    usage: isJsonObject(usage) ? usageOf(usage) : undefined,
  };
}

const FINISHES: Readonly<Record<string, string>> = {
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  content_filtered: 'content_filter',
  guardrail_intervened: 'content_filter',
  refusal: 'content_filter',
};

/** Bedrock's input tokens are without the cached ones; its total is with them. */
function usageOf(usage: JsonObject): ExpectedUsage {
  const cached = numberMember(usage, 'cacheReadInputTokens');
  const cacheWrite = numberMember(usage, 'cacheWriteInputTokens');
  const prompt = (numberMember(usage, 'inputTokens') ?? 0) + (cached ?? 0) + (cacheWrite ?? 0);
  const completion = numberMember(usage, 'outputTokens') ?? 0;
  return { prompt, completion, total: numberMember(usage, 'totalTokens') ?? prompt + completion, cached, cacheWrite };
}
