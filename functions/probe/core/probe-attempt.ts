import { chatAttempt } from '../../gateway/core/attempt/chat-attempt.ts';
import { embeddingsAttempt } from '../../gateway/core/attempt/embeddings-attempt.ts';
import type { Attempt } from '../../gateway/core/model/attempt.ts';
import type { ChatRequest } from '../../gateway/core/model/chat-request.ts';
import type { Clock } from '../../gateway/core/model/clock.ts';
import type { Dial } from '../../gateway/core/model/dial.ts';
import type { EmbeddingsRequest } from '../../gateway/core/model/embeddings.ts';
import type { Deployment, Timeouts } from '../../gateway/core/model/gateway-config.ts';
import { targetOf } from '../../gateway/core/protocols/deployment-target.ts';
import type { Protocol } from '../../gateway/core/protocols/protocol.ts';
import { PROTOCOLS } from '../../gateway/core/protocols/protocols.ts';
import { type ProbeRules, probeRules } from './probe-rules.ts';

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
  const protocol = PROTOCOLS[deployment.providerSettings.protocol];
  const target = targetOf(deployment);
  const encoding = protocol.encodeChat(chatRequest(deployment.model, probeRules(deployment)), target);
  return encoding.kind === 'unsupported'
    ? undefined
    : chatAttempt({ ...ports, deployment, protocol, target, request: encoding.request, choices: 1 });
}

function chatRequest(model: string, { probeMaxTokens, probeEffort }: ProbeRules): ChatRequest {
  return {
    model,
    messages: [{ role: 'user', content: PROMPT }],
    stream: true,
    // The older name: servers that are not OpenAI's may know no other. The encoder says it as the model wants it.
    max_tokens: probeMaxTokens,
    ...(probeEffort === undefined ? {} : { reasoning_effort: probeEffort }),
  };
}

function embeddingsProbe(deployment: Deployment, ports: ProbeAttemptPorts): Attempt<unknown> | undefined {
  const protocol: Protocol = PROTOCOLS[deployment.providerSettings.protocol];
  const { embeddings } = protocol;
  const asked: EmbeddingsRequest = { model: deployment.model, input: PROMPT };
  const encoding = embeddings?.encode(asked, targetOf(deployment));
  return embeddings === undefined || encoding?.kind !== 'encoded'
    ? undefined
    : embeddingsAttempt({ ...ports, deployment, protocol, embeddings, asked, requests: encoding.requests });
}
