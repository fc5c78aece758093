import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import type { RaceRules } from '../../../../functions/gateway/core/race/race-state.ts';
import { FAILURES } from '../../../support/failures.ts';
import { raceContender, raceRules, startedRacer } from '../../../support/racer.ts';

const WOKEN = { kind: 'woken' } as const;

function failed(
  attempt: number,
  failure: AttemptFailure,
): { kind: 'failed'; attempt: number; failure: AttemptFailure } {
  return { kind: 'failed', attempt, failure };
}

describe('a race after one failure', () => {
  const windows = [raceContender({ contextWindow: 8000 }), raceContender({ contextWindow: 128_000 })];
  const rows: Readonly<Record<AttemptFailure['kind'], 'next candidate' | 'caller'>> = {
    unreachable: 'next candidate',
    'timed-out': 'next candidate',
    overloaded: 'next candidate',
    malformed: 'next candidate',
    truncated: 'next candidate',
    'rate-limited': 'next candidate',
    conflicted: 'next candidate',
    misconfigured: 'next candidate',
    'context-exceeded': 'next candidate',
    unsupported: 'next candidate',
    rejected: 'caller',
    aborted: 'next candidate',
  };
  for (const mode of ['stream', 'plain'] as const) {
    for (const failure of Object.values<AttemptFailure>(FAILURES)) {
      it(`goes to the ${rows[failure.kind]} at once when a ${mode} attempt is ${failure.kind}`, () => {
        const racer = startedRacer(raceRules({ contenders: windows, mode }));
        const commands = racer.send(failed(0, failure), 5);
        if (rows[failure.kind] === 'caller') {
          assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
          assert.deepEqual(commands, []);
        } else {
          assert.deepEqual(commands, [{ kind: 'dial', attempt: 1, contender: 1 }]);
        }
      });
    }
  }

  it('is lost where the only candidate fails', () => {
    const racer = startedRacer(raceRules({ contenders: [raceContender()] }));
    racer.send(failed(0, FAILURES.overloaded), 5);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
  });

  it('dials no more than maxAttempts in all', () => {
    const racer = startedRacer(raceRules({ maxAttempts: 2 }));
    racer.send(failed(0, FAILURES.overloaded), 5);
    racer.send(failed(1, FAILURES.overloaded), 6);
    assert.deepEqual(racer.dialled(), [0, 1]);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
  });

  it('passes over a candidate towards which the retry budget is spent', () => {
    const contenders = [raceContender(), raceContender(), raceContender()];
    const racer = startedRacer(raceRules({ contenders, mayRetry: (contender) => contender !== contenders[1] }));
    racer.send(failed(0, FAILURES.overloaded), 5);
    assert.deepEqual(racer.dialled(), [0, 2]);
  });

  it('is lost, not retried, once the retry budget is spent everywhere', () => {
    const racer = startedRacer(raceRules({ mayRetry: () => false }));
    racer.send(failed(0, FAILURES.overloaded), 5);
    assert.deepEqual(racer.dialled(), [0]);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
  });

  it('wins with the candidate that answers after two have failed', () => {
    const racer = startedRacer(raceRules());
    racer.send(failed(0, FAILURES.unreachable), 5);
    racer.send(failed(1, FAILURES.truncated), 9);
    racer.send({ kind: 'content', attempt: 2 }, 20);
    assert.deepEqual(racer.race().outcome, { kind: 'won', attempt: 2 });
  });

  it('takes no notice of an attempt that has ended', () => {
    const racer = startedRacer(raceRules());
    racer.send(failed(0, FAILURES.unreachable), 5);
    assert.deepEqual(racer.send({ kind: 'content', attempt: 0 }, 6), []);
    assert.equal(racer.race().outcome, undefined);
  });
});

describe('the retry budget', () => {
  it('is asked of none but who would be asked next: the failed one only where it is asked again', () => {
    for (const [sameTargetRetries, places] of [
      [0, [1]],
      [1, [0]],
    ] as const) {
      const contenders: RaceRules['contenders'] = [raceContender(), raceContender()];
      const asked: number[] = [];
      const mayRetry: RaceRules['mayRetry'] = (contender) => asked.push(contenders.indexOf(contender)) > 0;
      startedRacer(raceRules({ contenders, sameTargetRetries, mayRetry })).send(failed(0, FAILURES.overloaded), 5);
      assert.deepEqual(asked, places);
    }
  });
});

describe('a prompt too long for one candidate', () => {
  it('goes past equal, smaller and unknown windows to a larger one', () => {
    const windows = [8000, 8000, 4000, undefined, 128_000].map((contextWindow) =>
      raceContender(contextWindow === undefined ? {} : { contextWindow }),
    );
    const racer = startedRacer(raceRules({ contenders: windows }));
    racer.send(failed(0, FAILURES['context-exceeded']), 5);
    assert.deepEqual(racer.dialled(), [0, 4]);
  });

  it('goes to the caller where no window is larger', () => {
    const windows = [raceContender({ contextWindow: 8000 }), raceContender({ contextWindow: 8000 })];
    const racer = startedRacer(raceRules({ contenders: windows }));
    racer.send(failed(0, FAILURES['context-exceeded']), 5);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
  });

  it('is kept from small windows also after another failure has come between', () => {
    const windows = [8000, 128_000, 8000, 200_000].map((contextWindow) => raceContender({ contextWindow }));
    const racer = startedRacer(raceRules({ contenders: windows }));
    racer.send(failed(0, FAILURES['context-exceeded']), 5);
    racer.send(failed(1, FAILURES.overloaded), 6);
    assert.deepEqual(racer.dialled(), [0, 1, 3]);
  });

  const passing: Readonly<Record<string, AttemptFailure>> = {
    'a 503': FAILURES.overloaded,
    'a broken connection': FAILURES.unreachable,
    'a short Retry-After': { kind: 'rate-limited', retryAfterMs: 100, quota: false },
  };
  for (const [name, failure] of Object.entries(passing)) {
    for (const mode of ['stream', 'plain'] as const) {
      const hedged = [8000, 32_000, 128_000].map((contextWindow) =>
        raceContender({ contextWindow, hedgeAfterMs: 500 }),
      );
      const rules = { mode, sameTargetRetries: 1, mayHedge: () => true, maxAttempts: 5 };

      it(`is not sent to a smaller one again after ${name} (${mode}), where its hedge has found it too long`, () => {
        const racer = startedRacer(raceRules({ ...rules, contenders: hedged }));
        racer.send(WOKEN, 500);
        racer.send(failed(1, FAILURES['context-exceeded']), 600);
        const commands = racer.send(failed(0, failure), 700);
        assert.deepEqual(commands, [{ kind: 'dial', attempt: 2, contender: 2 }]);
      });

      it(`is sent to a larger one again after ${name} (${mode}), where its smaller hedge has found it too long`, () => {
        const racer = startedRacer(raceRules({ ...rules, contenders: hedged.toReversed() }));
        racer.send(WOKEN, 500);
        racer.send(failed(1, FAILURES['context-exceeded']), 600);
        racer.send(failed(0, failure), 700);
        racer.send(WOKEN, racer.wakesAt());
        assert.deepEqual(racer.dialled(), [0, 1, 0]);
      });
    }
  }
});

describe('a contender whose vendor cannot be asked', () => {
  const unfit = (onEncode: () => void = () => {}) => raceContender({ isUnsupported: true, onEncode });
  const noEncoding = (): never => assert.fail('Nobody may be encoded for before its turn.');

  it('is passed over when a race begins, and no attempt is counted', () => {
    const racer = startedRacer(raceRules({ contenders: [unfit(), raceContender(), raceContender()], maxAttempts: 2 }));
    racer.send(failed(0, FAILURES.overloaded), 5);
    assert.deepEqual(racer.dialled(), [1, 2]);
  });

  it('is passed over after a failure', () => {
    const racer = startedRacer(raceRules({ contenders: [raceContender(), unfit(), raceContender()] }));
    racer.send(failed(0, FAILURES.overloaded), 5);
    assert.deepEqual(racer.dialled(), [0, 2]);
  });

  it('is no target of a hedge', () => {
    const contenders = [raceContender({ hedgeAfterMs: 500 }), unfit(), raceContender()];
    const racer = startedRacer(raceRules({ contenders, mayHedge: () => true }));
    assert.deepEqual(racer.send(WOKEN, 500), [{ kind: 'dial', attempt: 1, contender: 2 }]);
  });

  it('does not take a hedge from the budget where no other target is left', () => {
    const contenders = [raceContender({ hedgeAfterMs: 500 }), unfit()];
    const mayHedge = (): never => assert.fail('The budget is not asked.');
    const racer = startedRacer(raceRules({ contenders, mayHedge }));
    assert.deepEqual(racer.send(WOKEN, 500), []);
    assert.equal(racer.wakesAt(), 10_000);
    assert.deepEqual(racer.send(WOKEN, 10_000), []);
    assert.equal(racer.wakesAt(), 60_000);
  });

  it('does not count as another to go on with: a hedge beside it is given all the time', () => {
    const contenders = [raceContender({ hedgeAfterMs: 500 }), raceContender({ firstTokenMs: 1000 }), unfit()];
    const racer = startedRacer(raceRules({ contenders, mayHedge: () => true }));
    racer.send(WOKEN, 500);
    assert.equal(racer.race().attempts[1]?.firstTokenByMs, 60_000);
  });

  it('leaves a lone other its Retry-After', () => {
    const racer = startedRacer(raceRules({ contenders: [raceContender(), unfit()] }));
    racer.send(failed(0, FAILURES['rate-limited']), 100);
    assert.equal(racer.wakesAt(), 3150);
  });

  it('loses the race where there is no other', () => {
    const racer = startedRacer(raceRules({ contenders: [unfit(), unfit()] }));
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
  });

  it('is not encoded for before its turn: a race that the first wins encodes for one', () => {
    const rest = [1, 2].map(() => raceContender({ hedgeAfterMs: 900, onEncode: noEncoding }));
    const contenders = [raceContender({ hedgeAfterMs: 900 }), ...rest];
    const racer = startedRacer(raceRules({ contenders, mayHedge: () => true }));
    assert.equal(racer.wakesAt(), 900);
    racer.send({ kind: 'content', attempt: 0 }, 800);
    assert.deepEqual(racer.race().outcome, { kind: 'won', attempt: 0 });
  });
});

describe('a route that retries the same target', () => {
  it('does not ask it again once a hedge has shown that the prompt is too long for its window', () => {
    const [small, middle, large] = [8000, 32_000, 128_000].map((contextWindow) =>
      raceContender({ contextWindow, hedgeAfterMs: 500 }),
    );
    assert.ok(small !== undefined && middle !== undefined && large !== undefined);
    const contenders = [small, middle, large];
    const racer = startedRacer(raceRules({ contenders, sameTargetRetries: 1, maxAttempts: 4, mayHedge: () => true }));
    racer.send(WOKEN, 500);
    racer.send(failed(1, FAILURES['context-exceeded']), 600);
    racer.send(failed(0, FAILURES.overloaded), 700);
    assert.deepEqual(racer.dialled(), [0, 1, 2]);
  });

  it('waits with doubling, jittered backoff before it asks it again, then goes on', () => {
    const racer = startedRacer(raceRules({ sameTargetRetries: 2, maxAttempts: 5 }));
    assert.deepEqual(racer.send(failed(0, FAILURES.overloaded), 1000), []);
    assert.equal(racer.wakesAt(), 1050);
    assert.deepEqual(racer.send(WOKEN, 1049), []);
    racer.send(WOKEN, 1050);
    racer.send(failed(1, FAILURES.overloaded), 2000);
    assert.equal(racer.wakesAt(), 2100);
    racer.send(WOKEN, 2100);
    racer.send(failed(2, FAILURES.overloaded), 3000);
    assert.deepEqual(racer.dialled(), [0, 0, 0, 1]);
  });

  for (const kind of ['rate-limited', 'misconfigured'] as const) {
    it(`does not ask it again when it is ${kind}`, () => {
      const racer = startedRacer(raceRules({ sameTargetRetries: 2 }));
      racer.send(failed(0, FAILURES[kind]), 5);
      assert.deepEqual(racer.dialled(), [0, 1]);
    });
  }

  it('goes to the next candidate where the retry budget towards the same one is spent', () => {
    const contenders = [raceContender(), raceContender()];
    const mayRetry: RaceRules['mayRetry'] = (contender) => contender !== contenders[0];
    const racer = startedRacer(raceRules({ contenders, sameTargetRetries: 2, mayRetry }));
    racer.send(failed(0, FAILURES.overloaded), 5);
    assert.deepEqual(racer.dialled(), [0, 1]);
  });

  it('does not begin a wait that the deadline would cut short', () => {
    const racer = startedRacer(raceRules({ sameTargetRetries: 2, deadlineMs: 300 }));
    racer.send(failed(0, FAILURES.overloaded), 10);
    assert.deepEqual(racer.dialled(), [0, 1]);
  });

  it('ends the wait when the caller hangs up', () => {
    const racer = startedRacer(raceRules({ sameTargetRetries: 1 }));
    racer.send(failed(0, FAILURES.overloaded), 10);
    racer.send({ kind: 'hung-up' }, 20);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'hung-up' });
    assert.deepEqual(racer.dialled(), [0]);
  });
});

describe('a rate limit', () => {
  const lone = [raceContender()];

  it('is waited out where there is only one candidate and time enough', () => {
    const racer = startedRacer(raceRules({ contenders: lone }));
    assert.deepEqual(racer.send(failed(0, FAILURES['rate-limited']), 100), []);
    assert.equal(racer.wakesAt(), 3150);
    assert.deepEqual(racer.send(WOKEN, 3150), [{ kind: 'dial', attempt: 1, contender: 0 }]);
  });

  it('that names no wait at all is still waited out with growing jitter, not asked in the same instant', () => {
    const racer = startedRacer(raceRules({ contenders: lone }));
    const atOnce: AttemptFailure = { kind: 'rate-limited', retryAfterMs: 0, quota: false };
    racer.send(failed(0, atOnce), 100);
    assert.equal(racer.wakesAt(), 150);
    racer.send(WOKEN, 150);
    racer.send(failed(1, atOnce), 200);
    assert.equal(racer.wakesAt(), 300);
  });

  const givenUp: readonly { readonly name: string; readonly failure: AttemptFailure; readonly deadlineMs: number }[] = [
    { name: 'the wait does not fit the deadline', failure: FAILURES['rate-limited'], deadlineMs: 3200 },
    {
      name: 'the vendor names no wait',
      failure: { kind: 'rate-limited', retryAfterMs: undefined, quota: false },
      deadlineMs: 60_000,
    },
    {
      name: 'a quota is spent, which no wait mends',
      failure: { kind: 'rate-limited', retryAfterMs: 1000, quota: true },
      deadlineMs: 60_000,
    },
  ];
  for (const { name, failure, deadlineMs } of givenUp) {
    it(`goes to the caller where ${name}`, () => {
      const racer = startedRacer(raceRules({ contenders: lone, deadlineMs }));
      racer.send(failed(0, failure), 100);
      assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
    });
  }

  it('is not waited out where another candidate is left to ask', () => {
    const racer = startedRacer(raceRules());
    assert.deepEqual(racer.send(failed(0, FAILURES['rate-limited']), 100), [
      { kind: 'dial', attempt: 1, contender: 1 },
    ]);
  });
});

describe('the first-token limit', () => {
  it('ends a silent attempt and dials the next', () => {
    const racer = startedRacer(raceRules());
    assert.equal(racer.wakesAt(), 10_000);
    assert.deepEqual(racer.send(WOKEN, 10_000), [
      { kind: 'abort', attempt: 0, failure: { kind: 'timed-out', phase: 'first-token', afterMs: 10_000 } },
      { kind: 'dial', attempt: 1, contender: 1 },
    ]);
  });

  const lasts = [
    { name: 'the last candidate', rules: raceRules({ contenders: [raceContender()] }) },
    { name: 'the last attempt', rules: raceRules({ maxAttempts: 1 }) },
  ];
  for (const { name, rules } of lasts) {
    it(`leaves ${name} all the time to the deadline`, () => {
      assert.equal(startedRacer(rules).wakesAt(), 60_000);
    });
  }

  it('is lifted where the hedge that was to take over has failed and nobody is left', () => {
    const contenders = [raceContender({ hedgeAfterMs: 500 }), raceContender()];
    const racer = startedRacer(raceRules({ contenders, mayHedge: () => true }));
    racer.send(WOKEN, 500);
    racer.send(failed(1, FAILURES.overloaded), 700);
    assert.deepEqual(racer.send(WOKEN, 10_000), []);
    assert.equal(racer.wakesAt(), 60_000);
    racer.send({ kind: 'content', attempt: 0 }, 20_000);
    assert.deepEqual(racer.race().outcome, { kind: 'won', attempt: 0 });
  });

  it('is lifted where the retry budget lets nobody else be asked', () => {
    const racer = startedRacer(raceRules({ mayRetry: () => false }));
    assert.deepEqual(racer.send(WOKEN, 10_000), []);
    assert.equal(racer.wakesAt(), 60_000);
  });

  it('leaves a slow attempt at work where only an ejected candidate is left: that one is asked beside it', () => {
    const contenders = [raceContender(), raceContender({ state: 'ejected' })];
    for (const winner of [0, 1]) {
      const racer = startedRacer(raceRules({ contenders }));
      assert.deepEqual(racer.send(WOKEN, 10_000), [{ kind: 'dial', attempt: 1, contender: 1 }]);
      assert.equal(racer.wakesAt(), 60_000);
      assert.deepEqual(racer.send({ kind: 'content', attempt: winner }, 11_000), [
        { kind: 'abort', attempt: 1 - winner, failure: { kind: 'aborted', by: 'hedge' } },
      ]);
      assert.deepEqual(racer.race().outcome, { kind: 'won', attempt: winner });
    }
  });

  it('ends an ejected one that is silent, as ever', () => {
    const contenders = [raceContender({ state: 'ejected' }), raceContender({ state: 'ejected' })];
    const racer = startedRacer(raceRules({ contenders }));
    assert.deepEqual(
      racer.send(WOKEN, 10_000).map(({ kind }) => kind),
      ['abort', 'dial'],
    );
  });

  it('does not end a plain answer that is on its way', () => {
    const racer = startedRacer(raceRules({ mode: 'plain' }));
    racer.send({ kind: 'content', attempt: 0 }, 9000);
    assert.equal(racer.wakesAt(), 60_000);
  });
});

describe('the deadline', () => {
  it('ends the race and every attempt in it', () => {
    const racer = startedRacer(raceRules({ deadlineMs: 400 }));
    assert.deepEqual(racer.send(WOKEN, 400), [
      { kind: 'abort', attempt: 0, failure: { kind: 'timed-out', phase: 'deadline', afterMs: 400 } },
    ]);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'deadline' });
  });

  it('finds the last candidate guilty of a silence longer than its own limit', () => {
    const racer = startedRacer(raceRules({ contenders: [raceContender()] }));
    assert.deepEqual(racer.send(WOKEN, 60_000), [
      { kind: 'abort', attempt: 0, failure: { kind: 'timed-out', phase: 'first-token', afterMs: 60_000 } },
    ]);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'deadline' });
  });

  it('counts the time of each attempt from its own start', () => {
    const racer = startedRacer(raceRules({ deadlineMs: 400 }));
    racer.send(failed(0, FAILURES.overloaded), 300);
    assert.deepEqual(racer.send(WOKEN, 400), [
      { kind: 'abort', attempt: 1, failure: { kind: 'timed-out', phase: 'deadline', afterMs: 100 } },
    ]);
  });

  it('lets nobody be dialled once it has passed', () => {
    const racer = startedRacer(raceRules({ deadlineMs: 400 }));
    assert.deepEqual(racer.send(failed(0, FAILURES.overloaded), 401), []);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'deadline' });
  });

  it('ends a race before its first dial where the time was spent before it', () => {
    const racer = startedRacer(raceRules({ deadlineMs: 0 }));
    assert.deepEqual(racer.dialled(), []);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'deadline' });
  });
});

describe('a hedge', () => {
  const hedged = [raceContender({ hedgeAfterMs: 500 }), raceContender(), raceContender()];
  const hedging = raceRules({ contenders: hedged, mayHedge: () => true });

  it('starts when the first attempt has shown nothing by its due time', () => {
    const racer = startedRacer(hedging);
    assert.equal(racer.wakesAt(), 500);
    assert.deepEqual(racer.send(WOKEN, 499), []);
    assert.deepEqual(racer.send(WOKEN, 500), [{ kind: 'dial', attempt: 1, contender: 1 }]);
    assert.equal(racer.race().attempts[1]?.hedge, true);
  });

  for (const winner of [0, 1]) {
    it(`makes the loser end at once when attempt ${winner} is first`, () => {
      const racer = startedRacer(hedging);
      racer.send(WOKEN, 500);
      assert.deepEqual(racer.send({ kind: 'content', attempt: winner }, 700), [
        { kind: 'abort', attempt: 1 - winner, failure: { kind: 'aborted', by: 'hedge' } },
      ]);
      assert.deepEqual(racer.race().outcome, { kind: 'won', attempt: winner });
    });
  }

  it('is never a third call at once', () => {
    const racer = startedRacer(hedging);
    racer.send(WOKEN, 500);
    assert.deepEqual(racer.send(WOKEN, 9000), []);
    assert.deepEqual(racer.dialled(), [0, 1]);
  });

  it('takes over where the first attempt fails, without a further call', () => {
    const racer = startedRacer(hedging);
    racer.send(WOKEN, 500);
    assert.deepEqual(racer.send(failed(0, FAILURES.overloaded), 600), []);
    racer.send({ kind: 'content', attempt: 1 }, 700);
    assert.deepEqual(racer.race().outcome, { kind: 'won', attempt: 1 });
  });

  it('that the budget refuses is asked for once more when the token is late, and then no more', () => {
    const asked: string[] = [];
    const mayHedge: NonNullable<RaceRules['mayHedge']> = (when) => {
      asked.push(when);
      return false;
    };
    const racer = startedRacer(raceRules({ contenders: hedged, mayHedge }));
    assert.deepEqual(racer.send(WOKEN, 500), []);
    assert.deepEqual(racer.send(WOKEN, 600), []);
    assert.equal(racer.wakesAt(), 1000);
    assert.deepEqual(racer.send(WOKEN, 1000), []);
    assert.deepEqual(racer.send(WOKEN, 1100), []);
    assert.deepEqual(asked, ['when due', 'when late']);
    assert.equal(racer.wakesAt(), 10_000);
  });

  it('that was refused at first starts where the budget allows it when the token is late', () => {
    const racer = startedRacer(raceRules({ contenders: hedged, mayHedge: (when) => when === 'when late' }));
    assert.deepEqual(racer.send(WOKEN, 500), []);
    assert.deepEqual(racer.send(WOKEN, 1000), [{ kind: 'dial', attempt: 1, contender: 1 }]);
  });

  it('is not started in a route without one', () => {
    const racer = startedRacer(raceRules({ contenders: hedged }));
    assert.deepEqual(racer.send(WOKEN, 500), []);
  });

  it('goes past a candidate that is no fit target', () => {
    const contenders = [raceContender({ hedgeAfterMs: 500 }), raceContender({ isHedgeTarget: false }), raceContender()];
    const racer = startedRacer(raceRules({ contenders, mayHedge: () => true }));
    racer.send(WOKEN, 500);
    assert.deepEqual(racer.dialled(), [0, 2]);
  });

  it('takes no failover away: as many are left as without it', () => {
    const racer = startedRacer({ ...hedging, maxAttempts: 2 });
    racer.send(WOKEN, 500);
    racer.send(failed(0, FAILURES.overloaded), 600);
    assert.deepEqual(racer.send(failed(1, FAILURES.overloaded), 700), [{ kind: 'dial', attempt: 2, contender: 2 }]);
  });

  it('is one call beyond maxAttempts at the most: a second one counts', () => {
    const contenders = [1, 2, 3, 4].map(() => raceContender({ hedgeAfterMs: 500 }));
    const racer = startedRacer(raceRules({ contenders, mayHedge: () => true, maxAttempts: 2 }));
    racer.send(WOKEN, 500);
    racer.send(failed(1, FAILURES.overloaded), 600);
    assert.deepEqual(racer.send(WOKEN, 600), [{ kind: 'dial', attempt: 2, contender: 2 }]);
    racer.send(failed(2, FAILURES.overloaded), 700);
    assert.deepEqual(racer.send(WOKEN, 700), []);
    racer.send(failed(0, FAILURES.overloaded), 800);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
    assert.equal(racer.dialled().length, 3);
  });

  it('is not started where nobody else is left to ask', () => {
    const racer = startedRacer({ ...hedging, contenders: hedged.slice(0, 1) });
    assert.equal(racer.wakesAt(), 60_000);
    assert.deepEqual(racer.send(WOKEN, 500), []);
  });

  it('that is refused takes nothing from the attempt it was to help', () => {
    const racer = startedRacer(hedging);
    racer.send(WOKEN, 500);
    assert.deepEqual(racer.send(failed(1, FAILURES.rejected), 600), []);
    racer.send({ kind: 'content', attempt: 0 }, 700);
    assert.deepEqual(racer.race().outcome, { kind: 'won', attempt: 0 });
  });

  it('is ended where the first attempt is refused: the request is at fault', () => {
    const racer = startedRacer(hedging);
    racer.send(WOKEN, 500);
    assert.deepEqual(racer.send(failed(0, FAILURES.rejected), 600), [
      { kind: 'abort', attempt: 1, failure: { kind: 'aborted', by: 'hedge' } },
    ]);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
  });

  it('that was refused stops further candidates once the first attempt has failed too', () => {
    const racer = startedRacer(hedging);
    racer.send(WOKEN, 500);
    racer.send(failed(1, FAILURES.rejected), 600);
    racer.send(failed(0, FAILURES.overloaded), 700);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
    assert.deepEqual(racer.dialled(), [0, 1]);
  });
});

describe('a plain call', () => {
  it('is won by the whole answer, not by its beginning', () => {
    const racer = startedRacer(raceRules({ mode: 'plain' }));
    racer.send({ kind: 'content', attempt: 0 }, 100);
    assert.equal(racer.race().outcome, undefined);
    racer.send({ kind: 'finished', attempt: 0 }, 200);
    assert.deepEqual(racer.race().outcome, { kind: 'won', attempt: 0 });
  });

  it('restarts at the next candidate where its answer breaks in the middle', () => {
    const racer = startedRacer(raceRules({ mode: 'plain' }));
    racer.send({ kind: 'content', attempt: 0 }, 100);
    assert.deepEqual(racer.send(failed(0, FAILURES.truncated), 200), [{ kind: 'dial', attempt: 1, contender: 1 }]);
  });

  it('ends the slower of two as soon as the other shows content', () => {
    const contenders = [raceContender({ hedgeAfterMs: 500 }), raceContender()];
    const racer = startedRacer(raceRules({ contenders, mode: 'plain', mayHedge: () => true }));
    racer.send(WOKEN, 500);
    assert.deepEqual(racer.send({ kind: 'content', attempt: 1 }, 600), [
      { kind: 'abort', attempt: 0, failure: { kind: 'aborted', by: 'hedge' } },
    ]);
    assert.equal(racer.race().outcome, undefined);
  });
});

describe('a caller who hangs up', () => {
  it('ends every attempt at once, as aborted by the caller', () => {
    const contenders = [raceContender({ hedgeAfterMs: 500 }), raceContender()];
    const racer = startedRacer(raceRules({ contenders, mayHedge: () => true }));
    racer.send(WOKEN, 500);
    const failure = { kind: 'aborted', by: 'caller' };
    assert.deepEqual(racer.send({ kind: 'hung-up' }, 600), [
      { kind: 'abort', attempt: 0, failure },
      { kind: 'abort', attempt: 1, failure },
    ]);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'hung-up' });
  });
});
