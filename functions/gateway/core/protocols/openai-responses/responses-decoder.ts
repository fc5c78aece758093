import type { AboutAnswer, AnswerEvent, FinishReason } from '../../model/answer-event.ts';
import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { defined } from '../../model/defined.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  numberMember,
  objectMember,
  parseJson,
  stringMember,
} from '../../wire/json.ts';
import type { WireEvent } from '../../wire/wire-event.ts';
import { type Finish, finished, unknownEnding, unsaidEnding } from '../ending-word.ts';
import { statedError, streamedFailure } from '../openai-chat/openai-failure.ts';
import type { AnswerDecoder, Target } from '../protocol.ts';
import { type ReadChunk, readChunk, repeatedChunks } from '../repeated-chunks.ts';
import { itemReader } from './item-reader.ts';
import { type ItemReader, type PartNumbers, partNumbers } from './part-numbers.ts';
import { usageOf } from './response-usage.ts';
import { sealed } from './sealed-reasoning.ts';

interface Answer {
  /** Whose answer it is, where that is to be known of what it encrypts. */
  readonly account: string | undefined;
  readonly parts: PartNumbers;
  /** By their place in the output. */
  readonly items: Map<number, { readonly reader: ItemReader; isDone: boolean }>;
  /** Ids of all items that have begun: some servers number every item 0. */
  readonly ids: Set<unknown>;
  callsTools: boolean;
  hasId: boolean;
  progress: 'reading' | 'complete' | 'failed';
  /** Whether an event could not be read. */
  skipsEvents: boolean;
}

/**
 * Reads one answer of the Responses API. `response.completed` or `response.incomplete` ends it; a stream without either is truncated. An
 * event that is not JSON is skipped while others can be read. Source: OpenAI API reference, "Streaming events", 2026-11.
 */
export function responsesDecoder({
  account,
  marksReasoning,
}: Pick<Target, 'account' | 'marksReasoning'> = {}): AnswerDecoder {
  const answer: Answer = {
    account: marksReasoning === true ? account : undefined,
    parts: partNumbers(),
    items: new Map(),
    ids: new Set(),
    callsTools: false,
    hasId: false,
    progress: 'reading',
    skipsEvents: false,
  };
  const chunks = repeatedChunks(answer, readWhole);
  return {
    event: (event) => (answer.progress === 'reading' ? readChunk(chunks, event) : []),
    body: (json) => readBody(answer, json),
    end: () => (answer.progress === 'reading' ? fail(answer, unfinished(answer)) : []),
    isComplete: () => answer.progress !== 'reading',
  };
}

/** Where an event has its words, of whatever kind. */
const DELTA = { member: 'delta' };

function readWhole(answer: Answer, event: WireEvent): ReadChunk {
  return { events: readEvent(answer, event), words: DELTA };
}

function unfinished({ skipsEvents, items }: Answer): AttemptFailure {
  const isGarbage = skipsEvents && items.size === 0;
  return isGarbage ? { kind: 'malformed', reason: 'events that are not JSON' } : { kind: 'truncated' };
}

function fail(answer: Answer, failure: AttemptFailure): readonly AnswerEvent[] {
  answer.progress = 'failed';
  return [{ type: 'failed', failure }];
}

function readEvent(answer: Answer, { kind, name, data }: WireEvent): readonly AnswerEvent[] {
  if (kind !== 'event') {
    return fail(answer, { kind: 'malformed', reason: name });
  }
  const text = data.trim();
  if (text === '' || text === '[DONE]' || name === 'ping') {
    return [{ type: 'keep-alive' }];
  }
  const json = parseJson(text);
  if (!isJsonObject(json)) {
    answer.skipsEvents = true;
    return [];
  }
  const error = statedError(json);
  return error === undefined ? readStep(answer, json) : fail(answer, streamedFailure(error));
}

function readStep(answer: Answer, event: JsonObject): readonly AnswerEvent[] {
  const type = stringMember(event, 'type') ?? '';
  const response = objectMember(event, 'response') ?? {};
  switch (type) {
    case 'response.output_item.added':
      return beginItem(answer, placeOf(event), objectMember(event, 'item') ?? {});
    case 'response.output_item.done':
      return endItem(answer, placeOf(event), objectMember(event, 'item') ?? {});
    case 'response.completed':
    case 'response.incomplete':
    case 'response.done':
      return finish(answer, { status: STATUSES[type], ...response });
    case 'response.failed':
    case 'response.cancelled':
      return fail(answer, failureOf(response));
    default: {
      const item = answer.items.get(placeOf(event));
      return item === undefined ? (aboutOf(answer, response) ?? SIGN_OF_LIFE) : item.reader.read(type, event);
    }
  }
}

/** The status that an event stands for where its response states none. */
const STATUSES = {
  'response.completed': 'completed',
  'response.done': 'completed',
  'response.incomplete': 'incomplete',
} as const;

const SIGN_OF_LIFE: readonly AnswerEvent[] = [{ type: 'keep-alive' }];

function placeOf(event: JsonObject): number {
  return numberMember(event, 'output_index') ?? -1;
}

function beginItem(answer: Answer, place: number, item: JsonObject): readonly AnswerEvent[] {
  const before = answer.items.get(place);
  const ended = before === undefined || before.isDone ? [] : before.reader.end({});
  const reader = itemReader(sealed(item, answer.account), answer.parts);
  answer.items.set(place, { reader, isDone: false });
  answer.ids.add(item.id);
  answer.callsTools ||= item.type === 'function_call' || item.type === 'custom_tool_call';
  return [...ended, ...reader.begin()];
}

/** An item that has not been told of comes whole. */
function endItem(answer: Answer, place: number, item: JsonObject): readonly AnswerEvent[] {
  const begun = answer.items.has(place) ? [] : beginItem(answer, place, item);
  const known = answer.items.get(place);
  if (known === undefined || known.isDone) {
    return begun;
  }
  known.isDone = true;
  return [...begun, ...known.reader.end(sealed(item, answer.account))];
}

/** What a response says of itself, the first time. */
function aboutOf(answer: Answer, response: JsonObject): readonly AboutAnswer[] | undefined {
  const id = answer.hasId ? undefined : stringMember(response, 'id');
  answer.hasId ||= id !== undefined;
  return id === undefined ? undefined : [{ type: 'about', id }];
}

function failureOf(response: JsonObject): AttemptFailure {
  return streamedFailure(objectMember(response, 'error') ?? {});
}

/** The answer is complete, or the response says that it failed, whatever its event is called. */
function finish(answer: Answer, response: JsonObject): readonly AnswerEvent[] {
  if (response.status === 'failed' || response.status === 'cancelled') {
    return fail(answer, failureOf(response));
  }
  const { ending, raw } = endingOf(answer, response);
  return ending.kind === 'failed' ? fail(answer, ending.failure) : complete(answer, response, { ...ending, raw });
}

interface Ending {
  readonly reason: FinishReason;
  readonly raw: string | undefined;
}

/** Items that no event has told of or ended come now. */
function complete(answer: Answer, response: JsonObject, { reason, raw }: Ending): readonly AnswerEvent[] {
  answer.progress = 'complete';
  // As the stream has told them: xAI gives two items of one answer the same id.
  const ids = new Set(answer.ids);
  const told = arrayMember(response, 'output').flatMap((item, place) =>
    isJsonObject(item) && (answer.items.has(place) || item.id === undefined || !ids.has(item.id))
      ? endItem(answer, place, item)
      : [],
  );
  const left = [...answer.items.values()].filter(({ isDone }) => !isDone).flatMap(({ reader }) => reader.end({}));
  const usage = usageOf(response);
  const serviceTier = stringMember(response, 'service_tier');
  const said = reason === 'end' && answer.callsTools ? 'tool-calls' : reason;
  return [
    ...(aboutOf(answer, response) ?? []),
    ...(serviceTier === undefined ? [] : [{ type: 'about', serviceTier } as const]),
    ...told,
    ...left,
    { type: 'finish', choice: 0, reason: said, ...defined({ raw }) },
    ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
  ];
}

/** Why a response is incomplete. Source: OpenAI API reference, `incomplete_details.reason`, 2026-11. */
const REASONS: ReadonlyMap<string, Finish> = new Map([
  ['max_output_tokens', finished('length')],
  ['max_tool_calls', finished('length')],
  ['content_filter', finished('filtered')],
]);

/** A status that nobody knows is no clean ending. */
function endingOf(
  { callsTools }: Answer,
  response: JsonObject,
): { readonly ending: Finish; readonly raw: string | undefined } {
  const status = stringMember(response, 'status');
  // The second is not OpenAI's word, and means the same.
  if (status === 'completed' || status === 'complete') {
    return { ending: finished('end'), raw: undefined };
  }
  if (status !== 'incomplete') {
    return { ending: status === undefined ? unsaidEnding(callsTools) : unknownEnding(status), raw: status };
  }
  const raw = stringMember(response.incomplete_details, 'reason');
  return { ending: raw === undefined ? finished('length') : (REASONS.get(raw) ?? unknownEnding(raw)), raw };
}

function readBody(answer: Answer, json: unknown): readonly AnswerEvent[] {
  const error = statedError(json);
  if (error !== undefined) {
    return fail(answer, streamedFailure(error));
  }
  if (!isJsonObject(json) || !Array.isArray(json.output)) {
    return fail(answer, { kind: 'malformed', reason: 'a body that is no response' });
  }
  return UNDER_WAY.has(json.status) ? fail(answer, failureOf(json)) : finish(answer, json);
}

/** A body of these is no answer yet. */
const UNDER_WAY: ReadonlySet<unknown> = new Set(['queued', 'in_progress']);
