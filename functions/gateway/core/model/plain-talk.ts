import type { Dialect } from './dialect.ts';
import type { Prompt, Turn } from './prompt.ts';

/** What a body has beside its model that asks for nothing but an answer in words, whole or streamed, up to a length. */
const MEMBERS: Readonly<Record<Dialect, ReadonlySet<string>>> = {
  'openai-chat': new Set(['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens']),
  'openai-responses': new Set(['model', 'input', 'instructions', 'stream', 'max_output_tokens']),
  'anthropic-messages': new Set(['model', 'messages', 'system', 'stream', 'max_tokens']),
  gemini: new Set(),
  'bedrock-converse': new Set(),
};

const KNOWN = new WeakMap<Prompt, boolean>();

/**
 * Whether a prompt is plain talk: one instruction at most and first, then the user and the assistant in turn and the user last, each with
 * text and nothing else, and an answer in words of which no more is said than how long it may be. Most prompts are. Nothing in one is the
 * operator's or one vendor's, and it is said in any dialect without a look at what else a prompt may have.
 */
export function isPlainTalk(prompt: Prompt): boolean {
  const known = KNOWN.get(prompt);
  if (known !== undefined) {
    return known;
  }
  const { original, turns, tools, toolUse, format, reasoning, sampling, limits, logprobs, begun, native } = prompt;
  const members = MEMBERS[original.dialect];
  const isPlain =
    Object.keys(original.body).every((name) => members.has(name)) &&
    // A body may have lost members that the prompt has read.
    [...native.values()].every(({ ifForeign }) => ifForeign === 'ignore') &&
    tools.length + limits.stop.length + Object.keys(sampling).length === 0 &&
    [toolUse, reasoning, logprobs, begun, prompt.user, prompt.serviceTier].every((setting) => setting === undefined) &&
    format.kind === 'text' &&
    limits.choices === 1 &&
    turns.at(-1)?.role === 'user' &&
    turns.every(isInTurn);
  KNOWN.set(prompt, isPlain);
  return isPlain;
}

/** Whether a turn is of another side than the one before, and says something, all of it in text without marks. */
function isInTurn({ role, parts }: Turn, index: number, turns: readonly Turn[]): boolean {
  const isNext = role === 'instructions' ? index === 0 : role !== turns[index - 1]?.role;
  const saysText = parts.every((part) => part.kind === 'text' && part.cache === undefined && part.text.trim() !== '');
  return isNext && parts.length > 0 && saysText;
}
