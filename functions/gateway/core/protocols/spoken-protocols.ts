import type { ProtocolName } from '../model/gateway-config.ts';
import { isPlainTalk } from '../model/plain-talk.ts';
import { kindsOf, type Prompt } from '../model/prompt.ts';
import type { Vendor } from '../model/vendor.ts';
import { anthropic } from './anthropic-messages/anthropic.ts';
import { openai } from './openai-chat/openai.ts';
import { openaiResponses } from './openai-responses/openai-responses.ts';
import { withHourlyWrites, withLostReasoningNamed, withWholeNames } from './portable/suited-protocol.ts';
import type { Alternative, CloudProtocols, Protocol, Target } from './protocol.ts';

/** The protocols that are loaded with the gateway: OpenAI's and Anthropic's, which most configurations and both clouds' Claude need. */
const EVERYWHERE: Readonly<Partial<Record<ProtocolName, Protocol>>> = {
  openai,
  'openai-responses': openaiResponses,
  anthropic,
};

/** A cloud whose protocols are loaded where it is called, and how they are. */
const LOADS = {
  amazon: async () => (await import('./amazon-protocols.ts')).AMAZON_PROTOCOLS,
  google: async () => (await import('./google-protocols.ts')).GOOGLE_PROTOCOLS,
} as const satisfies Record<string, () => Promise<CloudProtocols>>;

type Cloud = keyof typeof LOADS;

const CLOUD_OF_VENDOR: Readonly<Partial<Record<Vendor, Cloud>>> = {
  bedrock: 'amazon',
  vertex: 'google',
  'google-ai': 'google',
};

const CLOUD_OF_PROTOCOL: Readonly<Partial<Record<ProtocolName, Cloud>>> = { bedrock: 'amazon', gemini: 'google' };

/** What is loaded of the clouds, for the life of the process. */
const LOADED: Partial<Record<Cloud, CloudProtocols>> = {};

/** Says that a cloud's protocols are loaded. */
export function speak(cloud: Cloud, protocols: CloudProtocols): void {
  LOADED[cloud] = protocols;
}

/** What is spoken to a provider or a deployment. */
export interface Spoken {
  readonly protocol: ProtocolName;
  readonly vendor: Vendor;
}

/** Loads what is needed to speak so. To be awaited before the first prompt. Rejects where it cannot be loaded. */
export async function loadProtocols(spoken: readonly Spoken[]): Promise<void> {
  // A cloud may be asked in words that are another's: that its servers refuse them is theirs to say.
  const needed = new Set(
    spoken
      .flatMap(({ protocol, vendor }) => [CLOUD_OF_VENDOR[vendor], CLOUD_OF_PROTOCOL[protocol]])
      .filter((cloud) => cloud !== undefined),
  );
  await Promise.all([...needed].map(async (cloud) => speak(cloud, await LOADS[cloud]())));
}

/** A protocol of the configuration as the vendor's servers speak it. Throws where it has not been loaded. */
export function protocolAt(name: ProtocolName, vendor: Vendor | undefined): Protocol {
  const host = vendor && CLOUD_OF_VENDOR[vendor];
  const owner = CLOUD_OF_PROTOCOL[name];
  const hosting = host && LOADED[host];
  const own = owner === undefined ? EVERYWHERE[name] : LOADED[owner]?.own[name];
  const found = (vendor && hosting?.hosted[vendor]?.[name]) ?? own;
  if (found === undefined || (host !== undefined && hosting === undefined)) {
    throw new Error(`The protocol ${name} of ${vendor ?? 'any vendor'} has not been loaded.`);
  }
  return found;
}

/** The protocols of a deployment, found once. */
interface Known {
  readonly name: ProtocolName;
  readonly configured: Protocol;
  /** What chooses another one for a prompt. */
  readonly alternative: Alternative | undefined;
}

const KNOWN = new WeakMap<Target, Known>();

function knownAt(name: ProtocolName, target: Target): Known {
  const configured = protocolAt(name, target.vendor);
  const known = { name, configured, alternative: configured.alternative?.(target) };
  KNOWN.set(target, known);
  return known;
}

/**
 * The protocol in which a prompt is said to a deployment: the configured one, or another of the same host that serves it better. Its
 * encodings name what reasoning they leave out, its answers have the caller's names of the tools, and count what was written to a cache
 * for an hour as that. The very same protocol for most prompts.
 */
export function protocolFor(name: ProtocolName, prompt: Prompt, target: Target): Protocol {
  const found = KNOWN.get(target);
  const { configured, alternative } = found?.name === name ? found : knownAt(name, target);
  const chosen = alternative?.(prompt) ?? configured;
  const telling = prompt.original.dialect === 'openai-responses' ? withLostReasoningNamed(chosen) : chosen;
  return isPlainTalk(prompt) ? telling : withWholeAnswers(telling, prompt, target);
}

/** The protocol with answers that have the caller's names of the tools, and count hourly writes to a cache, where there are such. */
function withWholeAnswers(protocol: Protocol, prompt: Prompt, target: Target): Protocol {
  const kinds = kindsOf(prompt.turns);
  const hasNames = prompt.tools.length > 0 || kinds.has('tool-call');
  const hasMarks =
    kinds.has('cache-mark') || prompt.tools.some((tool) => tool.kind === 'function' && tool.cache !== undefined);
  const whole = hasNames ? withWholeNames(protocol, prompt) : protocol;
  return hasMarks ? withHourlyWrites(whole, prompt, target) : whole;
}
