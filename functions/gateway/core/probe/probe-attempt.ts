import { chatAttempt } from '../attempt/chat-attempt.ts';
import { targetOf } from '../attempt/deployment-target.ts';
import { embeddingsAttempt } from '../attempt/embeddings-attempt.ts';
import type { Attempt } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import { defined } from '../model/defined.ts';
import type { Dial } from '../model/dial.ts';
import type { EmbeddingsRequest } from '../model/embeddings.ts';
import type { Deployment, Timeouts } from '../model/gateway-config.ts';
import { protocolAt, protocolFor } from '../protocols/spoken-protocols.ts';
import { openAiChat } from '../surfaces/openai-chat/openai-chat.ts';
import type { JsonObject } from '../wire/json.ts';
import { type ProbeRules, probeRules } from './probe-rules.ts';

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
  return deployment.kind === 'embeddings' ? embeddingsProbe(deployment, ports) : chatProbe(deployment, ports);
}

function chatProbe(deployment: Deployment, ports: ProbeAttemptPorts): Attempt<unknown> | undefined {
  const target = targetOf(deployment);
  const read = openAiChat.read(chatRequest(deployment.model, probeRules(deployment)));
  if (read.kind === 'invalid') {
    return undefined;
  }
  const protocol = protocolFor(deployment.providerSettings.protocol, read.prompt, target);
  const encoding = protocol.encode(read.prompt, target);
  return encoding.kind !== 'encoded'
    ? undefined
    : chatAttempt({ ...ports, deployment, protocol, target, request: encoding.request, choices: 1 });
}

function chatRequest(model: string, { probeMaxTokens, probeEffort }: ProbeRules): JsonObject {
  return {
    model,
    messages: [{ role: 'user', content: PROMPT }],
    stream: true,
    // The older name: servers that are not OpenAI's may know no other. The encoder says it as the model wants it.
    max_tokens: probeMaxTokens,
    ...defined({ reasoning_effort: probeEffort }),
  };
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
