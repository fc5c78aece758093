import { kindsOf, type Prompt } from '../model/prompt.ts';
import type { Vendor } from '../model/vendor.ts';
import { anthropic } from './anthropic-messages/anthropic.ts';
import { bedrock } from './bedrock-converse/bedrock.ts';
import { gemini } from './gemini/gemini.ts';
import { vertexEmbeddings } from './gemini/vertex-embeddings.ts';
import { claudeOnBedrock } from './hosted-claude/claude-on-bedrock.ts';
import { claudeOnVertex } from './hosted-claude/claude-on-vertex.ts';
import { openai } from './openai-chat/openai.ts';
import { openAiOnBedrock } from './openai-chat/openai-on-bedrock.ts';
import { openaiResponses } from './openai-responses/openai-responses.ts';
import { withHourlyWrites, withLostReasoningNamed, withWholeNames } from './portable/suited-protocol.ts';
import type { Protocol, Target } from './protocol.ts';

/** Every wire format that the gateway speaks, by its name in the configuration. A new one is a line here: `functions/ARCHITECTURE.md`. */
export const PROTOCOLS = {
  openai,
  'openai-responses': openaiResponses,
  anthropic,
  gemini,
  bedrock,
} as const satisfies Record<string, Protocol>;

/** Their names. `Object.keys` cannot say that it gives exactly these. */
export const PROTOCOL_NAMES = Object.keys(PROTOCOLS) as readonly (keyof typeof PROTOCOLS)[];

/** How some hosts speak a protocol that is another's: in an envelope of their own, or with errors of their own. */
const HOSTED: Readonly<Partial<Record<Vendor, Readonly<Partial<Record<keyof typeof PROTOCOLS, Protocol>>>>>> = {
  bedrock: { anthropic: claudeOnBedrock, openai: openAiOnBedrock },
  vertex: { anthropic: claudeOnVertex, gemini: { ...gemini, embeddings: vertexEmbeddings } },
};

/** A protocol of the configuration as the vendor's servers speak it. */
export function protocolAt(name: keyof typeof PROTOCOLS, vendor: Vendor | undefined): Protocol {
  return (vendor && HOSTED[vendor]?.[name]) ?? PROTOCOLS[name];
}

/**
 * The protocol in which a prompt is said to a deployment: the configured one, or another of the same host that serves it better. Its
 * encodings name what reasoning they leave out, its answers have the caller's names of the tools, and count what was written to a cache
 * for an hour as that. The very same protocol for most prompts.
 */
export function protocolFor(name: keyof typeof PROTOCOLS, prompt: Prompt, target: Target): Protocol {
  const configured = protocolAt(name, target.vendor);
  const chosen = configured.alternative?.(prompt, target) ?? configured;
  const kinds = kindsOf(prompt.turns);
  const hasNames = prompt.tools.length > 0 || kinds.has('tool-call');
  const hasMarks =
    kinds.has('cache-mark') || prompt.tools.some((tool) => tool.kind === 'function' && tool.cache !== undefined);
  const telling = prompt.original.dialect === 'openai-responses' ? withLostReasoningNamed(chosen) : chosen;
  const whole = hasNames ? withWholeNames(telling, prompt) : telling;
  return hasMarks ? withHourlyWrites(whole, prompt, target) : whole;
}
