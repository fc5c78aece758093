import type { BegunAnswer, Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type EncodingNotes, noteForeignMembers } from '../encoding-notes.ts';
import type { ChatBody } from './chat-body.ts';
import { chatMessages } from './chat-messages.ts';
import { chatSettings } from './chat-settings.ts';

/** A prompt of another dialect as a chat completion request. */
export function translatedChat(prompt: Prompt, notes: EncodingNotes): ChatBody {
  noteForeignMembers(prompt, { dialect: 'openai-chat', name: 'This model' }, notes);
  return { ...chatSettings(prompt, notes), messages: chatMessages(prompt.turns, notes) };
}

/** The body with the text so far as the beginning of the answer, and as much less to say. */
export function withBegun(body: ChatBody, { text, tokens }: BegunAnswer): ChatBody {
  const left = (limit: number): number => Math.max(1, limit - tokens);
  const { max_tokens: older, max_completion_tokens: newer } = body;
  return {
    ...body,
    messages: text === '' ? body.messages : withPrefix(body.messages, text),
    ...(older !== undefined && { max_tokens: left(older) }),
    ...(newer !== undefined && { max_completion_tokens: left(newer) }),
  };
}

/** Where the caller had begun the answer himself, the prefix goes on from there: two messages would be two answers. */
function withPrefix(messages: readonly JsonObject[], prefix: string): readonly JsonObject[] {
  const last = messages.at(-1);
  return last?.role === 'assistant' && typeof last.content === 'string'
    ? [...messages.slice(0, -1), { ...last, content: last.content + prefix }]
    : [...messages, { role: 'assistant', content: prefix }];
}
