import { badRequest, type GatewayError } from '../model/gateway-error.ts';
import type { AskedOfKept, Keeping } from '../surfaces/surface.ts';
import { isJsonObject, type JsonObject } from '../wire/json.ts';
import { type AnswerStore, type FoundAnswer, MAX_CONVERSATION_BYTES } from './answer-store.ts';
import { type Call, endStage } from './call.ts';
import type { AuthenticatedKey } from './ports.ts';

/** A request's body that refers to nothing that is kept. */
export type ResumedConversation =
  | { readonly kind: 'resumed'; readonly json: unknown }
  | { readonly kind: 'refused'; readonly error: GatewayError };

/** A conversation has as many answers at the most. Each is read when it goes on. */
const MAX_ANCESTORS = 1000;

/**
 * Puts what is kept of a conversation before a request that goes on with it, and in place of references to its items. A body that asks for
 * nothing of the kind stays as it is, and where no answers are kept every body does: its surface refuses what needs them.
 */
export async function resumeConversation(call: Call, json: unknown): Promise<ResumedConversation> {
  const { answers, clock } = call.gateway.ports;
  const { keeping } = call.surface;
  const key = call.log.key;
  if (keeping === undefined || answers === undefined || key === undefined || !isJsonObject(json)) {
    return { kind: 'resumed', json };
  }
  const asked = keeping.asked(json);
  if (asked.kind === 'invalid') {
    return refused(badRequest(asked.message, asked.param));
  }
  const store = { answers, owner: ownerOf(key), keeping };
  const beganMs = clock.nowMs();
  const before = await keptBefore(store, asked).catch(() => storeAway());
  if (asked.previous !== undefined || asked.items.length > 0) {
    endStage(call, 'conversation', beganMs);
  }
  return 'status' in before ? refused(before) : resumed(call, { json, asked, before, store });
}

/** Whose answers a key's are. */
export function ownerOf({ account, name }: AuthenticatedKey): string {
  return account ?? `key:${name}`;
}

function refused(error: GatewayError): ResumedConversation {
  return { kind: 'refused', error };
}

interface Store {
  readonly answers: AnswerStore;
  readonly owner: string;
  readonly keeping: Keeping;
}

/** What is kept of what a request refers to. */
interface Before {
  /** The conversation, oldest first. */
  readonly conversation: readonly FoundAnswer[];
  /** Other answers, of which it names items. */
  readonly others: readonly FoundAnswer[];
}

async function keptBefore(store: Store, asked: AskedOfKept): Promise<Before | GatewayError> {
  const [conversation, itemAnswers] = await Promise.all([
    keptConversation(store, asked.previous),
    itemsPlaces(store, asked),
  ]);
  if ('status' in conversation) {
    return conversation;
  }
  const known = new Set(conversation.map(({ id }) => id));
  const others = await store.answers.read(
    store.owner,
    itemAnswers.filter((id) => !known.has(id)),
  );
  return others === 'too-large' ? tooLong('input') : { conversation, others: [...others.values()] };
}

/** The answers of a conversation up to `last`, oldest first, or why it cannot go on. Rejects where the store does not answer. */
export async function keptConversation(
  { answers, owner }: Pick<Store, 'answers' | 'owner'>,
  last: string | undefined,
): Promise<readonly FoundAnswer[] | GatewayError> {
  if (last === undefined) {
    return [];
  }
  const found = await answers.read(owner, [last]);
  const answer = found === 'too-large' ? undefined : found.get(last);
  if (answer === undefined) {
    return notFound(
      `Previous response with id '${shown(last)}' not found: it is not kept for this key, or not any more.`,
    );
  }
  if (answer.conversationBytes > MAX_CONVERSATION_BYTES || answer.ancestors.length >= MAX_ANCESTORS) {
    return tooLong('previous_response_id');
  }
  const earlier = await answers.read(owner, answer.ancestors);
  if (earlier === 'too-large') {
    return tooLong('previous_response_id');
  }
  const missing = answer.ancestors.find((id) => !earlier.has(id));
  if (missing !== undefined) {
    return notFound(
      `An earlier response of this conversation, '${missing}', is not kept any more: send the conversation as input.`,
    );
  }
  return [...answer.ancestors.flatMap((id) => earlier.get(id) ?? []), answer];
}

async function itemsPlaces({ answers, owner, keeping }: Store, { items }: AskedOfKept): Promise<readonly string[]> {
  const told = items.flatMap((id) => keeping.answerOf(id) ?? []);
  const untold = items.filter((id) => keeping.answerOf(id) === undefined);
  const looked = untold.length === 0 ? new Map<string, string>() : await answers.findItems(owner, untold);
  return [...new Set([...told, ...looked.values()])];
}

interface Resuming {
  readonly json: JsonObject;
  readonly asked: AskedOfKept;
  readonly before: Before;
  readonly store: Store;
}

function resumed({ log }: Call, resuming: Resuming): ResumedConversation {
  const { json, asked, before, store } = resuming;
  const { owner, keeping, answers } = store;
  const standing = new Set(before.conversation.flatMap((answer) => [...keeping.itemsOf(answer).keys()]));
  const found = new Map(before.others.flatMap((answer) => [...keeping.itemsOf(answer)]));
  const own = keeping.ownBody(json, { found, standing });
  if (own.kind === 'invalid') {
    return refused(badRequest(own.message, own.param));
  }
  const earlier = before.conversation.flatMap(({ input, body }) => [...input, ...keeping.outputOf(body)]);
  const toKeep = {
    ancestors: before.conversation.map(({ id }) => id),
    input: keeping.inputOf(own.body),
    earlierBytes: before.conversation.at(-1)?.conversationBytes ?? 0,
  };
  const isKept = asked.isKept && !answers.isOverAllowance(owner);
  const previous = asked.previous === undefined ? {} : { previous: asked.previous };
  const conversation = {
    owner,
    toRenew: before.conversation.flatMap(({ id, isHalfOver }) => (isHalfOver ? [id] : [])),
    earlierItems: earlier.length,
    ...previous,
    isWanted: asked.isKept,
    ...(isKept && { toKeep }),
  };
  log.add({ kind: 'conversation', conversation });
  return { kind: 'resumed', json: keeping.resumed(own.body, earlier) };
}

const MAX_SHOWN_CHARS = 100;

function shown(id: string): string {
  return id.slice(0, MAX_SHOWN_CHARS);
}

function notFound(message: string): GatewayError {
  return badRequest(message, 'previous_response_id', 'previous_response_not_found');
}

function tooLong(param: string): GatewayError {
  const most = `${MAX_ANCESTORS} responses or ${MAX_CONVERSATION_BYTES / 1024 / 1024} MB`;
  const message = `This conversation has become longer than ${most}, which is all that is kept of one: begin a new one with what matters of it as input.`;
  return badRequest(message, param, 'conversation_too_long');
}

/** The answer to a caller whose kept answers cannot be reached. */
export function storeAway(): GatewayError {
  const message = 'Answers that are kept cannot be reached at the moment. Try again.';
  const headers = { 'retry-after': '1' };
  return { status: 503, message, type: 'server_error', code: 'kept_answers_unavailable', param: null, headers };
}
