import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import type { RaceRules } from '../../../../functions/gateway/core/race/race-state.ts';
import { FAILURES } from '../../../support/failures.ts';
import { raceCandidate, raceRules, startedRacer } from '../../../support/racer.ts';

const WOKEN = { kind: 'woken' } as const;

function failed(
  attempt: number,
  failure: AttemptFailure,
): { kind: 'failed'; attempt: number; failure: AttemptFailure } {
  return { kind: 'failed', attempt, failure };
}

describe('a race after one failure', () => {
  const windows = [raceCandidate({ contextWindow: 8000 }), raceCandidate({ contextWindow: 128_000 })];
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
    rejected: 'caller',
    aborted: 'next candidate',
  };
  for (const mode of ['stream', 'plain'] as const) {
    for (const failure of Object.values<AttemptFailure>(FAILURES)) {
      it(`goes to the ${rows[failure.kind]} at once when a ${mode} attempt is ${failure.kind}`, () => {
        const racer = startedRacer(raceRules({ candidates: windows, mode }));
        const commands = racer.send(failed(0, failure), 5);
        if (rows[failure.kind] === 'caller') {
          assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
          assert.deepEqual(commands, []);
        } else {
          assert.deepEqual(commands, [{ kind: 'dial', attempt: 1, candidate: 1 }]);
        }
      });
    }
  }

  it('is lost where the only candidate fails', () => {
    const racer = startedRacer(raceRules({ candidates: [raceCandidate()] }));
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
    const racer = startedRacer(raceRules({ mayRetry: (candidate) => candidate !== 1 }));
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

describe('a prompt too long for one candidate', () => {
  it('goes past equal, smaller and unknown windows to a larger one', () => {
    const windows = [8000, 8000, 4000, undefined, 128_000].map((contextWindow) =>
      raceCandidate(contextWindow === undefined ? {} : { contextWindow }),
    );
    const racer = startedRacer(raceRules({ candidates: windows }));
    racer.send(failed(0, FAILURES['context-exceeded']), 5);
    assert.deepEqual(racer.dialled(), [0, 4]);
  });

  it('goes to the caller where no window is larger', () => {
    const windows = [raceCandidate({ contextWindow: 8000 }), raceCandidate({ contextWindow: 8000 })];
    const racer = startedRacer(raceRules({ candidates: windows }));
    racer.send(failed(0, FAILURES['context-exceeded']), 5);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
  });

  it('is kept from small windows also after another failure has come between', () => {
    const windows = [8000, 128_000, 8000, 200_000].map((contextWindow) => raceCandidate({ contextWindow }));
    const racer = startedRacer(raceRules({ candidates: windows }));
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
        raceCandidate({ contextWindow, hedgeAfterMs: 500 }),
      );
      const rules = { mode, sameTargetRetries: 1, mayHedge: () => true, maxAttempts: 5 };

      it(`is not sent to a smaller one again after ${name} (${mode}), where its hedge has found it too long`, () => {
        const racer = startedRacer(raceRules({ ...rules, candidates: hedged }));
        racer.send(WOKEN, 500);
        racer.send(failed(1, FAILURES['context-exceeded']), 600);
        const commands = racer.send(failed(0, failure), 700);
        assert.deepEqual(commands, [{ kind: 'dial', attempt: 2, candidate: 2 }]);
      });

      it(`is sent to a larger one again after ${name} (${mode}), where its smaller hedge has found it too long`, () => {
        const racer = startedRacer(raceRules({ ...rules, candidates: hedged.toReversed() }));
        racer.send(WOKEN, 500);
        racer.send(failed(1, FAILURES['context-exceeded']), 600);
        racer.send(failed(0, failure), 700);
        racer.send(WOKEN, racer.wakesAt());
        assert.deepEqual(racer.dialled(), [0, 1, 0]);
      });
    }
  }
});

describe('a route that retries the same target', () => {
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
    const racer = startedRacer(raceRules({ sameTargetRetries: 2, mayRetry: (candidate) => candidate !== 0 }));
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
  const lone = [raceCandidate()];

  it('is waited out where there is only one candidate and time enough', () => {
    const racer = startedRacer(raceRules({ candidates: lone }));
    assert.deepEqual(racer.send(failed(0, FAILURES['rate-limited']), 100), []);
    assert.equal(racer.wakesAt(), 3150);
    assert.deepEqual(racer.send(WOKEN, 3150), [{ kind: 'dial', attempt: 1, candidate: 0 }]);
  });

  it('that names no wait at all is still waited out with growing jitter, not asked in the same instant', () => {
    const racer = startedRacer(raceRules({ candidates: lone }));
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
      const racer = startedRacer(raceRules({ candidates: lone, deadlineMs }));
      racer.send(failed(0, failure), 100);
      assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
    });
  }

  it('is not waited out where another candidate is left to ask', () => {
    const racer = startedRacer(raceRules());
    assert.deepEqual(racer.send(failed(0, FAILURES['rate-limited']), 100), [
      { kind: 'dial', attempt: 1, candidate: 1 },
    ]);
  });
});

describe('the first-token limit', () => {
  it('ends a silent attempt and dials the next', () => {
    const racer = startedRacer(raceRules());
    assert.equal(racer.wakesAt(), 10_000);
    assert.deepEqual(racer.send(WOKEN, 10_000), [
      { kind: 'abort', attempt: 0, failure: { kind: 'timed-out', phase: 'first-token', afterMs: 10_000 } },
      { kind: 'dial', attempt: 1, candidate: 1 },
    ]);
  });

  const lasts = [
    { name: 'the last candidate', rules: raceRules({ candidates: [raceCandidate()] }) },
    { name: 'the last attempt', rules: raceRules({ maxAttempts: 1 }) },
  ];
  for (const { name, rules } of lasts) {
    it(`leaves ${name} all the time to the deadline`, () => {
      assert.equal(startedRacer(rules).wakesAt(), 60_000);
    });
  }

  it('is lifted where the hedge that was to take over has failed and nobody is left', () => {
    const candidates = [raceCandidate({ hedgeAfterMs: 500 }), raceCandidate()];
    const racer = startedRacer(raceRules({ candidates, mayHedge: () => true }));
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
    const candidates = [raceCandidate(), raceCandidate({ lastResort: true })];
    for (const winner of [0, 1]) {
      const racer = startedRacer(raceRules({ candidates }));
      assert.deepEqual(racer.send(WOKEN, 10_000), [{ kind: 'dial', attempt: 1, candidate: 1 }]);
      assert.equal(racer.wakesAt(), 60_000);
      assert.deepEqual(racer.send({ kind: 'content', attempt: winner }, 11_000), [
        { kind: 'abort', attempt: 1 - winner, failure: { kind: 'aborted', by: 'hedge' } },
      ]);
      assert.deepEqual(racer.race().outcome, { kind: 'won', attempt: winner });
    }
  });

  it('ends an ejected one that is silent, as ever', () => {
    const candidates = [raceCandidate({ lastResort: true }), raceCandidate({ lastResort: true })];
    const racer = startedRacer(raceRules({ candidates }));
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
    const racer = startedRacer(raceRules({ candidates: [raceCandidate()] }));
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
  const hedged = [raceCandidate({ hedgeAfterMs: 500 }), raceCandidate(), raceCandidate()];
  const hedging = raceRules({ candidates: hedged, mayHedge: () => true });

  it('starts when the first attempt has shown nothing by its due time', () => {
    const racer = startedRacer(hedging);
    assert.equal(racer.wakesAt(), 500);
    assert.deepEqual(racer.send(WOKEN, 499), []);
    assert.deepEqual(racer.send(WOKEN, 500), [{ kind: 'dial', attempt: 1, candidate: 1 }]);
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
    const racer = startedRacer(raceRules({ candidates: hedged, mayHedge }));
    assert.deepEqual(racer.send(WOKEN, 500), []);
    assert.deepEqual(racer.send(WOKEN, 600), []);
    assert.equal(racer.wakesAt(), 1000);
    assert.deepEqual(racer.send(WOKEN, 1000), []);
    assert.deepEqual(racer.send(WOKEN, 1100), []);
    assert.deepEqual(asked, ['when due', 'when late']);
    assert.equal(racer.wakesAt(), 10_000);
  });

  it('that was refused at first starts where the budget allows it when the token is late', () => {
    const racer = startedRacer(raceRules({ candidates: hedged, mayHedge: (when) => when === 'when late' }));
    assert.deepEqual(racer.send(WOKEN, 500), []);
    assert.deepEqual(racer.send(WOKEN, 1000), [{ kind: 'dial', attempt: 1, candidate: 1 }]);
  });

  it('is not started in a route without one', () => {
    const racer = startedRacer(raceRules({ candidates: hedged }));
    assert.deepEqual(racer.send(WOKEN, 500), []);
  });

  it('goes past a candidate that is no fit target', () => {
    const candidates = [raceCandidate({ hedgeAfterMs: 500 }), raceCandidate({ hedgeTarget: false }), raceCandidate()];
    const racer = startedRacer(raceRules({ candidates, mayHedge: () => true }));
    racer.send(WOKEN, 500);
    assert.deepEqual(racer.dialled(), [0, 2]);
  });

  it('takes no failover away: as many are left as without it', () => {
    const racer = startedRacer({ ...hedging, maxAttempts: 2 });
    racer.send(WOKEN, 500);
    racer.send(failed(0, FAILURES.overloaded), 600);
    assert.deepEqual(racer.send(failed(1, FAILURES.overloaded), 700), [{ kind: 'dial', attempt: 2, candidate: 2 }]);
  });

  it('is one call beyond maxAttempts at the most: a second one counts', () => {
    const all = raceCandidate({ hedgeAfterMs: 500 });
    const racer = startedRacer(raceRules({ candidates: [all, all, all, all], mayHedge: () => true, maxAttempts: 2 }));
    racer.send(WOKEN, 500);
    racer.send(failed(1, FAILURES.overloaded), 600);
    assert.deepEqual(racer.send(WOKEN, 600), [{ kind: 'dial', attempt: 2, candidate: 2 }]);
    racer.send(failed(2, FAILURES.overloaded), 700);
    assert.deepEqual(racer.send(WOKEN, 700), []);
    racer.send(failed(0, FAILURES.overloaded), 800);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'failures' });
    assert.equal(racer.dialled().length, 3);
  });

  it('is not started where nobody else is left to ask', () => {
    const racer = startedRacer({ ...hedging, candidates: hedged.slice(0, 1) });
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
    assert.deepEqual(racer.send(failed(0, FAILURES.truncated), 200), [{ kind: 'dial', attempt: 1, candidate: 1 }]);
  });

  it('ends the slower of two as soon as the other shows content', () => {
    const candidates = [raceCandidate({ hedgeAfterMs: 500 }), raceCandidate()];
    const racer = startedRacer(raceRules({ candidates, mode: 'plain', mayHedge: () => true }));
    racer.send(WOKEN, 500);
    assert.deepEqual(racer.send({ kind: 'content', attempt: 1 }, 600), [
      { kind: 'abort', attempt: 0, failure: { kind: 'aborted', by: 'hedge' } },
    ]);
    assert.equal(racer.race().outcome, undefined);
  });
});

describe('a caller who hangs up', () => {
  it('ends every attempt at once, as aborted by the caller', () => {
    const candidates = [raceCandidate({ hedgeAfterMs: 500 }), raceCandidate()];
    const racer = startedRacer(raceRules({ candidates, mayHedge: () => true }));
    racer.send(WOKEN, 500);
    const failure = { kind: 'aborted', by: 'caller' };
    assert.deepEqual(racer.send({ kind: 'hung-up' }, 600), [
      { kind: 'abort', attempt: 0, failure },
      { kind: 'abort', attempt: 1, failure },
    ]);
    assert.deepEqual(racer.race().outcome, { kind: 'lost', reason: 'hung-up' });
  });
});
