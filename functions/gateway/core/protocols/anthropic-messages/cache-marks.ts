import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { EncodingNotes } from './encoding-notes.ts';

/** The most cache breakpoints that one request may have. */
const MAX_MARKS = 4;

/**
 * The `cache_control` member for a block, where the caller marked the part: Anthropic's own `cache_control`, which clients send as an
 * extension, or OpenAI's `prompt_cache_breakpoint`, whose lifetimes (30 minutes and more) are nearest to an hour.
 */
export function cacheMark(holder: JsonObject): JsonObject {
  const own = objectMember(holder, 'cache_control');
  if (own !== undefined) {
    const ttl = stringMember(own, 'ttl');
    return mark(ttl === '5m' || ttl === '1h' ? ttl : undefined);
  }
  const breakpoint = objectMember(holder, 'prompt_cache_breakpoint');
  return breakpoint === undefined ? {} : mark(stringMember(breakpoint, 'ttl') === undefined ? undefined : '1h');
}

function mark(ttl: string | undefined): JsonObject {
  return { cache_control: { type: 'ephemeral', ...(ttl === undefined ? {} : { ttl }) } };
}

/** Blocks in the order in which the prompt is cached: tools, system, messages. */
export interface MarkedLists {
  readonly tools: readonly JsonObject[];
  readonly system: readonly JsonObject[];
  readonly messages: readonly AnthropicMessage[];
}

/** One entry of `messages`. */
export interface AnthropicMessage {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: readonly JsonObject[];
}

/** The lists with at most four marks: of more, the last ones stay, since each covers everything before it. */
export function limitMarks(lists: MarkedLists, notes: EncodingNotes): MarkedLists {
  const blocks = [...lists.tools, ...lists.system, ...lists.messages.flatMap((message) => message.content)];
  let excess = blocks.filter((block) => Object.hasOwn(block, 'cache_control')).length - MAX_MARKS;
  if (excess <= 0) {
    return lists;
  }
  notes.drop('cache_control');
  const limited = (block: JsonObject): JsonObject => {
    if (excess <= 0 || !Object.hasOwn(block, 'cache_control')) {
      return block;
    }
    excess -= 1;
    const { cache_control: _, ...rest } = block;
    return rest;
  };
  return {
    tools: lists.tools.map(limited),
    system: lists.system.map(limited),
    messages: lists.messages.map((message) => ({ ...message, content: message.content.map(limited) })),
  };
}
