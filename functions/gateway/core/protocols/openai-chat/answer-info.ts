import type { AboutAnswer } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';

/**
 * Top-level members that are passed on: OpenAI's, Azure's verdict on the prompt, what Perplexity and xAI found, what vLLM knows of the
 * prompt.
 */
const PASSED_ON = [
  'system_fingerprint',
  'service_tier',
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
    const news = PASSED_ON.filter((name) => isNews(said, name, chunk[name]));
    const id = said.has('id') ? undefined : stringMember(chunk, 'id');
    if (news.length === 0 && id === undefined) {
      return [];
    }
    said.set('id', id ?? said.get('id') ?? '');
    return [{ type: 'about', ...defined({ id, native: nativeOf(chunk, news) }) }];
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
  if (value === undefined || value === null || value === '') {
    return false;
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const isNew = said.get(name) !== text;
  said.set(name, text);
  return isNew;
}
