import type { ChatMessage, ChatRequest } from '../model/chat-request.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { stringMember } from '../wire/json.ts';

/** Characters of English a token; a vendor's own count differs by a third either way. */
const CHARS_PER_TOKEN = 4;
/** What an image costs at a middle size. */
const TOKENS_PER_IMAGE = 1000;
/** As much of the conversation's first messages as tells two conversations apart. */
const AFFINITY_CHARS = 2000;

/** Reads what routing needs off a chat request. Linear in the number of parts, not in the size of images. */
export function chatFacts(request: ChatRequest, tags: readonly string[]): RequestFacts {
  const maxOutputTokens = request.max_completion_tokens ?? request.max_tokens;
  return {
    stream: request.stream === true,
    promptTokens: Math.ceil(request.messages.reduce((total, message) => total + tokensOf(message), 0)),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    affinityKey: request.prompt_cache_key ?? stablePrefix(request.messages),
    tags,
  };
}

function tokensOf(message: ChatMessage): number {
  const { content } = message;
  if (typeof content === 'string') {
    return content.length / CHARS_PER_TOKEN;
  }
  return (content ?? []).reduce((total, part) => {
    const text = stringMember(part, 'text');
    return total + (text === undefined ? TOKENS_PER_IMAGE : text.length / CHARS_PER_TOKEN);
  }, 0);
}

/** The messages up to the first of the user, or the first where there is none: they stay the same while a conversation grows. */
function stablePrefix(messages: readonly ChatMessage[]): string {
  const firstUser = messages.findIndex((message) => message.role === 'user');
  return messages
    .slice(0, Math.max(0, firstUser) + 1)
    .map((message) => `${message.role}\n${textOf(message).slice(0, AFFINITY_CHARS)}`)
    .join('\n');
}

function textOf(message: ChatMessage): string {
  const { content } = message;
  return typeof content === 'string'
    ? content
    : (content ?? []).map((part) => stringMember(part, 'text') ?? '').join('');
}
