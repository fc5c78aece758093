import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BACK_WITHIN_SECONDS, playRecovery } from './recovery.ts';

describe('a favourite that was bad for a minute', () => {
  for (const { rate, seconds } of BACK_WITHIN_SECONDS) {
    for (const kind of ['slow', 'silent', 'failing'] as const) {
      it(`has most of ${rate} calls a second back within ${seconds[kind]} s of its recovery where it was ${kind}`, async () => {
        for (const seed of SEEDS) {
          const { backAfterMs, slowCalls } = await playRecovery({ kind, rate, seed });
          assert.ok(backAfterMs <= seconds[kind] * 1000, `seed ${seed}: ${backAfterMs} ms`);
          assert.ok(slowCalls <= MOST_SLOW_CALLS, `seed ${seed}: ${slowCalls} calls were sent to it meanwhile`);
        }
      });
    }
  }
});

const SEEDS = [2, 3, 4];
/** Of some three hundred at five a second. One of ten calls to a failing one is answered, and so is a probe now and then. */
const MOST_SLOW_CALLS = 3;
