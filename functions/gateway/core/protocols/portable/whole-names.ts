import type { AnswerEvent } from '../../model/answer-event.ts';
import type { Prompt } from '../../model/prompt.ts';
import type { Protocol } from '../protocol.ts';
import { wholeNames } from './tool-name.ts';
import { TOOL_RULES } from './tool-rules.ts';

/** The protocol with answers in which the tools have the caller's names; the very same where the vendor knows them by those. */
export function withWholeNames(protocol: Protocol, prompt: Prompt): Protocol {
  const names = wholeNames(prompt, TOOL_RULES[protocol.dialect].names);
  if (names.size === 0) {
    return protocol;
  }
  const whole = (events: readonly AnswerEvent[]) => events.map((event) => withWholeName(event, names));
  return {
    ...protocol,
    decoder: (target, choices) => {
      const decoder = protocol.decoder(target, choices);
      return {
        event: (event) => whole(decoder.event(event)),
        body: (json) => whole(decoder.body(json)),
        end: () => whole(decoder.end()),
        isComplete: decoder.isComplete,
      };
    },
  };
}

function withWholeName(event: AnswerEvent, names: ReadonlyMap<string, string>): AnswerEvent {
  const name =
    event.type === 'part-start' && event.begins.kind === 'tool-call' ? names.get(event.begins.name) : undefined;
  return event.type === 'part-start' && event.begins.kind === 'tool-call' && name !== undefined
    ? { ...event, begins: { ...event.begins, name } }
    : event;
}
