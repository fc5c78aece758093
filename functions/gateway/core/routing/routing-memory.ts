import { keyNumber } from '../model/rendezvous.ts';

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

/** A conversation's last turn. */
export interface LastTurn {
  readonly deployment: string;
  /** Of the prompt, which the vendor has read and may have kept. */
  readonly promptTokens: number;
}

/** Where conversations were served last, as one instance knows it. Bounded: the one that was silent for longest is forgotten first. */
export interface ConversationMemory {
  /** `undefined` where nothing is known, or it is too long ago for any vendor's cache. */
  readonly recall: (key: string, nowMs: number) => LastTurn | undefined;
  readonly note: (key: string, turn: LastTurn, nowMs: number) => void;
}

/** OpenAI, Anthropic and Google keep an unused prefix for five minutes or little longer. */
const KEPT_MS = 300_000;
const MOST_CONVERSATIONS = 20_000;

/** A memory of at most `most` conversations; the one noted longest ago is forgotten first. */
export function conversationMemory(most = MOST_CONVERSATIONS): ConversationMemory {
  const turns = new Map<number, LastTurn & { readonly atMs: number }>();
  return {
    recall: (key, nowMs) => {
      const turn = turns.get(keyNumber(key));
      return turn === undefined || nowMs - turn.atMs > KEPT_MS ? undefined : turn;
    },
    note: (key, { deployment, promptTokens }, nowMs) => {
      const number = keyNumber(key);
      // A Map keeps the order of insertion: what was noted last is at its end.
      turns.delete(number);
      turns.set(number, { deployment, promptTokens, atMs: nowMs });
      const [oldest] = turns.keys();
      if (turns.size > most && oldest !== undefined) {
        turns.delete(oldest);
      }
    },
  };
}
