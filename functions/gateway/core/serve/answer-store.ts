import type { JsonObject } from '../wire/json.ts';

/** A whole answer as it is kept, with what it answered. */
export interface KeptAnswer {
  /** As callers name it: `resp_...`. */
  readonly id: string;
  /** The earlier answers of its conversation, oldest first. Each is kept by itself. */
  readonly ancestors: readonly string[];
  /** What its own request added to the conversation, as items of the caller's API. */
  readonly input: readonly JsonObject[];
  /** The answer's body, as the caller got it. */
  readonly body: JsonObject;
  /** Ids of the answer's items that say nothing of the answer they stand in. */
  readonly itemIds: readonly string[];
  /** Bytes of JSON of the conversation before it. */
  readonly earlierBytes: number;
}

/** An answer as it is found again. */
export interface FoundAnswer extends KeptAnswer {
  /** Bytes of JSON of the conversation, itself included. */
  readonly conversationBytes: number;
  /** Whether more than half of its days are over. */
  readonly isHalfOver: boolean;
}

/** What became of an answer that was to be kept. `over-allowance`: its owner has kept as much as one may in a day. */
export type KeepingResult = 'kept' | 'too-large' | 'over-allowance';

/**
 * Where whole answers are kept for those who asked for them. An owner is one key: what another has kept is not there. Every method rejects
 * where the store does not answer.
 */
export interface AnswerStore {
  /** Keeps an answer. When it resolves with `kept`, every read finds it. */
  readonly keep: (owner: string, answer: KeptAnswer) => Promise<KeepingResult>;
  /** Whether the owner is known to have kept as much as one may today. Asks nobody. */
  readonly isOverAllowance: (owner: string) => boolean;
  /** The answers of these ids that are there; `too-large` where they are more than one conversation may be. */
  readonly read: (owner: string, ids: readonly string[]) => Promise<ReadonlyMap<string, FoundAnswer> | 'too-large'>;
  /** Begins the days of these answers anew, where they are there. */
  readonly renew: (owner: string, ids: readonly string[]) => Promise<void>;
  /** By the id of an item, the answer that it stands in. */
  readonly findItems: (owner: string, itemIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Whether there was one to remove. */
  readonly remove: (owner: string, id: string) => Promise<boolean>;
}

/** The most JSON that a conversation, and with it one answer, may be kept as: twice the largest request. */
export const MAX_CONVERSATION_BYTES = 12 * 1024 * 1024;
