import type { JsonObject } from '../../wire/json.ts';

/** The events of one stream, in order and numbered from 0. */
export interface ResponseEvents {
  readonly emit: (type: string, members: JsonObject) => void;
  /** More of the last event, where it is of this type and has not been taken; else `false`. */
  readonly amend: (type: string, members: JsonObject) => boolean;
  /** What has been emitted since the last time. */
  readonly take: () => readonly JsonObject[];
}

/** No events so far. */
export function responseEvents(): ResponseEvents {
  let pending: JsonObject[] = [];
  let count = 0;
  return {
    emit: (type, members) => {
      pending.push({ type, sequence_number: count, ...members });
      count += 1;
    },
    amend: (type, members) => {
      const last = pending.at(-1);
      const isLast = last?.type === type;
      if (isLast) {
        pending[pending.length - 1] = { ...last, ...members };
      }
      return isLast;
    },
    take: () => {
      const taken = pending;
      pending = [];
      return taken;
    },
  };
}
