import type { AnswerEvent } from '../../model/answer-event.ts';
import type { Dialect } from '../../model/dialect.ts';
import type { Prompt } from '../../model/prompt.ts';
import type { Protocol } from '../protocol.ts';
import { hexHash, portableToolCallId } from '../tool-call-id.ts';

/** What a vendor takes as the name of a tool. */
interface ToolNameRule {
  readonly maxChars: number;
  /** The characters that it refuses, with the flag `g`. */
  readonly refused: RegExp;
  /** How a name must begin. */
  readonly begins: RegExp;
}

/**
 * The name by which a vendor knows the tool. One that it takes is unchanged. Any other keeps what is allowed of its beginning and gets a hash of
 * the whole: names that differ only in what is left out must stay two. Pure, so that the tools, the choice and the calls of the
 * history agree, and a conversation's prompt stays the same from turn to turn.
 */
export function vendorToolName(name: string, { maxChars, refused, begins }: ToolNameRule): string {
  const allowed = name.slice(0, maxChars).replace(refused, '_');
  if (allowed === name && begins.test(name)) {
    return name;
  }
  const suffix = `_${hexHash(name)}`;
  const begun = begins.test(allowed) ? allowed : `_${allowed}`;
  return begun.slice(0, maxChars - suffix.length) + suffix;
}

/** The caller's names of the tools whose names the vendor does not take, by the vendor's: those on offer and those that were called; `undefined`: none. */
function wholeNames({ tools, turns }: Prompt, rule: ToolNameRule): ReadonlyMap<string, string> | undefined {
  let names: Map<string, string> | undefined;
  const add = (name: string): void => {
    const known = vendorToolName(name, rule);
    if (known !== name) {
      names ??= new Map();
      names.set(known, name);
    }
  };
  for (const tool of tools) {
    if (tool.kind === 'function') {
      add(tool.name);
    }
  }
  for (const { parts } of turns) {
    for (const part of parts) {
      if (part.kind === 'tool-call') {
        add(part.name);
      }
    }
  }
  return names;
}

/** The protocol with answers in which the tools have the caller's names; the very same where the vendor knows them by those. */
export function withWholeNames(protocol: Protocol, prompt: Prompt): Protocol {
  const names = wholeNames(prompt, TOOL_RULES[protocol.dialect].names);
  if (names === undefined) {
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

/** What a vendor takes of tools. */
export interface ToolRule {
  readonly names: ToolNameRule;
  /** The id of a call in the form that the vendor takes; absent: any, or its encoder sees to it. */
  readonly callId?: (id: string) => string;
}

/** OpenAI's, which servers that speak its APIs share, and Bedrock's. */
const SIXTY_FOUR: ToolNameRule = { maxChars: 64, refused: /[^a-zA-Z0-9_-]/g, begins: /^/ };

/** The rules of each API, which bind every model behind it, each with who says so and when it was read. */
export const TOOL_RULES: Readonly<Record<Dialect, ToolRule>> = {
  // OpenAI API reference, `tools[].function.name`, 2026-11.
  'openai-chat': { names: SIXTY_FOUR },
  // OpenAI API reference, "Create a model response", `tools`, 2026-11.
  'openai-responses': {
    names: SIXTY_FOUR,
  },
  // Anthropic API reference, "Create a Message", `tools[].name`, 2026-11.
  'anthropic-messages': {
    names: { ...SIXTY_FOUR, maxChars: 128 },
    callId: (id) => portableToolCallId(id, 128),
  },
  // googleapis "FunctionDeclaration" of Vertex AI, the stricter of Google's two, 2026-11.
  gemini: {
    names: { maxChars: 64, refused: /[^a-zA-Z0-9_.-]/g, begins: /^[a-zA-Z_]/ },
  },
  // Amazon Bedrock API reference, "ToolSpecification", 2026-11.
  'bedrock-converse': { names: SIXTY_FOUR },
};
