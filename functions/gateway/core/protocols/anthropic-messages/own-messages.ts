import { foreignProof } from '../../model/foreign-signature.ts';
import { arrayMember, isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import { NO_PREFILL } from './anthropic-messages.ts';
import type { AnthropicTask } from './anthropic-task.ts';

/**
 * The caller's own messages, with what has been answered already. Instructions in mid-conversation are the user's words where the model
 * has no such messages.
 */
export function ownMessages({ prompt, rules, notes }: AnthropicTask): readonly unknown[] {
  const sent = arrayMember(prompt.original.body, 'messages').flatMap(withOwnThoughts);
  const known = rules.systemTurns ? sent : sent.map(asUserMessage);
  const messages = prompt.begun === undefined ? known : withWords(known, prompt.begun.text);
  if (!rules.prefill && isBegunAnswer(messages.at(-1))) {
    notes.refuse(`messages[${messages.length - 1}]`, NO_PREFILL);
  }
  return messages;
}

/**
 * The message without thoughts of another vendor's model, or of nobody's, to which the API answers 400: the conversation has moved here.
 * A message of nothing else is left out.
 */
function withOwnThoughts(message: unknown): readonly unknown[] {
  const content = arrayMember(message, 'content');
  if (!isJsonObject(message) || !content.some(isForeignThought)) {
    return [message];
  }
  const own = content.filter((block) => !isForeignThought(block));
  return own.length === 0 ? [] : [{ ...message, content: own }];
}

function isForeignThought(block: unknown): boolean {
  const signature = stringMember(block, 'signature') ?? '';
  return (
    isJsonObject(block) && block.type === 'thinking' && (signature === '' || foreignProof(signature) !== undefined)
  );
}

function asUserMessage(message: unknown): unknown {
  return isJsonObject(message) && message.role === 'system' ? { ...message, role: 'user' } : message;
}

function withWords(messages: readonly unknown[], words: string): readonly unknown[] {
  const last = messages.at(-1);
  if (words === '') {
    return messages;
  }
  return isJsonObject(last) && last.role === 'assistant'
    ? [...messages.slice(0, -1), { ...last, content: longerContent(last.content, words) }]
    : [...messages, { role: 'assistant', content: words }];
}

function longerContent(content: unknown, words: string): unknown {
  if (typeof content === 'string') {
    return content + words;
  }
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [];
  const last = blocks.at(-1);
  return isJsonObject(last) && last.type === 'text' && typeof last.text === 'string'
    ? [...blocks.slice(0, -1), { ...last, text: last.text + words }]
    : [...blocks, { type: 'text', text: words }];
}

/** Types of blocks that a model says by itself. An answer with others is one that a server's tool has paused: every model goes on with it. */
const OWN_TYPES: ReadonlySet<unknown> = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use']);

function isBegunAnswer(message: unknown): message is JsonObject {
  return (
    isJsonObject(message) &&
    message.role === 'assistant' &&
    arrayMember(message, 'content').every((block) => isJsonObject(block) && OWN_TYPES.has(block.type))
  );
}
