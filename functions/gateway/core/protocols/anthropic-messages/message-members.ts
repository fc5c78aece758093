import type { AnswerEvent, ChoiceFinish } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import type { Usage } from '../../model/usage.ts';
import { type JsonObject, numberMember, stringMember } from '../../wire/json.ts';
import { type Finish, finished, unknownEnding, unsaidEnding } from '../ending-word.ts';

/**
 * The counts of `usage` as far as they are known: each event's members over the earlier ones, since every count is cumulative and may
 * come in `message_start`, in `message_delta`, or in both with different values. Adding them would count twice. An event that counts no
 * input at all has not counted it: some servers end with zeros for what `message_start` has told.
 */
export function laterUsage(earlier: JsonObject, event: JsonObject): JsonObject {
  const countsInput = INPUT_COUNTS.some((name) => (numberMember(event, name) ?? 0) > 0);
  const said = Object.entries(event).filter(
    ([name, value]) =>
      value !== null &&
      value !== undefined &&
      (countsInput || earlier[name] === undefined || !INPUT_MEMBERS.includes(name)),
  );
  return { ...earlier, ...Object.fromEntries(said) };
}

const INPUT_COUNTS: readonly string[] = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];

/** `cache_creation` is the same count by lifetime. */
const INPUT_MEMBERS: readonly string[] = [...INPUT_COUNTS, 'cache_creation'];

/** Anthropic's `input_tokens` are without the cached ones, its `output_tokens` with those of reasoning. */
export function usageOf(usage: JsonObject): Usage {
  const cacheRead = numberMember(usage, 'cache_read_input_tokens');
  const cacheWrite5m = numberMember(usage, 'cache_creation_input_tokens');
  const writes: CacheWrites =
    usage.cache_creation === undefined ? defined({ cacheWrite5m }) : cacheWrites(usage, cacheWrite5m);
  const reasoning = numberMember(usage.output_tokens_details, 'thinking_tokens');
  const written = (writes.cacheWrite5m ?? 0) + (writes.cacheWrite1h ?? 0);
  return {
    input: (numberMember(usage, 'input_tokens') ?? 0) + (cacheRead ?? 0) + written,
    output: numberMember(usage, 'output_tokens') ?? 0,
    ...defined({ cacheRead }),
    ...writes,
    ...defined({ reasoning }),
    raw: { dialect: 'anthropic-messages', value: usage },
  };
}

type CacheWrites = Pick<Usage, 'cacheWrite5m' | 'cacheWrite1h'>;

/** What is not said to be of an hour is of five minutes. The sum stands where the two do not add up to it. */
function cacheWrites(usage: JsonObject, told: number | undefined): CacheWrites {
  const fiveMinutes = numberMember(usage.cache_creation, 'ephemeral_5m_input_tokens');
  const hour = numberMember(usage.cache_creation, 'ephemeral_1h_input_tokens');
  const sum = told ?? sumOf(fiveMinutes, hour);
  if (sum === undefined) {
    return {};
  }
  return hour === undefined
    ? { cacheWrite5m: sum }
    : { cacheWrite5m: Math.max(0, sum - hour), cacheWrite1h: Math.min(hour, sum) };
}

function sumOf(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}

/**
 * OpenAI's names of the tiers that Anthropic reports in `usage.service_tier`: of the one that served the answer. Source: Anthropic,
 * "Service tiers", 2026-11.
 */
export const SERVED_TIERS: ReadonlyMap<unknown, string> = new Map([
  ['standard', 'default'],
  ['priority', 'priority'],
]);

/** What the gateway reads of a message, or sets itself. */
export const READ_MEMBERS: ReadonlySet<string> = new Set([
  ...['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage', 'delta'],
]);

/** What `stop_reason` means. Source: Anthropic API reference, "Handling stop reasons", 2026-11; then what other servers of the API say. */
const REASONS: ReadonlyMap<string, Finish> = new Map([
  ['end_turn', finished('end')],
  ['stop_sequence', finished('stop-sequence')],
  ['pause_turn', finished('paused')],
  ['compaction', finished('paused')],
  ['max_tokens', finished('length')],
  ['model_context_window_exceeded', finished('length')],
  ['tool_use', finished('tool-calls')],
  ['refusal', finished('filtered')],
  ['stop', finished('end')],
  ['length', finished('length')],
  ['tool_calls', finished('tool-calls')],
]);

/**
 * The reason for the end of an answer. `raw`: empty where the server says none. `stop`: the members `stop_reason` and `stop_sequence`. `tool_use` without a call of the caller's
 * tools is the end of a structured answer, which is a plain one for the caller.
 */
export function finishOf(
  raw: string,
  stop: JsonObject,
  toolCalls: number,
): ChoiceFinish | Extract<AnswerEvent, { type: 'failed' }> {
  const ending = raw === '' ? unsaidEnding(toolCalls > 0) : (REASONS.get(raw) ?? unknownEnding(raw));
  if (ending.kind === 'failed') {
    return { type: 'failed', failure: ending.failure };
  }
  const { reason } = ending;
  const stopSequence = stringMember(stop, 'stop_sequence');
  return {
    type: 'finish',
    choice: 0,
    reason: reason === 'tool-calls' && toolCalls === 0 ? 'end' : reason,
    ...(raw !== '' && { raw }),
    ...defined({ stopSequence }),
  };
}
