import type { AnswerStore, FoundAnswer, KeptAnswer } from '../../functions/gateway/core/serve/answer-store.ts';

/** A store of answers in memory, which never forgets, and its answers by owner and id. */
export function memoryAnswers(): AnswerStore {
  const kept = new Map<string, KeptAnswer>();
  const items = new Map<string, string>();
  const keyOf = (owner: string, id: string): string => JSON.stringify([owner, id]);
  return {
    keep: async (owner, answer) => {
      kept.set(keyOf(owner, answer.id), structuredClone(answer));
      for (const id of answer.itemIds) {
        items.set(keyOf(owner, id), answer.id);
      }
      return 'kept';
    },
    isOverAllowance: () => false,
    read: async (owner, ids) => new Map(ids.flatMap((id) => found(kept.get(keyOf(owner, id))))),
    renew: async () => undefined,
    findItems: async (owner, ids) =>
      new Map(
        ids.flatMap((id) => {
          const answer = items.get(keyOf(owner, id));
          return answer === undefined ? [] : [[id, answer] as const];
        }),
      ),
    remove: async (owner, id) => kept.delete(keyOf(owner, id)),
  };
}

function found(answer: KeptAnswer | undefined): readonly (readonly [string, FoundAnswer])[] {
  return answer === undefined
    ? []
    : [
        [
          answer.id,
          { ...answer, conversationBytes: answer.earlierBytes + JSON.stringify(answer).length, isHalfOver: false },
        ],
      ];
}
