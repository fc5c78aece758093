import type { AnswerEvent } from '../../model/answer-event.ts';
import { type Dialect, type Native, nativeValue } from '../../model/dialect.ts';
import type { OpaquePart, Part } from '../../model/part.ts';
import type { Prompt } from '../../model/prompt.ts';
import { stringMember } from '../../wire/json.ts';
import { openAiRules } from '../openai-chat/rules-by-model.ts';
import { opened } from '../openai-responses/sealed-reasoning.ts';
import type { AnswerDecoder, Protocol, Target } from '../protocol.ts';
import { TOOL_RULES, type ToolNameRule, vendorToolName } from './tool-name.ts';

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

/**
 * The same protocol, whose counts of what was written to a cache are of an hour where the prompt asks for one and the vendor does not tell
 * lifetimes, as OpenRouter: an hour is dearer, and no key is charged less than what is billed.
 */
export function withHourlyWrites(protocol: Protocol, prompt: Prompt, target: Target): Protocol {
  return takesMarks(protocol, target) && asksForAnHour(prompt)
    ? { ...protocol, decoder: (...about) => hourly(protocol.decoder(...about)) }
    : protocol;
}

function takesMarks({ dialect }: Protocol, { model, rules, vendor }: Target): boolean {
  switch (dialect) {
    case 'anthropic-messages':
    case 'bedrock-converse':
      return true;
    case 'openai-chat': {
      const { foreignMembers } = openAiRules(model, rules, vendor);
      return foreignMembers === 'keep' || foreignMembers.includes('cache_control');
    }
    case 'openai-responses':
    case 'gemini':
      return false;
  }
}

function asksForAnHour({ turns, tools }: Prompt): boolean {
  return (
    turns.some(({ parts }) => parts.some(isOfAnHour)) ||
    tools.some((tool) => tool.kind === 'function' && tool.cache?.ttl === '1h')
  );
}

function isOfAnHour(part: Part): boolean {
  return part.cache?.ttl === '1h' || (part.kind === 'tool-result' && part.parts.some(isOfAnHour));
}

function hourly(decoder: AnswerDecoder): AnswerDecoder {
  return {
    ...decoder,
    event: (event) => decoder.event(event).map(hourlyUsage),
    body: (json) => decoder.body(json).map(hourlyUsage),
    end: () => decoder.end().map(hourlyUsage),
  };
}

function hourlyUsage(event: AnswerEvent): AnswerEvent {
  if (event.type !== 'usage' || event.usage.cacheWrite1h !== undefined) {
    return event;
  }
  const { cacheWrite5m: written, ...usage } = event.usage;
  return written === undefined ? event : { ...event, usage: { ...usage, cacheWrite5m: 0, cacheWrite1h: written } };
}

/** What a caller of the Responses API calls the proof of reasoning that he sends back. */
const MEMBER = 'reasoning.encrypted_content';

/**
 * The same protocol, whose encodings name what is left out because somebody else has encrypted or signed it, or keeps it. What a request makes
 * no sense without, as a compacted conversation, is refused.
 */
export function withLostReasoningNamed(protocol: Protocol): Protocol {
  return {
    ...protocol,
    encode: (prompt, target) => {
      const encoding = protocol.encode(prompt, target);
      if (encoding.kind === 'unsupported') {
        return encoding;
      }
      const lost = lostItems(prompt, protocol.dialect, target);
      const needed = lost.find(({ native }) => native.ifForeign === 'refuse');
      if (needed !== undefined) {
        return { kind: 'unsupported', param: needed.path, message: OTHERS };
      }
      const isLost = losesReasoning(prompt, protocol.dialect, target);
      const dropped = [...lost.map(({ what }) => what), ...(isLost ? [MEMBER] : [])];
      return dropped.length === 0 ? encoding : { ...encoding, dropped: [...encoding.dropped, ...dropped] };
    },
  };
}

const OTHERS = 'Another account has encrypted this item, which it alone can read: leave it out.';

/** Items of the Responses API that do not go out to it: another account's, and references to what nobody keeps. */
function lostItems({ turns }: Prompt, dialect: Dialect, { account }: Target): readonly OpaquePart[] {
  return turns.flatMap(({ parts }) =>
    parts.flatMap((part) => {
      const own = part.kind === 'opaque' ? nativeValue(part.native, dialect) : undefined;
      const isLost = own?.type === 'item_reference' || (own !== undefined && opened(own, account) === undefined);
      return part.kind === 'opaque' && dialect === 'openai-responses' && isLost ? [part] : [];
    }),
  );
}

function losesReasoning({ turns }: Prompt, dialect: Dialect, { account }: Target): boolean {
  const isLost = (proof: Native | undefined): boolean =>
    proof !== undefined && isProof(proof) && !isReadable(proof, dialect, account);
  return turns.some(({ parts }) => parts.some((part) => part.kind === 'reasoning' && isLost(part.proof)));
}

/** An item of OpenAI's without encrypted content proves nothing. */
function isProof({ dialect, value }: Native): boolean {
  return dialect !== 'openai-responses' || (stringMember(value, 'encrypted_content') ?? '') !== '';
}

/** Claude's signatures hold on every host. */
function isReadable({ dialect: maker, value }: Native, dialect: Dialect, account: string | undefined): boolean {
  if (maker === 'openai-responses') {
    return dialect === maker && opened(value, account) !== undefined;
  }
  return maker === dialect || (maker === 'anthropic-messages' && dialect === 'bedrock-converse');
}
