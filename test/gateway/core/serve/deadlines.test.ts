import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deadlinesOf } from '../../../../functions/gateway/core/serve/call.ts';
import { route } from '../../../support/routes.ts';

const STARTED_MS = 1_700_000_000_000;
const { timeouts } = route();

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

  it('knows how long the caller waits for a read, which begins anew where a stream is gone on with', () => {
    const request = { headers: { 'x-stainless-read-timeout': '20' } };
    assert.equal(deadlinesOf(request, STARTED_MS, timeouts).readMs, 20_000);
    assert.equal(deadlinesOf({ headers: {} }, STARTED_MS, timeouts).readMs, Infinity);
  });
});
