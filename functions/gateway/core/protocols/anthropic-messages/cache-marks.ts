import type { CacheMark } from '../../model/part.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';

/** One entry of `messages`. */
export interface AnthropicMessage {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: readonly JsonObject[];
}

/** The most cache breakpoints that one request may have. */
const MAX_MARKS = 4;

/** The member `cache_control` of a block; no member where the caller set no mark. */
export function cacheControl(mark: CacheMark | undefined): JsonObject {
  return mark === undefined ? {} : { cache_control: { type: 'ephemeral', ...(mark.ttl && { ttl: mark.ttl }) } };
}

/** Blocks in the order in which the prompt is cached: tools, system, messages. */
export interface MarkedLists {
  readonly tools: readonly JsonObject[];
  readonly system: readonly JsonObject[];
  readonly messages: readonly AnthropicMessage[];
}

/** The lists with at most four marks: of more, the last ones stay, since each covers everything before it. */
export function limitMarks(lists: MarkedLists, notes: EncodingNotes): MarkedLists {
  const blocks = [lists.tools, lists.system, ...lists.messages.map((message) => message.content)].flat();
  let excess = blocks.filter((block) => Object.hasOwn(block, 'cache_control')).length - MAX_MARKS;
  if (excess <= 0) {
    return lists;
  }
  notes.drop('cacheMark');
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
