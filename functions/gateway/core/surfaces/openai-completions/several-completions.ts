import { arrayMember, isJsonObject, type JsonObject, numberMember, objectMember, parseJson } from '../../wire/json.ts';
import type { PieceOf, SeveralPrompts } from '../surface.ts';
import { promptsOf } from './read-completions.ts';

/**
 * Several prompts in one request of completions: the choices of the first prompt come first, `n` of each. Source: OpenAI API reference,
 * "Create completion".
 */
export const severalCompletions: SeveralPrompts = {
  bodies: (json) => promptsOf(json).map((prompt) => ({ ...(json as JsonObject), prompt })),
  body: (bodies, asked) => {
    const [first = {}] = bodies;
    const choices = bodies.map((body) => arrayMember(body, 'choices').filter(isJsonObject));
    const usages = bodies.map((body) => objectMember(body, 'usage')).filter((usage) => usage !== undefined);
    return {
      ...first,
      choices: choices.flatMap((own, index) => own.map((choice) => placed(choice, index, asked))),
      ...(usages.length > 0 && { usage: summed(usages) }),
    };
  },
  stream: mergedStream,
};

function placed(choice: JsonObject, prompt: number, asked: JsonObject): JsonObject {
  const each = numberMember(asked, 'n') ?? 1;
  return { ...choice, index: prompt * each + (numberMember(choice, 'index') ?? 0) };
}

/** Counts of several answers, member by member. */
function summed(usages: readonly JsonObject[]): JsonObject {
  const names = new Set(usages.flatMap((usage) => Object.keys(usage)));
  return Object.fromEntries(
    [...names].map((name) => {
      const details = usages.map((usage) => objectMember(usage, name)).filter((counts) => counts !== undefined);
      const counts = usages.map((usage) => numberMember(usage, name) ?? 0);
      return [name, details.length > 0 ? summed(details) : counts.reduce((sum, count) => sum + count, 0)];
    }),
  );
}

interface Merging {
  /** What one answer is called, and all of them here. */
  identity: JsonObject | undefined;
  readonly usages: JsonObject[];
  isBroken: boolean;
}

/** Each event as it comes, under one id; the counts of all and the ending once. What breaks one answer off breaks all off. */
async function* mergedStream(pieces: AsyncIterable<PieceOf>, asked: JsonObject): AsyncGenerator<string, void, void> {
  const merging: Merging = { identity: undefined, usages: [], isBroken: false };
  for await (const { index, text } of pieces) {
    const events = text.split(/(?<=\n\n)/).map((event) => mergedEvent(merging, event, { prompt: index, asked }));
    const written = events.join('');
    if (written !== '') {
      yield written;
    }
    if (merging.isBroken) {
      return;
    }
  }
  const { identity, usages } = merging;
  const counts = usages.length === 0 ? '' : eventText({ ...identity, choices: [], usage: summed(usages) });
  yield `${counts}data: [DONE]\n\n`;
}

function eventText(json: JsonObject): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}

function mergedEvent(
  merging: Merging,
  event: string,
  { prompt, asked }: { readonly prompt: number; readonly asked: JsonObject },
): string {
  merging.isBroken ||= event.startsWith('event: error');
  const json = event.startsWith('data: {') ? parseJson(event.slice('data: '.length)) : undefined;
  if (!isJsonObject(json) || !Array.isArray(json.choices)) {
    return event.startsWith('data: [DONE]') ? '' : event;
  }
  const { choices, ...about } = json;
  const { usage, ...identity } = about;
  merging.identity ??= identity;
  if (choices.length === 0 && isJsonObject(usage)) {
    merging.usages.push(usage);
    return '';
  }
  const own = choices.filter(isJsonObject).map((choice) => placed(choice, prompt, asked));
  return eventText({ ...about, id: merging.identity.id, choices: own });
}
