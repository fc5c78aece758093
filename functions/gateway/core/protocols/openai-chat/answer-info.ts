import type { AboutAnswer } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import type { Usage } from '../../model/usage.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  numberMember,
  objectMember,
  stringMember,
} from '../../wire/json.ts';

/**
 * Top-level members that are passed on: OpenAI's, Azure's verdict on the prompt, what Perplexity and xAI found, what vLLM knows of the
 * prompt. Source: each one's API reference and recordings, 2026-11.
 */
const PASSED_ON = [
  'system_fingerprint',
  'moderation',
  'prompt_filter_results',
  'citations',
  'search_results',
  'related_questions',
  'images',
  'videos',
  'prompt_logprobs',
] as const;

/**
 * Finds what a chunk says of the whole answer and has not said before: servers repeat these members in every chunk, and the caller's
 * chunks repeat them anyway.
 */
export function answerInfoReader(): (chunk: JsonObject) => readonly AboutAnswer[] {
  const said = new Map<string, string>();
  return (chunk) => {
    const news = PASSED_ON.filter((name) => chunk[name] !== undefined && isNews(said, name, chunk[name]));
    const id = said.has('id') ? undefined : stringMember(chunk, 'id');
    const { service_tier: tier } = chunk;
    const isNewTier = tier !== undefined && isNews(said, 'service_tier', tier);
    const serviceTier = isNewTier && typeof tier === 'string' ? tier : undefined;
    if (news.length === 0 && id === undefined && serviceTier === undefined) {
      return [];
    }
    said.set('id', id ?? said.get('id') ?? '');
    return [{ type: 'about', ...defined({ id, serviceTier, native: nativeOf(chunk, news) }) }];
  };
}

function nativeOf(chunk: JsonObject, names: readonly string[]): Native | undefined {
  return names.length === 0
    ? undefined
    : {
        dialect: 'openai-chat',
        value: Object.fromEntries(names.map((name) => [name, chunk[name]])),
        ifForeign: 'ignore',
      };
}

/** Remembers what is new, as text, so that equal lists are not news. */
function isNews(said: Map<string, string>, name: string, value: unknown): boolean {
  if (value === null || value === '') {
    return false;
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const isNew = said.get(name) !== text;
  said.set(name, text);
  return isNew;
}

/**
 * The token counts in a chunk or body: at the top, in `x_groq` (Groq) or in a choice (Moonshot). Every member that the vendor has is kept.
 * `undefined` where there are none.
 */
export function usageOf(json: JsonObject): Usage | undefined {
  const told = objectMember(json, 'usage') ?? objectMember(json.x_groq, 'usage');
  const holder =
    told === undefined
      ? arrayMember(json, 'choices').find((choice) => isJsonObject(member(choice, 'usage')))
      : undefined;
  const usage = told ?? objectMember(holder, 'usage');
  return usage === undefined || !COUNTS.some((name) => numberMember(usage, name) !== undefined)
    ? undefined
    : toUsage(usage);
}

const COUNTS: readonly string[] = ['prompt_tokens', 'completion_tokens', 'total_tokens'];

function toUsage(usage: JsonObject): Usage {
  const { prompt_tokens_details: promptDetails, completion_tokens_details: completionDetails } = usage;
  const input = numberMember(usage, 'prompt_tokens') ?? 0;
  const completion = numberMember(usage, 'completion_tokens') ?? 0;
  const reasoning = numberMember(completionDetails, 'reasoning_tokens');
  // xAI leaves reasoning out of the completion's tokens, though not out of the total.
  const unsaid = reasoning !== undefined && reasoning > 0 ? reasoning : 0;
  const isLeftOut = unsaid > 0 && numberMember(usage, 'total_tokens') === input + completion + unsaid;
  return {
    input,
    output: isLeftOut ? completion + unsaid : completion,
    raw: { dialect: 'openai-chat', value: usage },
    ...defined({
      cacheRead: numberMember(promptDetails, 'cached_tokens') ?? firstCount(usage, CACHED),
      ...cacheWrites(usage, isJsonObject(promptDetails) ? promptDetails : {}),
      reasoning,
    }),
  };
}

/** DeepSeek, Moonshot and routers to Claude count cached tokens outside the details. */
const CACHED: readonly string[] = ['prompt_cache_hit_tokens', 'cached_tokens', 'cache_read_input_tokens'];

/** What was written, as OpenAI and OpenRouter, LiteLLM, DashScope and any-llm call it. Sources: their pages of prompt caching, 2026-11. */
const WRITTEN: readonly string[] = ['cache_write_tokens', 'cache_creation_tokens', 'cache_creation_input_tokens'];

/** What is not said to be of an hour is of minutes. The sum stands where the two do not add up to it. */
function cacheWrites(
  usage: JsonObject,
  details: JsonObject,
): Readonly<Record<'cacheWrite5m' | 'cacheWrite1h', number | undefined>> {
  const written = firstCount(details, WRITTEN) ?? firstCount(usage, WRITTEN);
  const places = [details.cache_creation_token_details, details.cache_creation, usage.cache_creation];
  const hour = places
    .map((place) => numberMember(place, 'ephemeral_1h_input_tokens'))
    .find((count) => count !== undefined);
  return written === undefined || hour === undefined
    ? { cacheWrite5m: written, cacheWrite1h: hour }
    : { cacheWrite5m: Math.max(0, written - hour), cacheWrite1h: Math.min(hour, written) };
}

function firstCount(holder: JsonObject, names: readonly string[]): number | undefined {
  return names.map((name) => numberMember(holder, name)).find((count) => count !== undefined);
}
