import { defined } from '../model/defined.ts';
import type { AnswerIdentity, Keeping } from '../surfaces/surface.ts';
import { type JsonObject, stringMember } from '../wire/json.ts';
import type { AnswerStore, KeptAnswer } from './answer-store.ts';
import type { Call, Conversation } from './call.ts';

/** What an answer says of its being kept, before it is. */
export function keptAs({ log }: Call): Pick<AnswerIdentity, 'isKept' | 'previousAnswer'> {
  const { previous, toKeep } = log.last.conversation?.conversation ?? {};
  return { ...defined({ previousAnswer: previous }), ...(toKeep !== undefined && { isKept: true }) };
}

/**
 * Keeps a whole answer that is to be kept, before its caller is told that it is whole. Gives whether it was to be and is not: the answer
 * is worth more than its keeping, so it goes out, and `store` is named as dropped.
 */
export async function isLostAfterKeeping(call: Call, bodyOf: (() => JsonObject) | undefined): Promise<boolean> {
  const { surface, log, gateway } = call;
  const { answers } = gateway.ports;
  const conversation = log.last.conversation?.conversation;
  if (conversation === undefined || surface.keeping === undefined || answers === undefined) {
    return false;
  }
  const { requestId } = log;
  const toKeep = bodyOf && keptAnswer(surface.keeping, conversation, { requestId, body: bodyOf() });
  const isKept = toKeep !== undefined && (await isKeptIn(answers, conversation, toKeep));
  const isLost = conversation.isWanted && !isKept;
  if (isLost) {
    log.add({ kind: 'unkept' });
  }
  return isLost;
}

/** Longer ids, and more of them, are no vendor's: such items are not found by them. */
const MAX_ID_CHARS = 128;
const MAX_NAMED_ITEMS = 100;

function keptAnswer(
  keeping: Keeping,
  { toKeep }: Conversation,
  { requestId, body }: { readonly requestId: string; readonly body: JsonObject },
): KeptAnswer | undefined {
  const id = keeping.answerId(requestId);
  const named = keeping.outputOf(body).flatMap((item) => stringMember(item, 'id') ?? []);
  const itemIds = named.filter((item) => item.length <= MAX_ID_CHARS && keeping.answerOf(item) !== id);
  return toKeep && { ...toKeep, id, body, itemIds: itemIds.slice(0, MAX_NAMED_ITEMS) };
}

/** Failures are reported where they happen. */
async function isKeptIn(answers: AnswerStore, { owner, toRenew }: Conversation, answer: KeptAnswer): Promise<boolean> {
  const renewed = toRenew.length === 0 ? undefined : answers.renew(owner, toRenew).catch(() => undefined);
  const isKept = await answers.keep(owner, answer).then(
    (result) => result === 'kept',
    () => false,
  );
  await renewed;
  return isKept;
}
