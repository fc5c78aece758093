import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../../functions/gateway/config/parse-config.ts';
import type { Dial } from '../../../../functions/gateway/core/model/dial.ts';
import { deadlinesOf } from '../../../../functions/gateway/core/serve/call.ts';
import { coreGateway } from '../../../support/core-gateway.ts';
import { route } from '../../../support/routes.ts';
import { scriptedDial } from '../../../support/scripted-dial.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

const STARTED_MS = 1_700_000_000_000;
const { timeouts } = route();

/** A route of two deployments, of which the second goes on with what the first has begun. */
const CONTINUING = parseConfig({
  providers: { p: { protocol: 'openai', baseUrl: 'http://v.test' } },
  deployments: { a: { provider: 'p', model: 'm' }, b: { provider: 'p', model: 'm', prefill: true } },
  routes: { r: { strategy: 'ordered', onStreamCut: 'continue', deployments: ['a', 'b'] } },
  probes: 'off',
});

interface Row {
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly remainingMs?: number;
  /** Since the call's start: before the stream has begun, and after. */
  readonly afterMs: readonly [number, number];
  /** Whether the caller has set it: before the stream has begun, and after. */
  readonly isCallers?: readonly [boolean, boolean];
}

const ROWS: readonly Row[] = [
  { name: "is the route's where nobody else has one", afterMs: [120_000, 120_000] },
  { name: 'leaves a second of Lambda’s time for the error', remainingMs: 30_000, afterMs: [29_000, 29_000] },
  { name: 'is at once where Lambda has less than that second', remainingMs: 400, afterMs: [0, 0] },
  { name: "is the route's where Lambda has more time", remainingMs: 900_000, afterMs: [120_000, 120_000] },
  {
    name: "is the caller's own, whole, where Lambda has more time",
    headers: { 'x-nemo-timeout-ms': '2500' },
    remainingMs: 30_000,
    afterMs: [2_500, 2_500],
    isCallers: [true, true],
  },
  {
    name: "is that of OpenAI's client for Node",
    headers: { 'x-stainless-timeout': '20' },
    afterMs: [20_000, 20_000],
    isCallers: [true, true],
  },
  {
    name: "of OpenAI's client for Python bounds each read, so only the wait for the first",
    headers: { 'x-stainless-read-timeout': '20' },
    afterMs: [20_000, 120_000],
    isCallers: [true, false],
  },
  {
    name: 'is untouched by what is no length of time',
    headers: { 'x-nemo-timeout-ms': '-1', 'x-stainless-timeout': 'soon', 'x-stainless-read-timeout': '0' },
    afterMs: [120_000, 120_000],
  },
];

describe('the deadline of a call', () => {
  for (const { name, headers = {}, remainingMs, afterMs } of ROWS) {
    it(name, () => {
      const request = { headers, ...(remainingMs === undefined ? {} : { remainingMs }) };
      const { answerMs, streamMs } = deadlinesOf(request, STARTED_MS, timeouts);
      assert.deepEqual([answerMs - STARTED_MS, streamMs - STARTED_MS], afterMs);
    });
  }

  for (const { name, headers = {}, remainingMs, isCallers = [false, false] } of ROWS) {
    it(`is known as the caller's own or not, where it ${name}`, () => {
      const request = { headers, ...(remainingMs === undefined ? {} : { remainingMs }) };
      const { ownMs, answerMs, streamMs } = deadlinesOf(request, STARTED_MS, timeouts);
      assert.deepEqual([answerMs < ownMs, streamMs < ownMs], isCallers);
    });
  }

  it('knows how long the caller waits for a read', () => {
    const request = { headers: { 'x-stainless-read-timeout': '20' } };
    assert.equal(deadlinesOf(request, STARTED_MS, timeouts).readMs, 20_000);
    assert.equal(deadlinesOf({ headers: {} }, STARTED_MS, timeouts).readMs, Infinity);
  });
});

it('the wait for a read begins anew where a stream is gone on with', async () => {
  const time = virtualClock(STARTED_MS);
  const word = { text: 'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Word "}}]}\n\n' };
  const breaking = scriptedDial(time.clock, {
    body: [word, { afterMs: 14_000, ...word }, { afterMs: 14_000, ...word }, { breaks: 'ECONNRESET' }],
  });
  const silent = scriptedDial(time.clock, { body: [{ silent: true }] });
  const dial: Dial = (call) => (call.deployment.id === 'a' ? breaking : silent).dial(call);
  assert.ok(CONTINUING.kind === 'parsed');
  const ask = coreGateway(dial, undefined, { config: CONTINUING.config, clock: time.clock });
  const body = { model: 'r', stream: true, messages: [{ role: 'user', content: 'Say words' }] };
  const headers = { 'x-stainless-read-timeout': '20' };
  let endedAfterMs: number | undefined;
  void ask('/v1/chat/completions', Buffer.from(JSON.stringify(body)), headers).finally(() => {
    endedAfterMs = time.clock.nowMs() - STARTED_MS;
  });
  await time.advance(100_000);
  assert.equal(silent.calls.length, 1);
  assert.equal(endedAfterMs, 28_000 + 20_000);
});
