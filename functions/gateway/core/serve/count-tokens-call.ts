import { targetOf } from '../attempt/deployment-target.ts';
import { vendorTokenCount } from '../attempt/token-count.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Route } from '../model/gateway-config.ts';
import type { Prompt } from '../model/prompt.ts';
import { protocolAt } from '../protocols/spoken-protocols.ts';
import { namedResources, trustedPrompt, unlistedResource } from '../protocols/trusted-prompt.ts';
import { promptFacts } from '../routing/prompt-facts.ts';
import { refusalOf } from '../surfaces/invalid-request.ts';
import { dangerousText } from '../surfaces/surfaces.ts';
import type { Call } from './call.ts';
import { admit, ONE_REQUEST } from './caller.ts';
import { findRoute } from './plan-call.ts';
import type { GatewayResponse } from './ports.ts';
import { errorAnswer, jsonAnswer } from './respond.ts';

/** The path at which callers have tokens counted. */
export const COUNT_TOKENS_PATH = '/v1/messages/count_tokens';

/**
 * Serves `POST /v1/messages/count_tokens`: the count of the route's first deployment whose vendor counts, else the gateway's own estimate,
 * which says so by `"estimated": true`.
 */
export async function countTokensCall(call: Call, json: unknown): Promise<GatewayResponse> {
  const read = call.surface.read(json, call.request.headers);
  if (read.kind === 'invalid') {
    return errorAnswer(call, refusalOf(read));
  }
  const { prompt } = read;
  const dangerous = dangerousText(prompt);
  if (dangerous !== undefined) {
    return errorAnswer(call, refusalOf(dangerous));
  }
  const found = findRoute(call, prompt.model, 'chat');
  if (found.kind === 'refused') {
    return errorAnswer(call, found.error);
  }
  const refusal = await admit(call, () => ONE_REQUEST);
  if (refusal !== undefined) {
    return errorAnswer(call, refusal);
  }
  const counted = await vendorCount(call, prompt, found.route);
  return jsonAnswer(
    call,
    counted === undefined
      ? { input_tokens: promptFacts(prompt, []).promptTokens, estimated: true }
      : { input_tokens: counted },
  );
}

/** One vendor is asked once, and not for longer than for a first token: an estimate is better than a wait. */
async function vendorCount(
  { gateway: { ports } }: Call,
  prompt: Prompt,
  { deployments, timeouts }: Route,
): Promise<number | undefined> {
  const named = namedResources(prompt);
  const [counting] = deployments.flatMap((deployment) => {
    const target = targetOf(deployment);
    const { protocol, passMembers } = deployment.providerSettings;
    const { countTokens } = protocolAt(protocol, target.vendor);
    const isListed = unlistedResource(named, passMembers) === undefined;
    const request = isListed ? countTokens?.encode(trustedPrompt(prompt, passMembers).prompt, target) : undefined;
    return countTokens === undefined || request === undefined ? [] : [{ deployment, countTokens, request }];
  });
  if (counting === undefined) {
    return undefined;
  }
  const { deployment, countTokens, request } = counting;
  const { connectMs, firstTokenMs } = timeouts;
  const controller = new AbortController();
  const timedOut: AttemptFailure = { kind: 'timed-out', phase: 'first-token', afterMs: firstTokenMs };
  const cancel = ports.clock.after(firstTokenMs, () => controller.abort(timedOut));
  const { signal } = controller;
  try {
    return await vendorTokenCount(ports.dial, { deployment, request, connectMs, signal }, countTokens.decode);
  } finally {
    cancel();
    controller.abort({ kind: 'aborted', by: 'caller' } satisfies AttemptFailure);
  }
}
