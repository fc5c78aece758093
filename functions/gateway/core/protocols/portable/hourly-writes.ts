import type { AnswerEvent } from '../../model/answer-event.ts';
import type { Part } from '../../model/part.ts';
import type { Prompt } from '../../model/prompt.ts';
import { openAiRules } from '../openai-chat/openai-rules.ts';
import type { AnswerDecoder, Protocol, Target } from '../protocol.ts';

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
