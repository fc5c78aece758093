import { longestAnswer } from '../attempt/deployment-target.ts';
import { vendorOf } from '../hosts/vendor-of.ts';
import { tooManyAtOnce } from '../limits/limit-error.ts';
import type { Demand } from '../limits/reserve.ts';
import { pricesAt, requestFeeUsd } from '../model/cost.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { type Authenticated, type Call, type CallLog, endStage } from './call.ts';
import type { OpenCalls } from './gateway-state.ts';
import type { AuthenticatedKey } from './ports.ts';

/**
 * Finds out whose key the caller has shown, and notes it in the call's log. Every key that is not good gets the same answer, be it malformed,
 * unknown, expired or revoked.
 */
export async function authenticate(call: Call): Promise<GatewayError | undefined> {
  const { ports } = call.gateway;
  const { headers } = call.request;
  const beganMs = ports.clock.nowMs();
  // OpenAI's clients send the key as a bearer token, Anthropic's as `x-api-key`, Azure's as `api-key`.
  const token = BEARER.exec(headers.authorization ?? '')?.[1];
  const shown = token ?? headers['x-api-key'] ?? headers['api-key'];
  const key = shown === undefined ? undefined : await ports.authenticate(shown);
  const nowMs = endStage(call, 'auth', beganMs);
  if (key === 'unavailable') {
    return unavailable();
  }
  if (key === undefined || (key.expiresAtMs ?? Infinity) <= nowMs) {
    return badKey(shown);
  }
  call.log.add({ kind: 'authenticated', key, ...countedBy(key) });
  return undefined;
}

const BEARER = /^Bearer +(\S+)$/i;

/** In whose account a key's use is counted, and how: held to its limits, or summed up alone. */
function countedBy({
  name,
  account,
  limits = {},
}: AuthenticatedKey): Pick<Authenticated, 'limited' | 'spender' | 'witness'> {
  const { requestsPerMinute, tokensPerMinute, usdPerMonth } = limits;
  const isLimited = requestsPerMinute !== undefined || tokensPerMinute !== undefined || usdPerMonth !== undefined;
  return account === undefined || !isLimited
    ? { limited: undefined, spender: account, witness: account ?? name }
    : { limited: { name, account, limits }, spender: undefined, witness: account };
}

/** What costs a vendor's call and no tokens. */
export const ONE_REQUEST: Demand = { requests: 1, tokens: 0, usd: 0 };

/** Reserves in the account of the call's key what the call may take, where it is limited; the error where a limit is reached. */
export async function admit(call: Call, demandOf: () => Demand): Promise<GatewayError | undefined> {
  const { keyLimiter, clock } = call.gateway.ports;
  const { limited, spender } = call.log.last.authenticated ?? {};
  if (keyLimiter === undefined || (limited === undefined && spender === undefined)) {
    return undefined;
  }
  const beganMs = clock.nowMs();
  const admission = limited && (await keyLimiter.admit(limited, demandOf()));
  endStage(call, 'limits', beganMs);
  if (admission?.kind === 'refused') {
    return admission.error;
  }
  if (admission !== undefined) {
    call.log.add({ kind: 'admitted', admission });
  }
  return undefined;
}

function badKey(shown: string | undefined): GatewayError {
  if (shown === undefined) {
    const message = 'No API key was sent. Put a NemoRouter key in the header "Authorization: Bearer nemo_...".';
    return { status: 401, message, type: 'invalid_request_error', code: 'missing_api_key', param: null };
  }
  const message = 'This API key is not known here. Use a key that the operator of this NemoRouter has created.';
  return { status: 401, message, type: 'invalid_request_error', code: 'invalid_api_key', param: null };
}

function unavailable(): GatewayError {
  const message = 'This API key cannot be checked at the moment. Try again.';
  const headers = { 'retry-after': '1' };
  return { status: 503, message, type: 'server_error', code: 'authentication_unavailable', param: null, headers };
}

/**
 * What a call may take before anybody is asked: the prompt as estimated, the longest answers, the dearest deployment, and fees. Where the
 * request sets no limit to its answer, dollars are for the longest that the deployment makes, or its window; tokens are for an answer of
 * `assumedOutputTokens`, because a call that is larger than a minute's worth would wait until the key has used nothing for a minute.
 */
export function callDemand(facts: AskedFacts, deployments: readonly Deployment[], assumedOutputTokens: number): Demand {
  const { promptTokens, choices } = facts;
  const tokens = promptTokens + choices * (facts.maxOutputTokens ?? assumedOutputTokens);
  const usd = deployments.reduce((most, each) => Math.max(most, mostUsd(facts, each, assumedOutputTokens)), 0);
  return { requests: 1, tokens, usd };
}

type AskedFacts = Pick<
  RequestFacts,
  'promptTokens' | 'maxOutputTokens' | 'choices' | 'priceFactor' | 'imageTokens' | 'feesUsd'
>;

/** What the call may cost at one deployment. Without a price, nothing. */
function mostUsd(facts: AskedFacts, deployment: Deployment, assumedOutputTokens: number): number {
  const { promptTokens, choices, priceFactor = 1, imageTokens = 0, feesUsd = 0 } = facts;
  const answerTokens =
    facts.maxOutputTokens ?? longestAnswer(deployment) ?? deployment.contextWindow ?? assumedOutputTokens;
  const prices = pricesAt(deployment, promptTokens);
  const { inputPrice = 0, cacheWritePrice = 0, outputPrice = 0, reasoningPrice = 0 } = prices;
  const input = (promptTokens + imageTokens) * Math.max(inputPrice, cacheWritePrice);
  const output = choices * answerTokens * Math.max(outputPrice, reasoningPrice);
  const fees = Math.max(feesUsd, requestFeeUsd({}, vendorOf(deployment.providerSettings), choices));
  return ((input + output) * priceFactor) / 1_000_000 + fees;
}

/**
 * Counts a call among those that its key has open, until it has ended; the error where they are as many as may be. `most`: for keys that
 * have no limit of their own.
 */
export function enter(log: CallLog, openCalls: OpenCalls, most: number): GatewayError | undefined {
  const { name = '', account = name, limits } = log.key ?? {};
  const mostOfKey = limits?.callsAtOnce ?? most;
  const count = openCalls.get(account) ?? 0;
  if (count >= mostOfKey) {
    return tooManyAtOnce(mostOfKey);
  }
  openCalls.set(account, count + 1);
  const leave = (): void => {
    const left = (openCalls.get(account) ?? 1) - 1;
    if (left === 0) {
      openCalls.delete(account);
    } else {
      openCalls.set(account, left);
    }
  };
  log.add({ kind: 'entered', leave });
  return undefined;
}
