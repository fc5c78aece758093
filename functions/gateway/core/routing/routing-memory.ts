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

/** A conversation's last turn. */
export interface LastTurn {
  readonly deployment: string;
  /** Of the prompt, which the vendor has read and may have kept. */
  readonly promptTokens: number;
}

/** A turn with the instant at which it was served, milliseconds since 1970. */
interface Noted extends LastTurn {
  readonly atMs: number;
}

/** Where conversations were served last, as one instance knows it. Bounded: the one that was silent for longest is forgotten first. */
export interface ConversationMemory {
  /** `undefined` where nothing is known, or it is too long ago for any vendor's cache. */
  readonly recall: (route: string, affinityKey: string, nowMs: number) => LastTurn | undefined;
  readonly note: (route: string, affinityKey: string, turn: Noted) => void;
}

/** OpenAI, Anthropic and Google keep an unused prefix for five minutes or little longer. */
const KEPT_MS = 300_000;
const MOST_CONVERSATIONS = 20_000;

/** A memory of at most `most` conversations; the one noted longest ago is forgotten first. */
export function conversationMemory(most = MOST_CONVERSATIONS): ConversationMemory {
  const turns = new Map<number, Noted>();
  return {
    recall: (route, affinityKey, nowMs) => {
      const turn = turns.get(keyNumber(`${route}\n${affinityKey}`));
      return turn === undefined || nowMs - turn.atMs > KEPT_MS ? undefined : turn;
    },
    note: (route, affinityKey, turn) => {
      const number = keyNumber(`${route}\n${affinityKey}`);
      // A Map keeps the order of insertion: what was noted last is at its end.
      turns.delete(number);
      turns.set(number, turn);
      const [oldest] = turns.keys();
      if (turns.size > most && oldest !== undefined) {
        turns.delete(oldest);
      }
    },
  };
}
