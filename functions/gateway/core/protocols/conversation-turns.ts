import type { AssistantMessage, ChatMessage, ContentPart } from '../model/chat-request.ts';
import type { JsonObject } from '../wire/json.ts';

/**
 * A conversation for vendors that want the system prompt apart and the two sides in turn (Anthropic, Bedrock). Messages of one
 * side are merged, all results of one turn's tool calls come together and first, and blank text is gone, since these vendors
 * answer 400 to each of these.
 */
export interface Conversation {
  /** The parts of the system and developer messages before anything else. */
  readonly system: readonly PlacedPart[];
  /** Never two of the same side in a row; at least one. */
  readonly turns: readonly Turn[];
}

export type Turn = SystemTurn | UserTurn | AssistantTurn;

/** A system message in mid-conversation. Only where `nativeSystem` was asked for; between a user turn and an assistant turn or the end. */
export interface SystemTurn {
  readonly role: 'system';
  readonly parts: readonly PlacedPart[];
}

/** What the caller's side says. `results` go before `parts`. Both are empty where the caller sent nothing but blanks: use a placeholder. */
export interface UserTurn {
  readonly role: 'user';
  readonly results: readonly ToolResult[];
  readonly parts: readonly PlacedPart[];
}

/** What the model said: one step a message, never one without content. */
export interface AssistantTurn {
  readonly role: 'assistant';
  readonly steps: readonly AssistantStep[];
}

export interface AssistantStep {
  /** The message itself, for its tool calls and extension fields. */
  readonly message: AssistantMessage;
  /** Its path in the request, as `messages[3]`. */
  readonly path: string;
  /** Its content; a refusal is a text part like another. */
  readonly parts: readonly PlacedPart[];
}

/** What a tool answered. `parts` is empty where it answered with nothing but blanks. */
export interface ToolResult {
  /** The caller's id of the call, as sent. */
  readonly id: string;
  readonly path: string;
  readonly parts: readonly PlacedPart[];
  /** The message itself, for its extension fields. */
  readonly message: JsonObject;
}

/** A part and where the caller wrote it, as `messages[2].content[0]` (`messages[2].content` for a plain string). */
export interface PlacedPart {
  readonly part: ContentPart;
  readonly path: string;
}

/** What stands for content that must not be empty. Not a blank: Bedrock refuses those too. */
export const EMPTY_CONTENT = '(empty)';

/**
 * Splits `messages` into the system prompt and turns. With `nativeSystem` a later system message becomes a turn of its own, at the end
 * of the user turn it stands before, in or after, which is the only place where vendors allow one. Without, or where there is no such
 * turn, it is text of the user's side in its place. It is never hoisted: that would break the vendor's prompt cache.
 * A conversation of system messages alone keeps the last of them as the user's turn.
 */
export function conversationTurns(messages: readonly ChatMessage[], nativeSystem: boolean): Conversation {
  const leading = leadingSystemMessages(messages);
  const turns: OpenTurn[] = [];
  for (const [offset, message] of messages.slice(leading).entries()) {
    addMessage(turns, { message, path: `messages[${leading + offset}]`, nativeSystem });
  }
  settleSystemTurn(turns);
  if (turns.length === 0) {
    openUserTurn(turns);
  }
  const system = messages.slice(0, leading).flatMap((message, index) => placedParts(message, `messages[${index}]`));
  return { system, turns };
}

/** A turn while messages are still added to it. */
type OpenTurn =
  | OpenUserTurn
  | { readonly role: 'system'; readonly parts: PlacedPart[] }
  | { readonly role: 'assistant'; readonly steps: AssistantStep[] };

interface OpenUserTurn {
  readonly role: 'user';
  readonly results: ToolResult[];
  readonly parts: PlacedPart[];
}

interface PlacedMessage {
  readonly message: ChatMessage;
  readonly path: string;
  readonly nativeSystem: boolean;
}

function leadingSystemMessages(messages: readonly ChatMessage[]): number {
  const first = messages.findIndex((message) => message.role !== 'system' && message.role !== 'developer');
  return first === -1 ? Math.max(0, messages.length - 1) : first;
}

function addMessage(turns: OpenTurn[], placed: PlacedMessage): void {
  const { message, path } = placed;
  const parts = placedParts(message, path);
  switch (message.role) {
    case 'system':
    case 'developer':
      addSystemParts(turns, parts, placed.nativeSystem);
      return;
    case 'user':
      openUserTurn(turns).parts.push(...parts);
      return;
    case 'tool':
      openUserTurn(turns).results.push({ id: message.tool_call_id, path, parts, message });
      return;
    case 'assistant':
      addStep(turns, { message, path, parts });
  }
}

/** A native system turn is at first wherever the message is; `openUserTurn` and `settleSystemTurn` put it right. */
function addSystemParts(turns: OpenTurn[], parts: readonly PlacedPart[], native: boolean): void {
  const last = turns.at(-1);
  if (parts.length === 0) {
    return;
  }
  if (!native || last === undefined) {
    openUserTurn(turns).parts.push(...parts);
  } else if (last.role === 'system') {
    last.parts.push(...parts);
  } else {
    turns.push({ role: 'system', parts: [...parts] });
  }
}

/** The user's turn that is being written: the last one or a new one, before a system turn that waits at the end. */
function openUserTurn(turns: OpenTurn[]): OpenUserTurn {
  const system = turns.at(-1)?.role === 'system' ? turns.splice(-1) : [];
  const last = turns.at(-1);
  const user: OpenUserTurn = last?.role === 'user' ? last : { role: 'user', results: [], parts: [] };
  turns.push(...(user === last ? [] : [user]), ...system);
  return user;
}

/** A system turn that no user turn came to stand before is the user's text after all. */
function settleSystemTurn(turns: OpenTurn[]): void {
  const last = turns.at(-1);
  if (last?.role === 'system' && turns.at(-2)?.role !== 'user') {
    turns.splice(-1, 1, { role: 'user', results: [], parts: last.parts });
  }
}

/** A message with nothing in it is left out: no vendor takes an empty assistant message. */
function addStep(turns: OpenTurn[], step: AssistantStep): void {
  if (step.parts.length === 0 && (step.message.tool_calls ?? []).length === 0) {
    return;
  }
  settleSystemTurn(turns);
  const last = turns.at(-1);
  if (last?.role === 'assistant') {
    last.steps.push(step);
  } else {
    turns.push({ role: 'assistant', steps: [step] });
  }
}

/** The parts of a message's content without blank text. A cache mark on a message whose content is a string belongs to its one part. */
function placedParts(message: ChatMessage, path: string): readonly PlacedPart[] {
  const { content } = message;
  const parts: PlacedPart[] = [];
  if (typeof content === 'string') {
    parts.push({ part: { type: 'text', text: content, ...markOf(message) }, path: `${path}.content` });
  } else {
    for (const [index, part] of (content ?? []).entries()) {
      parts.push({ part: asText(part), path: `${path}.content[${index}]` });
    }
  }
  if (message.role === 'assistant' && typeof message.refusal === 'string') {
    parts.push({ part: { type: 'text', text: message.refusal }, path: `${path}.refusal` });
  }
  return parts.filter(({ part }) => !isBlankText(part));
}

function markOf(message: JsonObject): JsonObject {
  const { cache_control: mark } = message;
  return mark === undefined ? {} : { cache_control: mark };
}

/** An assistant's `refusal` part says what a text part says. */
function asText(part: ContentPart): ContentPart {
  return part.type === 'refusal' ? { ...part, type: 'text', text: part.refusal } : part;
}

function isBlankText(part: ContentPart): boolean {
  return part.type === 'text' && (typeof part.text !== 'string' || part.text.trim() === '');
}
