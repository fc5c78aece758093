import { defined } from '../model/defined.ts';
import type { Part, TextPart, ToolResultPart } from '../model/part.ts';
import { kindsOf, type Prompt, type Turn } from '../model/prompt.ts';

/**
 * A conversation for vendors that want the system prompt apart and the two sides in turn (Anthropic, Bedrock, Gemini). Turns of one side
 * are merged, all results of one turn's tool calls come together and first, refusals are text, and blank text is gone, since these vendors
 * answer 400 to each of these.
 */
export interface Conversation {
  /** The parts of the instructions before anything else. */
  readonly system: readonly Part[];
  /** Never two of the same side in a row; at least one. */
  readonly turns: readonly ConversationTurn[];
}

/** A turn of a conversation whose sides alternate. */
export type ConversationTurn = SystemTurn | UserTurn | AssistantTurn;

/** Instructions in mid-conversation. Only where `nativeSystem` was asked for; between a user turn and an assistant turn or the end. */
interface SystemTurn {
  readonly role: 'system';
  readonly parts: readonly Part[];
}

/** What the caller's side says. `results` go before `parts`. Both are empty where the caller sent nothing but blanks: use a placeholder. */
export interface UserTurn {
  readonly role: 'user';
  readonly results: readonly ToolResultPart[];
  readonly parts: readonly Part[];
}

/** What the model said, in order: reasoning, text, tool calls. Never empty. */
export interface AssistantTurn {
  readonly role: 'assistant';
  readonly parts: readonly Part[];
  /** Of the last turn that was merged into it. */
  readonly path: string;
}

/** What stands for content that must not be empty. Not a blank: Bedrock refuses those too. */
export const EMPTY_CONTENT = '(empty)';

/**
 * Splits `turns` into the system prompt and the two sides. With `nativeSystem` later instructions become a turn of their own, at the end of
 * the user turn they stand before, in or after, which is the only place where vendors allow one. Without, or where there is no such turn,
 * they are text of the user's side in their place. They are never hoisted: that would break the vendor's prompt cache. A conversation of
 * instructions alone keeps the last of them as the user's turn.
 */
export function conversationTurns(turns: readonly Turn[], nativeSystem: boolean): Conversation {
  const leading = leadingInstructions(turns);
  const open: OpenTurn[] = [];
  for (const turn of turns.slice(leading)) {
    addTurn(open, turn, nativeSystem);
  }
  if (nativeSystem) {
    settleSystemTurn(open);
  }
  if (open.length === 0) {
    openUserTurn(open);
  }
  return { system: turns.slice(0, leading).flatMap(({ parts }) => spoken(parts)), turns: open };
}

/** A turn while others are still merged into it. */
type OpenTurn =
  | OpenUserTurn
  | { readonly role: 'system'; readonly parts: Part[] }
  | { readonly role: 'assistant'; readonly parts: Part[]; path: string };

interface OpenUserTurn {
  readonly role: 'user';
  readonly results: ToolResultPart[];
  readonly parts: Part[];
}

function leadingInstructions(turns: readonly Turn[]): number {
  const first = turns.findIndex(({ role }) => role !== 'instructions');
  return first === -1 ? Math.max(0, turns.length - 1) : first;
}

function addTurn(open: OpenTurn[], turn: Turn, nativeSystem: boolean): void {
  const parts = spoken(turn.parts);
  switch (turn.role) {
    case 'instructions':
      addSystemParts(open, parts, nativeSystem);
      return;
    case 'user':
      addUserParts(openUserTurn(open), parts);
      return;
    case 'assistant':
      addAssistantParts(open, parts, turn.path);
  }
}

/** A native system turn is at first wherever the instructions are; `openUserTurn` and `settleSystemTurn` put it right. */
function addSystemParts(open: OpenTurn[], parts: readonly Part[], native: boolean): void {
  const last = open.at(-1);
  if (parts.length === 0) {
    return;
  }
  if (!native || last === undefined) {
    append(openUserTurn(open).parts, parts);
  } else if (last.role === 'system') {
    append(last.parts, parts);
  } else {
    open.push({ role: 'system', parts: [...parts] });
  }
}

function addUserParts(turn: OpenUserTurn, parts: readonly Part[]): void {
  for (const part of parts) {
    if (part.kind === 'tool-result') {
      turn.results.push({ ...part, parts: spoken(part.parts) });
    } else {
      turn.parts.push(part);
    }
  }
}

/** The user's turn that is being written: the last one or a new one, before a system turn that waits at the end. */
function openUserTurn(open: OpenTurn[]): OpenUserTurn {
  const system = open.at(-1)?.role === 'system' ? open.splice(-1) : [];
  const last = open.at(-1);
  const user: OpenUserTurn = last?.role === 'user' ? last : { role: 'user', results: [], parts: [] };
  for (const turn of [user === last ? undefined : user, ...system]) {
    if (turn !== undefined) {
      open.push(turn);
    }
  }
  return user;
}

/** A system turn that no user turn came to stand before is the user's text after all. */
function settleSystemTurn(open: OpenTurn[]): void {
  const last = open.at(-1);
  if (last?.role === 'system' && open.at(-2)?.role !== 'user') {
    open.splice(-1, 1, { role: 'user', results: [], parts: last.parts });
  }
}

/** A turn of reasoning alone, or of nothing, is left out: no vendor takes an empty assistant message. */
function addAssistantParts(open: OpenTurn[], parts: readonly Part[], path: string): void {
  if (parts.every(({ kind }) => kind === 'reasoning')) {
    return;
  }
  settleSystemTurn(open);
  const last = open.at(-1);
  if (last?.role === 'assistant') {
    append(last.parts, parts);
    last.path = path;
  } else {
    open.push({ role: 'assistant', parts: [...parts], path });
  }
}

/** One by one: a spread of a caller's hundred thousand parts would run out of stack. */
function append(to: Part[], parts: readonly Part[]): void {
  for (const part of parts) {
    to.push(part);
  }
}

/** The parts without blank text; a refusal says what a text says. */
function spoken(parts: readonly Part[]): readonly Part[] {
  return parts
    .map((part): Part => (part.kind === 'refusal' ? asText(part) : part))
    .filter((part) => part.kind !== 'text' || part.text.trim() !== '');
}

function asText({ text, path, cache }: Extract<Part, { kind: 'refusal' }>): TextPart {
  return { kind: 'text', text, path, ...defined({ cache }) };
}

/**
 * The turns of a prompt with what has been answered already as the assistant's last words, to go on with. Where the caller had begun the
 * answer, it goes on from there: two turns would be two answers.
 */
export function turnsToAnswer({ turns, begun, names }: Prompt): readonly Turn[] {
  if (begun === undefined || begun.text === '') {
    return turns;
  }
  const words: Part = { kind: 'text', text: begun.text, path: names.turns };
  const last = turns.at(-1);
  return last?.role === 'assistant'
    ? [...turns.slice(0, -1), { ...last, parts: withText(last.parts, words) }]
    : [...turns, { role: 'assistant', parts: [words], path: names.turns }];
}

function withText(parts: readonly Part[], words: Extract<Part, { kind: 'text' }>): readonly Part[] {
  const last = parts.at(-1);
  return last?.kind === 'text' ? [...parts.slice(0, -1), { ...last, text: last.text + words.text }] : [...parts, words];
}

/**
 * The turns with pictures and files that the assistant made in the user's next words: vendors take such from the user alone, and a
 * conversation with a model that draws could not go on elsewhere. The very same turns where there are none.
 */
export function shownByUser(turns: readonly Turn[]): readonly Turn[] {
  return kindsOf(turns).has('media') ? turns.flatMap((turn) => (isDrawn(turn) ? apart(turn) : [turn])) : turns;
}

function isDrawn({ role, parts }: Turn): boolean {
  return role === 'assistant' && parts.some(isMedia);
}

function isMedia({ kind }: Part): boolean {
  return kind === 'media';
}

function apart(turn: Turn): readonly Turn[] {
  return [
    { ...turn, parts: turn.parts.filter((part) => !isMedia(part)) },
    { role: 'user', path: turn.path, parts: turn.parts.filter(isMedia) },
  ];
}
