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
import { type DraftChoice, draftChoice, expectedChoice } from './draft-choice.ts';
import { type Expectation, type ExpectedUsage, UPSTREAM_FAILED } from './expectation.ts';
import { expectedFailure } from './failure-reader.ts';
import { serverSentEvents } from './raw-events.ts';
import type { RecordedResponse } from './recorded-response.ts';

/** Reads an answer of OpenAI's Responses API: of a stream, the response at its end and the items that were done before. */
export function readResponsesAnswer(response: RecordedResponse, isStream: boolean): Expectation {
  const events = isStream ? firstAnswer(response.bytes) : [];
  const failed = events.find(({ type }) => type === 'error' || type === 'response.failed');
  if (failed !== undefined) {
    const error = objectMember(failed, 'error') ?? objectMember(objectMember(failed, 'response'), 'error');
    return expectedFailure({ body: { error } });
  }
  const whole = isStream ? lastResponse(events) : parseJson(new TextDecoder().decode(response.bytes));
  if (!isJsonObject(whole) || NO_ANSWER.includes(whole.status)) {
    return UPSTREAM_FAILED;
  }
  const done = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
  const draft = draftChoice();
  for (const item of done.length > 0 ? done : arrayMember(whole, 'output')) {
    addItem(draft, item);
  }
  const choice = expectedChoice(draft, finishOf(whole, draft));
  return { kind: 'answer', choices: [choice], usage: usageIn(whole) };
}

/** Statuses of a response that is none. One that nobody knows, as a server's "complete", ends an answer. */
const NO_ANSWER: readonly unknown[] = ['failed', 'cancelled', 'in_progress', 'queued', undefined];

/** The events of a stream up to its end: some recordings hold several answers in a row. */
export function firstAnswer(bytes: Uint8Array): readonly JsonObject[] {
  const events = serverSentEvents(bytes).map(({ json }) => json);
  const end = events.findIndex(({ type }) => type === 'response.completed' || type === 'response.incomplete');
  return end === -1 ? events : events.slice(0, end + 1);
}

function lastResponse(events: readonly JsonObject[]): JsonObject | undefined {
  const last = events.findLast(({ type }) => type === 'response.completed' || type === 'response.incomplete');
  return objectMember(last, 'response');
}

function addItem(draft: DraftChoice, item: unknown): void {
  const texts = (key: string): string[] => arrayMember(item, key).flatMap((part) => stringMember(part, 'text') ?? []);
  switch (stringMember(item, 'type')) {
    case 'message':
      draft.content += texts('content').join('');
      draft.refusal += arrayMember(item, 'content')
        .map((part) => stringMember(part, 'refusal') ?? '')
        .join('');
      return;
    case 'reasoning':
      draft.reasoning += [...texts('summary'), ...texts('content')].join('\n\n');
      return;
    case 'function_call':
    case 'custom_tool_call':
      draft.calls.push({
        id: stringMember(item, 'call_id'),
        name: stringMember(item, 'name') ?? '',
        arguments: stringMember(item, 'arguments') ?? stringMember(item, 'input') ?? '',
      });
  }
}

function finishOf(response: JsonObject, { calls }: DraftChoice): string {
  if (response.status === 'incomplete') {
    return member(response.incomplete_details, 'reason') === 'content_filter' ? 'content_filter' : 'length';
  }
  return calls.length > 0 ? 'tool_calls' : 'stop';
}

function usageIn(response: JsonObject): ExpectedUsage | undefined {
  const usage = objectMember(response, 'usage');
  if (usage === undefined) {
    return undefined;
  }
  const prompt = numberMember(usage, 'input_tokens') ?? 0;
  const completion = numberMember(usage, 'output_tokens') ?? 0;
  return {
    prompt,
    completion,
    total: prompt + completion,
    cached: numberMember(usage.input_tokens_details, 'cached_tokens'),
    cacheWrite: numberMember(usage.input_tokens_details, 'cache_write_tokens'),
    reasoning: numberMember(usage.output_tokens_details, 'reasoning_tokens'),
  };
}
