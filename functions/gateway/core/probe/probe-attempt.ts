import { chatAttempt } from '../attempt/chat-attempt.ts';
import { targetOf } from '../attempt/deployment-target.ts';
import { embeddingsAttempt } from '../attempt/embeddings-attempt.ts';
import type { Attempt } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import { defined } from '../model/defined.ts';
import type { Dial } from '../model/dial.ts';
import type { EmbeddingsRequest } from '../model/embeddings.ts';
import type { Deployment, ProtocolName, Timeouts } from '../model/gateway-config.ts';
import { type ModelRule, modelRules } from '../protocols/model-rules.ts';
import { protocolAt, protocolFor } from '../protocols/protocols.ts';
import { openAiChat } from '../surfaces/openai-chat/openai-chat.ts';

/** What the attempt of a probe needs of the world. */
export interface ProbeAttemptPorts {
  readonly timeouts: Timeouts;
  readonly dial: Dial;
  readonly clock: Clock;
}

/** The whole prompt. Every model has an answer to it. */
const PROMPT = 'Hi';

/** What vendors count for the prompt, with what they put around it. */
export const PROMPT_TOKENS = 10;

/**
 * The smallest call that the deployment takes, by the same encoders, decoders and attempts as the gateway's. `undefined`: its vendor cannot
 * be asked for it.
 */
export function probeAttempt(deployment: Deployment, ports: ProbeAttemptPorts): Attempt<unknown> | undefined {
  if (deployment.kind === 'embeddings') {
    return embeddingsProbe(deployment, ports);
  }
  const { probeMaxTokens, probeEffort } = probeRules(deployment);
  const target = targetOf(deployment);
  const read = openAiChat.read({
    model: deployment.model,
    messages: [{ role: 'user', content: PROMPT }],
    stream: true,
    // The older name: servers that are not OpenAI's may know no other. The encoder says it as the model wants it.
    max_tokens: probeMaxTokens,
    ...defined({ reasoning_effort: probeEffort }),
  });
  if (read.kind === 'invalid') {
    return undefined;
  }
  const protocol = protocolFor(deployment.providerSettings.protocol, read.prompt, target);
  const encoding = protocol.encode(read.prompt, target);
  return encoding.kind !== 'encoded'
    ? undefined
    : chatAttempt({ ...ports, deployment, protocol, target, request: encoding.request, choices: 1 });
}

function embeddingsProbe(deployment: Deployment, ports: ProbeAttemptPorts): Attempt<unknown> | undefined {
  const target = targetOf(deployment);
  const protocol = protocolAt(deployment.providerSettings.protocol, target.vendor);
  const { embeddings } = protocol;
  const asked: EmbeddingsRequest = { model: deployment.model, input: PROMPT };
  const encoding = embeddings?.encode(asked, target);
  return embeddings === undefined || encoding?.kind !== 'encoded'
    ? undefined
    : embeddingsAttempt({ ...ports, deployment, protocol, embeddings, asked, requests: encoding.requests });
}

/** How little a model can be asked for. An operator corrects either under a deployment's `rules`. */
export interface ProbeRules {
  /** The tokens that the answer may have. One, unless the model refuses that, or would refuse to end within it. */
  readonly probeMaxTokens: number;
  /** `reasoning_effort`: what makes the model think least. `undefined`: not said, for servers that may not know the field. */
  readonly probeEffort: string | undefined;
}

/** The rules of a deployment's model. */
export function probeRules({ providerSettings, model, rules }: Deployment): ProbeRules {
  return modelRules({ defaults: DEFAULTS, lines: PROBE_LINES[providerSettings.protocol] }, model, rules);
}

const DEFAULTS: ProbeRules = { probeMaxTokens: 1, probeEffort: undefined };

/** What OpenAI's newer models and the servers that pass calls on to its Responses API take at least: fewer are a 400. */
const LEAST_OF_NEWER = 16;

/**
 * A reasoning model that reaches the limit in its thoughts answers 400, not an empty answer. Those that cannot be told not to think get
 * room for few thoughts; a probe is hung up on at the first token all the same.
 */
const ROOM_TO_THINK = 256;

const OPENAI_LINES: readonly ModelRule<ProbeRules>[] = [
  // OpenAI's and those of Groq, Azure and DashScope behind the same protocol.
  // the 400s of OpenAI's API, "Expected a value >= 16", 2026-11
  { match: /gpt-oss|qwen/i, rules: { probeMaxTokens: LEAST_OF_NEWER } },
  // the 400s of OpenAI's API, "Expected a value >= 16", 2026-11
  { match: /^(?:openai\/)?gpt-(?:[5-9]|\d{2,})/, rules: { probeMaxTokens: LEAST_OF_NEWER } },
  // OpenAI's guide "Reasoning models", `reasoning.effort`, 2026-11
  {
    match: /^(?:openai\/)?gpt-5(?:-mini|-nano)?(?:-\d{4}-\d{2}-\d{2})?$/,
    rules: { probeEffort: 'minimal' },
  },
  // OpenAI's guide "Reasoning models", `reasoning.effort`, 2026-11
  {
    match: /^(?:openai\/)?gpt-(?:5\.\d+|[6-9](?:\.\d+)?|\d{2,}(?:\.\d+)?)(?!.*(?:chat|codex|-pro))/,
    rules: { probeEffort: 'none' },
  },
  // the 400s of OpenAI's API, "Could not finish the message because max_tokens ... was reached", 2026-11
  {
    match: /^(?:openai\/)?o\d/,
    rules: { probeMaxTokens: ROOM_TO_THINK, probeEffort: 'low' },
  },
];

/** Claude is told not to think, or to think little where it always does. A thought is a token like any other. */
const CLAUDE_LINES: readonly ModelRule<ProbeRules>[] = [
  // Anthropic, "Extended thinking", 2026-11
  { match: /claude/, rules: { probeEffort: 'none' } },
];

/** Gemini ends an answer at the limit with MAX_TOKENS, thoughts or not, so that one token is enough. */
const GEMINI_LINES: readonly ModelRule<ProbeRules>[] = [
  // ai.google.dev/gemini-api/docs/thinking, 2026-11
  { match: /./, rules: { probeEffort: 'none' } },
];

/** The lines of each protocol, each with its source. */
export const PROBE_LINES = {
  openai: OPENAI_LINES,
  'openai-responses': OPENAI_LINES,
  anthropic: CLAUDE_LINES,
  gemini: GEMINI_LINES,
  bedrock: CLAUDE_LINES,
} as const satisfies Record<ProtocolName, readonly ModelRule<ProbeRules>[]>;
