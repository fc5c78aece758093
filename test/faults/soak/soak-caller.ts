import { type Agent, type IncomingMessage, request } from 'node:http';
import type { Random } from '../../../functions/gateway/core/model/clock.ts';
import { readAnswer } from '../support/seen-answer.ts';
import { hostileBody } from './hostile-body.ts';
import { type CallOutcome, keyOf } from './soak-messages.ts';

/** The share of callers whose request is hostile. */
const HOSTILE_SHARE = 0.25;
/** The share of callers who leave. */
const HANG_UPS = 0.1;
/** They leave within this time of having asked. */
const PATIENCE_MS = 4000;

export interface SoakCaller {
  readonly call: number;
  readonly baseUrl: string;
  readonly agent: Agent;
  readonly random: Random;
}

/** Makes one call. Who leaves does so once the whole request is sent, so that the gateway has it. */
export function callOnce({ call, baseUrl, agent, random }: SoakCaller): Promise<CallOutcome> {
  const asked = {
    model: random() < 0.5 ? 'fastest' : 'continued',
    messages: [{ role: 'user', content: `Call ${call}.` }],
    ...(random() < 0.9 ? { stream: true } : {}),
  };
  const isHostile = random() < HOSTILE_SHARE;
  const body = isHostile ? hostileBody(asked, random) : JSON.stringify(asked);
  const headers = { authorization: `Bearer ${keyOf(call)}`, 'content-length': Buffer.byteLength(body) };
  const leavesAfterMs = random() < HANG_UPS ? random() * PATIENCE_MS : undefined;
  return new Promise((resolve) => {
    const sent = request(`${baseUrl}/chat/completions`, { method: 'POST', agent, headers });
    let hasLeft = false;
    sent.on('finish', () => {
      if (leavesAfterMs !== undefined) {
        setTimeout(() => {
          hasLeft = true;
          sent.destroy();
        }, leavesAfterMs);
      }
    });
    const fail = (error: unknown): void => resolve(hasLeft ? { kind: 'hung-up' } : broken(error));
    sent.on('error', fail);
    sent.on('response', (response) => void outcomeOf(response, isHostile).then(resolve, fail));
    sent.end(body);
  });
}

function broken(error: unknown): CallOutcome {
  return { kind: 'broken', reason: String(error) };
}

async function outcomeOf(response: IncomingMessage, isHostile: boolean): Promise<CallOutcome> {
  const parts: Buffer[] = [];
  for await (const part of response) {
    parts.push(part);
  }
  const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true;
  const { isDone, error } = readAnswer(Buffer.concat(parts).toString(), isStream);
  const requestId = String(response.headers['x-nemo-request-id']);
  const status = response.statusCode ?? 0;
  return { kind: 'answered', requestId, isDone, isHostile, status, hasError: error !== undefined };
}
