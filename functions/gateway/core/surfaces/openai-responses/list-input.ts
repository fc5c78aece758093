import { isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import { type InvalidRequest, invalidMember } from '../invalid-request.ts';
import type { AnswerWithInput } from '../surface.ts';
import { keptItems } from './kept-items.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/**
 * A page of what an answer was given as its input: the conversation before it and its own request's items, newest first unless `query`
 * says `order=asc`. Source: OpenAI API reference, "List input items".
 */
export function inputItemsPage(
  conversation: readonly AnswerWithInput[],
  query: URLSearchParams,
): { readonly kind: 'page'; readonly page: JsonObject } | InvalidRequest {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    return invalidMember('limit', `must be a whole number from 1 to ${MAX_LIMIT}.`);
  }
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') {
    return invalidMember('order', 'must be "asc" or "desc".');
  }
  const oldestFirst = allItems(conversation);
  const items = order === 'asc' ? oldestFirst : oldestFirst.toReversed();
  const range = rangeOf(items, query);
  return 'kind' in range ? range : { kind: 'page', page: pageOf(items.slice(range.from, range.to), limit) };
}

function allItems(conversation: readonly AnswerWithInput[]): readonly JsonObject[] {
  return conversation.flatMap((answer, index) => {
    const isLast = index === conversation.length - 1;
    return [...keptItems(isLast ? { ...answer, body: {} } : answer)].map(([id, item]) => listed(item, id));
  });
}

function rangeOf(
  items: readonly JsonObject[],
  query: URLSearchParams,
): { readonly from: number; readonly to: number } | InvalidRequest {
  const [after, before] = [query.get('after'), query.get('before')];
  const at = (id: string): number => items.findIndex((item) => item.id === id);
  const from = after === null ? 0 : at(after) + 1;
  const to = before === null ? items.length : at(before);
  if (after !== null && from === 0) {
    return invalidMember('after', 'must be the id of an item of this list.');
  }
  return to === -1 ? invalidMember('before', 'must be the id of an item of this list.') : { from, to };
}

function pageOf(items: readonly JsonObject[], limit: number): JsonObject {
  const data = items.slice(0, limit);
  return {
    object: 'list',
    data,
    first_id: data.at(0)?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: items.length > limit,
  };
}

/** An item in the form in which OpenAI lists it: with id, type and status, its content as parts. */
function listed(item: JsonObject, id: string): JsonObject {
  const type = stringMember(item, 'type') ?? 'message';
  if (type !== 'message') {
    return { ...item, id, type };
  }
  const textType = item.role === 'assistant' ? 'output_text' : 'input_text';
  const content = typeof item.content === 'string' ? [{ type: textType, text: item.content }] : item.content;
  return {
    status: 'completed',
    ...item,
    id,
    type,
    content: Array.isArray(content) ? content.filter(isJsonObject) : [],
  };
}
