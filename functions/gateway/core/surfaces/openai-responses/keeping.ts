import { defined } from '../../model/defined.ts';
import { isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import { type InvalidRequest, invalidMember } from '../invalid-request.ts';
import { kindOf } from '../request-checks.ts';
import type { AskedOfKept, Keeping, KeptItems, OwnBody } from '../surface.ts';
import { requestProblem } from './check-request.ts';
import { answerId, answerOfItem, inputItemsOf, keptItems, outputItemsOf } from './kept-items.ts';

/** How the Responses API goes on from answers that are kept: `previous_response_id` and items that refer to others. */
export const responsesKeeping: Keeping = {
  asked,
  ownBody,
  resumed: (own, earlier) => (earlier.length === 0 ? own : { ...own, input: [...earlier, ...inputItemsOf(own)] }),
  inOwnPlaces,
  inputOf: inputItemsOf,
  outputOf: outputItemsOf,
  itemsOf: keptItems,
  answerOf: answerOfItem,
  answerId,
  unkept: (body) => ({ ...body, store: false }),
};

/** Each is looked up: an honest request refers to what a conversation's last turns have said. */
const MAX_REFERENCES = 500;

function asked(json: unknown): AskedOfKept | InvalidRequest {
  if (!isJsonObject(json)) {
    return { kind: 'asked', items: [], isKept: false };
  }
  const previous = json.previous_response_id ?? undefined;
  if (previous !== undefined && (typeof previous !== 'string' || previous === '')) {
    return invalidMember('previous_response_id', `must be the id of an answer; got ${kindOf(previous)}.`);
  }
  const items = inputItemsOf(json).flatMap((item) => referredId(item) ?? []);
  if (items.length > MAX_REFERENCES) {
    return invalidMember('input', `must refer to at most ${MAX_REFERENCES} items; got ${items.length}.`);
  }
  return { kind: 'asked', items, isKept: json.store !== false, ...defined({ previous }) };
}

function referredId(item: unknown): string | undefined {
  const type = stringMember(item, 'type');
  // Clients leave the type out of an item that is nothing but a reference.
  const isReference = type === 'item_reference' || (type === undefined && stringMember(item, 'role') === undefined);
  return isReference ? stringMember(item, 'id') : undefined;
}

function ownBody(json: JsonObject, kept: KeptItems): OwnBody | InvalidRequest {
  const { previous_response_id: _, ...body } = json;
  if (!Array.isArray(body.input)) {
    return checked(body);
  }
  const input = body.input.map((item, index) => resolved(item, `input[${index}]`, kept));
  const unknown = input.find((item) => item.kind === 'invalid');
  return unknown ?? checked({ ...body, input: input.flatMap(itemsIn) });
}

/** By itself, before anything stands before it: errors name the places that the caller knows. */
function checked(body: JsonObject): OwnBody | InvalidRequest {
  return requestProblem(body) ?? { kind: 'own', body };
}

type Resolved = { readonly kind: 'items'; readonly items: readonly unknown[] } | InvalidRequest;

function itemsIn(resolved: Resolved): readonly unknown[] {
  return resolved.kind === 'items' ? resolved.items : [];
}

/** Reasoning that is not there is left out: the answer is another's to think of. Words and calls cannot be. */
function resolved(item: unknown, path: string, { found, standing }: KeptItems): Resolved {
  const id = referredId(item);
  if (id === undefined) {
    return { kind: 'items', items: [item] };
  }
  if (standing.has(id)) {
    return { kind: 'items', items: [] };
  }
  const target = found.get(id);
  if (target !== undefined) {
    return { kind: 'items', items: [target] };
  }
  return id.startsWith('rs_')
    ? { kind: 'items', items: [] }
    : invalidMember(path, 'refers to an item that is not kept for this key: send the item itself.');
}

/** Items that are not the caller's own are told by the answer that they come from. */
function inOwnPlaces(text: string, earlier: number): string {
  return text.replace(/\binput\[(\d{1,9})\]/g, (_, place: string) => {
    const own = Number(place) - earlier;
    return own < 0 ? `previous_response_id.input[${place}]` : `input[${own}]`;
  });
}
