import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  numberMember,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';

/**
 * What is wrong with a whole stream of the Responses API, one sentence each: numbers, ids, the order of events, pieces that are not their
 * whole, items that are not the response's. Source: OpenAI API reference, "Streaming events".
 */
export function responseStreamProblems(events: readonly JsonObject[]): readonly string[] {
  const items = new Map<number, SeenItem>();
  const told = events.flatMap((event) => itemProblems(event, items));
  const wrongNumbers = events
    .filter((event, index) => event.sequence_number !== index)
    .map(({ type }) => `${type}: its number`);
  const [first, second] = events;
  const begins = first?.type === 'response.created' && second?.type === 'response.in_progress';
  return [...(begins ? [] : ['its beginning']), ...wrongNumbers, ...told, ...endProblems(events.at(-1), items)];
}

interface SeenItem {
  readonly id: unknown;
  readonly pieces: Map<string, string>;
  done: unknown;
}

function itemProblems(event: JsonObject, items: Map<number, SeenItem>): readonly string[] {
  const index = numberMember(event, 'output_index');
  const item = isJsonObject(event.item) ? event.item : undefined;
  if (index === undefined) {
    return [];
  }
  if (event.type === 'response.output_item.added') {
    const isNext = index === items.size;
    items.set(index, { id: item?.id, pieces: new Map(), done: undefined });
    return isNext ? [] : [`item ${index}: its place`];
  }
  const seen = items.get(index);
  if (seen === undefined || seen.done !== undefined || (item?.id ?? event.item_id) !== seen.id) {
    return [`${String(event.type)} of item ${index}: its id or its place`];
  }
  if (event.type === 'response.output_item.done') {
    seen.done = item;
    return [];
  }
  return pieceProblems(event, seen);
}

function pieceProblems(event: JsonObject, { pieces }: SeenItem): readonly string[] {
  const type = stringMember(event, 'type') ?? '';
  const place = `${type.replace(/\.(?:delta|done)$/, '')} ${String(event.content_index ?? event.summary_index ?? '')}`;
  if (type.endsWith('.delta')) {
    pieces.set(place, (pieces.get(place) ?? '') + String(event.delta));
  }
  const whole = [event.text, event.arguments, event.input, event.refusal].find((text) => typeof text === 'string');
  const isWhole = !type.endsWith('.done') || whole === undefined || whole === (pieces.get(place) ?? '');
  return isWhole ? [] : [`${place}: its whole is ${String(whole)}`];
}

function endProblems(last: JsonObject | undefined, items: ReadonlyMap<number, SeenItem>): readonly string[] {
  const response = last?.response;
  const isEnd = ['response.completed', 'response.incomplete'].includes(String(last?.type));
  if (!isEnd || !isJsonObject(response)) {
    return ['its end'];
  }
  const output = JSON.stringify(arrayMember(response, 'output'));
  const done = JSON.stringify([...items.values()].map((item) => item.done));
  const hasUsage = (numberMember(response.usage, 'total_tokens') ?? 0) > 0;
  return [
    ...(output === done ? [] : [`its output ${output} is not its items ${done}`]),
    ...(hasUsage ? [] : ['its usage']),
  ];
}
