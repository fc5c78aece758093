import type { AnswerEvent } from '../../model/answer-event.ts';
import { isJsonObject, type JsonObject, objectMember, parseJson, stringMember } from '../../wire/json.ts';
import type { AnswerIdentity } from '../surface.ts';
import { messageEvents } from './message-events.ts';

/** Puts an answer's events together into Anthropic's `message`: what its stream tells, folded. */
export function messageBody(events: readonly AnswerEvent[], about: AnswerIdentity): JsonObject {
  const { write, end } = messageEvents(about);
  const told = [...events.flatMap(write), ...end()];
  const blocks: BlockFold[] = [];
  let message: JsonObject = {};
  for (const event of told) {
    switch (event.type) {
      case 'message_start':
        message = objectMember(event, 'message') ?? {};
        break;
      case 'content_block_start':
        blocks.push(blockFold(objectMember(event, 'content_block') ?? {}));
        break;
      case 'content_block_delta':
        blocks.at(-1)?.grow(objectMember(event, 'delta') ?? {});
        break;
      case 'message_delta': {
        const { type: _, delta, ...others } = event;
        message = { ...message, ...(isJsonObject(delta) && delta), ...others };
      }
    }
  }
  return { ...message, content: blocks.map((block) => block.whole()) };
}

interface BlockFold {
  readonly grow: (delta: JsonObject) => void;
  readonly whole: () => JsonObject;
}

/** Texts go on, citations are listed, an input is read when it is whole, and any other member is replaced. Fragments are joined once. */
function blockFold(start: JsonObject): BlockFold {
  const values = new Map<string, unknown>();
  const texts = new Map<string, string[]>();
  const citations: unknown[] = [];
  return {
    grow: ({ type, ...members }) => {
      if (type === 'citations_delta') {
        citations.push(members.citation);
        return;
      }
      for (const [name, value] of Object.entries(members)) {
        if (typeof value === 'string') {
          append(texts, name, value);
        } else {
          values.set(name, value);
        }
      }
    },
    whole: () => {
      const joined = Object.fromEntries([...texts].map(([name, pieces]) => [name, pieces.join('')]));
      const { partial_json, ...grown } = joined;
      const input = partial_json === undefined ? undefined : parseJson(partial_json);
      return {
        ...start,
        ...Object.fromEntries(values),
        ...Object.fromEntries(
          Object.entries(grown).map(([name, text]) => [name, (stringMember(start, name) ?? '') + text]),
        ),
        ...(isJsonObject(input) && { input }),
        ...(citations.length > 0 && { citations }),
      };
    },
  };
}

function append(texts: Map<string, string[]>, name: string, text: string): void {
  const pieces = texts.get(name) ?? [];
  texts.set(name, pieces);
  pieces.push(text);
}
