import { longestAnswer } from '../attempt/deployment-target.ts';
import { vendorOf } from '../hosts/vendor-of.ts';
import { isCounted, type LimitedKey } from '../limits/key-limiter.ts';
import { tooManyAtOnce } from '../limits/limit-error.ts';
import type { Demand } from '../limits/reserve.ts';
import type { Use } from '../limits/settlement-ledger.ts';
import { pricesAt, requestFeeUsd } from '../model/cost.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { RequestRecord } from '../model/request-record.ts';
import { type Call, endStage, keyOf } from './call.ts';
import type { OpenCalls } from './gateway-state.ts';
import type { AuthenticatedKey } from './ports.ts';

/**
 * Finds out whose key the caller has shown, and notes it in the call's log. Every key that is not good gets the same answer, be it malformed,
 * unknown, expired or revoked.
 */
export async function authenticate(call: Call): Promise<GatewayError | undefined> {
  const { ports } = call.gateway;
  const beganMs = ports.clock.nowMs();
  const shown = shownKey(call.request.headers);
  const key = shown === undefined ? undefined : await ports.authenticate(shown);
  const nowMs = endStage(call, 'auth', beganMs);
  if (key === 'unavailable') {
    return unavailable();
  }
  if (key === undefined || (key.expiresAtMs ?? Infinity) <= nowMs) {
    return shown === undefined ? noKey() : unknownKey();
  }
  call.log.add({ kind: 'authenticated', key });
  return undefined;
}

/** OpenAI's clients send the key as a bearer token, Anthropic's as `x-api-key`, Azure's as `api-key`. */
function shownKey(headers: Readonly<Record<string, string>>): string | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return token ?? headers['x-api-key'] ?? headers['api-key'];
}

/** The refusal of the call's key that is known to stand, without looking anywhere. */
export function standingRefusal(call: Call): GatewayError | undefined {
  const key = limitedKey(keyOf(call));
  return key === undefined ? undefined : call.gateway.ports.keyLimiter?.refusal(key);
}

/** Reserves in the account of the call's key what the call may take at the dearest deployment; the error where a limit is reached. */
export function admit(
  call: Call,
  facts: RequestFacts,
  deployments: readonly Deployment[],
): Promise<GatewayError | undefined> {
  const { assumedOutputTokens } = call.gateway.ports.config.limits;
  const demand = isCounted(keyOf(call)?.limits ?? {})
    ? callDemand(facts, deployments, assumedOutputTokens)
    : ONE_REQUEST;
  return take(call, demand);
}

const ONE_REQUEST: Demand = { requests: 1, tokens: 0, usd: 0 };

/** Takes one request from the account of the call's key, for what costs a vendor's call and no tokens; the error where a limit is reached. */
export function admitRequest(call: Call): Promise<GatewayError | undefined> {
  return take(call, ONE_REQUEST);
}

async function take(call: Call, demand: Demand): Promise<GatewayError | undefined> {
  const { keyLimiter, clock } = call.gateway.ports;
  const key = limitedKey(keyOf(call));
  if (key === undefined || keyLimiter === undefined) {
    return undefined;
  }
  const beganMs = clock.nowMs();
  const admission = await keyLimiter.admit(key, demand);
  endStage(call, 'limits', beganMs);
  if (admission.kind === 'refused') {
    return admission.error;
  }
  call.log.add({ kind: 'admitted', admission });
  return undefined;
}

/** What an ended call has used: the answer's tokens, and the cost of all its attempts that the vendors bill. */
export function useOf({ usedTokens = 0, costUsd = 0 }: RequestRecord): Use {
  return { requests: 1, tokens: usedTokens, usd: costUsd };
}

function limitedKey(key: AuthenticatedKey | undefined): LimitedKey | undefined {
  return key?.account === undefined ? undefined : { name: key.name, account: key.account, limits: key.limits ?? {} };
}

function noKey(): GatewayError {
  const message = 'No API key was sent. Put a NemoRouter key in the header "Authorization: Bearer nemo_...".';
  return { status: 401, message, type: 'invalid_request_error', code: 'missing_api_key', param: null };
}

function unknownKey(): GatewayError {
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

/** Lets a call in beside those that its key has open, and gives what ends it; the error where the key has as many open as it may. */
export function enterCall(call: Call): (() => void) | GatewayError {
  const { limits } = call.gateway.ports.config;
  const { name = '', account = name, limits: own } = keyOf(call) ?? {};
  const most = own?.callsAtOnce ?? limits.callsAtOnce;
  return call.gateway.openCalls.enter(account, most) ?? tooManyAtOnce(most);
}

/** No call so far. */
export function openCalls(): OpenCalls {
  const open = new Map<string, number>();
  return {
    enter: (key, most) => {
      const count = open.get(key) ?? 0;
      if (count >= most) {
        return undefined;
      }
      open.set(key, count + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) {
          return;
        }
        isOpen = false;
        const left = (open.get(key) ?? 1) - 1;
        if (left === 0) {
          open.delete(key);
        } else {
          open.set(key, left);
        }
      };
    },
  };
}
