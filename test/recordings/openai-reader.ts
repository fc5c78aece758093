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
import { serverSentEvents } from './raw-events.ts';
import type { RecordedResponse } from './recorded-response.ts';

/** Reads an OpenAI-shaped answer, with what compatible servers make of it. */
export function readOpenAiAnswer(response: RecordedResponse, isStream: boolean): Expectation {
  const text = new TextDecoder().decode(response.bytes);
  const whole: unknown = isStream ? undefined : parseJson(text);
  const chunks = isStream ? serverSentEvents(response.bytes).map(({ json }) => json) : [whole].filter(isJsonObject);
  const failed = chunks.find((chunk) => isJsonObject(chunk.error) || chunk.object === 'error');
  if (failed !== undefined) {
    return expectedFailure({ body: failed });
  }

  const choices = new Map<number, OpenAiDraft>();
  for (const choice of chunks.flatMap((chunk) => arrayMember(chunk, 'choices'))) {
    const index = numberMember(choice, 'index') ?? 0;
    const draft = choices.get(index) ?? { ...draftChoice(), calls: [] };
    choices.set(index, draft);
    addTo(draft, choice);
  }
  const isDone = !isStream || /^data: ?\[DONE\]/m.test(text);
  const drafts = [...choices].sort(([one], [other]) => one - other).map(([, draft]) => draft);
  if (drafts.length === 0 || (!isDone && drafts.some(({ finish }) => finish === ''))) {
    return UPSTREAM_FAILED;
  }
  return {
    kind: 'answer',
    choices: drafts.map((draft) => expectedChoice(draft, finishOf(draft))),
    usage: usageIn(chunks),
  };
}

/** Some servers say `stop` after a call, some nothing at all. */
function finishOf({ finish, calls }: DraftChoice): string {
  const isUnsaid = ['', 'stop', 'function_call'].includes(finish);
  return isUnsaid && calls.length > 0 ? 'tool_calls' : finish || 'stop';
}

interface OpenAiDraft extends DraftChoice {
  readonly calls: NumberedCall[];
}

function addTo(draft: OpenAiDraft, choice: unknown): void {
  const said = objectMember(choice, 'delta') ?? objectMember(choice, 'message') ?? {};
  const { content } = said;
  draft.content += typeof content === 'string' ? content : partsText(content, 'text');
  draft.reasoning += stringMember(said, 'reasoning_content') ?? stringMember(said, 'reasoning') ?? '';
  draft.reasoning += partsText(content, 'thinking');
  draft.refusal += stringMember(said, 'refusal') ?? '';
  draft.finish ||= stringMember(choice, 'finish_reason') ?? '';
  const legacy = objectMember(said, 'function_call');
  for (const fragment of [
    ...arrayMember(said, 'tool_calls'),
    ...(legacy === undefined ? [] : [{ function: legacy }]),
  ]) {
    addCall(draft, fragment);
  }
}

/** Mistral's content is a list of parts; its thoughts are lists of parts in turn. */
function partsText(content: unknown, type: string): string {
  const parts = Array.isArray(content) ? content.filter((part) => member(part, 'type') === type) : [];
  return parts.map((part) => stringMember(part, type) ?? partsText(member(part, type), 'text')).join('');
}

/** A call with the number that the vendor gave it. */
interface NumberedCall extends DraftCall {
  readonly index: number | undefined;
}

function addCall(draft: OpenAiDraft, fragment: unknown): void {
  const called = objectMember(fragment, 'function') ?? objectMember(fragment, 'custom');
  const id = stringMember(fragment, 'id') || undefined;
  const begun = { id, name: stringMember(called, 'name') ?? '', index: numberMember(fragment, 'index'), arguments: '' };
  const known = knownCall(draft.calls, begun);
  if (known === undefined) {
    draft.calls.push(begun);
  }
  const args = member(called, 'arguments') ?? member(called, 'input');
  const call = known ?? begun;
  call.arguments += isJsonObject(args) ? JSON.stringify(args) : String(args ?? '');
}

/** A fragment goes on with the call of its index, unless it has a name and another id: then it is a new one. */
function knownCall(calls: readonly NumberedCall[], { id, name, index }: NumberedCall): NumberedCall | undefined {
  const same = calls.findLast((call) => (index === undefined ? call.id === id : call.index === index));
  const known = same ?? (name === '' ? calls.at(-1) : undefined);
  const isAnother = name !== '' && id !== undefined && known?.id !== id;
  return isAnother ? undefined : known;
}

/** At the top, in Groq's own member, or in the choice. */
function usageIn(chunks: readonly JsonObject[]): ExpectedUsage | undefined {
  const usage = chunks
    .flatMap((chunk) => [chunk, objectMember(chunk, 'x_groq'), ...arrayMember(chunk, 'choices')])
    .flatMap((place) => objectMember(place, 'usage') ?? [])
    .at(-1);
  if (usage === undefined) {
    return undefined;
  }
  const prompt = numberMember(usage, 'prompt_tokens') ?? 0;
  const stated = numberMember(usage, 'completion_tokens') ?? 0;
  const total = numberMember(usage, 'total_tokens');
  const details = objectMember(usage, 'completion_tokens_details');
  const reasoning = numberMember(details, 'reasoning_tokens');
  // xAI counts reasoning in the total only.
  const completion = reasoning && total === prompt + stated + reasoning ? stated + reasoning : stated;
  const cached = numberMember(objectMember(usage, 'prompt_tokens_details'), 'cached_tokens');
  return { prompt, completion, total: total ?? prompt + completion, cached, reasoning };
}
