import type { JsonObject } from '../../wire/json.ts';
import { ownItemId } from './kept-items.ts';
import type { ResponseEvents } from './response-events.ts';

/** One item of an answer's `output`. */
export interface OutputItem {
  /** Its place in `output`. */
  readonly index: number;
  readonly id: string;
  /** As it stands; replaced when it is done. */
  value: JsonObject;
}

/** The items of an answer in the order in which they began. */
export interface OutputItems {
  /** An item begins. Its id is the value's own, or is made from the prefix. */
  readonly begin: (prefix: string, value: JsonObject) => OutputItem;
  readonly finish: (item: OutputItem, value: JsonObject) => void;
  /** The answer broke off in this item. No event says that it is done: clients run a call that is. */
  readonly cut: (item: OutputItem, said: JsonObject) => void;
  readonly withId: (id: string) => OutputItem | undefined;
  readonly values: () => readonly JsonObject[];
}

/** No items so far. Ids are made from the request's. */
export function outputItems(requestId: string, events: ResponseEvents): OutputItems {
  const items: OutputItem[] = [];
  return {
    begin: (prefix, value) => {
      const index = items.length;
      const id = typeof value.id === 'string' ? value.id : ownItemId(prefix, requestId, String(index));
      const item = { index, id, value: { ...value, id } };
      items.push(item);
      events.emit('response.output_item.added', { output_index: index, item: item.value });
      return item;
    },
    finish: (item, value) => {
      item.value = { ...value, id: item.id };
      events.emit('response.output_item.done', { output_index: item.index, item: item.value });
    },
    cut: (item, said) => {
      item.value = { ...item.value, ...said, status: 'incomplete' };
    },
    withId: (id) => items.find((item) => item.id === id),
    values: () => items.map(({ value }) => value),
  };
}
