import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { raceContender, raceRules, startedRacer } from '../../../support/racer.ts';

const SILENT = { firstTokenMs: 10_000 };

describe("a caller's little time", () => {
  it('is shared: a silent first candidate has half of it, and is not blamed for that', () => {
    const racer = startedRacer(raceRules({ contenders: [raceContender(SILENT), raceContender()], deadlineMs: 3000 }));
    assert.deepEqual(racer.send({ kind: 'woken' }, 1499), []);
    assert.deepEqual(racer.send({ kind: 'woken' }, 1500), [
      { kind: 'abort', attempt: 0, failure: { kind: 'timed-out', phase: 'deadline', afterMs: 1500 } },
      { kind: 'dial', attempt: 1, contender: 1 },
    ]);
  });

  it('is all for the last candidate', () => {
    const racer = startedRacer(raceRules({ contenders: [raceContender(SILENT)], deadlineMs: 3000 }));
    assert.deepEqual(racer.send({ kind: 'woken' }, 2999), []);
  });
});

describe('a rate limit of the best with a Retry-After', () => {
  const cases = [
    { name: 'is waited for where it is sooner than the next', retryAfterMs: 300, nextMs: 900, retries: 0, waits: true },
    { name: 'is not waited for where the next is sooner', retryAfterMs: 600, nextMs: 900, retries: 0, waits: false },
    { name: 'is waited for where the route asks again', retryAfterMs: 1900, nextMs: 900, retries: 1, waits: true },
    { name: 'is not waited for where it is long', retryAfterMs: 30_000, nextMs: 900, retries: 1, waits: false },
  ];
  for (const { name, retryAfterMs, nextMs, retries, waits } of cases) {
    it(name, () => {
      const contenders = [raceContender({ expectedTtftMs: 400 }), raceContender({ expectedTtftMs: nextMs })];
      const racer = startedRacer(raceRules({ contenders, sameTargetRetries: retries }));
      const failure = { kind: 'rate-limited', retryAfterMs, quota: false } as const;
      const commands = racer.send({ kind: 'failed', attempt: 0, failure }, 50);
      assert.deepEqual(commands, waits ? [] : [{ kind: 'dial', attempt: 1, contender: 1 }]);
      assert.equal(racer.race().pause?.contender, waits ? contenders[0] : undefined);
    });
  }
});

describe('a candidate that let its first-token limit pass', () => {
  for (const mode of ['stream', 'plain'] as const) {
    it(`is not asked again in the same call, though the route asks the same again (${mode})`, () => {
      const contenders = [raceContender({ firstTokenMs: 1000 }), raceContender()];
      const racer = startedRacer(raceRules({ mode, contenders, sameTargetRetries: 1 }));
      racer.send({ kind: 'woken' }, 1000);
      assert.deepEqual(racer.dialled(), [0, 1]);
    });
  }
});
