import { type ConversationMemory, conversationMemory, type LastTurn } from './conversation-memory.ts';

/** What one instance remembers of its plans, so that noise moves no conversation. */
export interface RoutingMemory {
  readonly conversations: ConversationMemory;
  /** By route: who counted as equally good in its last plan. */
  readonly equals: Map<string, ReadonlySet<string>>;
}

/** What a plan may know of the plans before it. */
export interface RememberedPlan {
  /** Where the conversation's last turn went. */
  readonly turn?: LastTurn;
  readonly equals: ReadonlySet<string>;
}

/** The memory of an instance that has planned nothing yet. */
export function routingMemory(): RoutingMemory {
  return { conversations: conversationMemory(), equals: new Map() };
}

/** A conversation's name among all routes'. */
export function conversationKey(route: string, affinityKey: string): string {
  return `${route}\n${affinityKey}`;
}
