import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import { secondOpinions } from '../../../../functions/gateway/core/race/instance-budgets.ts';
import { raceContender, raceRules, startedRacer } from '../../../support/racer.ts';

const UNKNOWN: AttemptFailure = { kind: 'rejected', status: 400 };
const KNOWN: AttemptFailure = { kind: 'rejected', status: 400, isKnown: true };
const OVERLOADED: AttemptFailure = { kind: 'overloaded', status: 503 };
const LOST = { kind: 'lost', reason: 'failures' };

/** Two deployments of one provider, then two of others. */
function racer(change: Parameters<typeof raceRules>[0] = {}) {
  const contenders = ['a', 'a', 'b', 'c'].map((provider) => raceContender({ provider }));
  return startedRacer(raceRules({ contenders, maxAttempts: 4, takeSecondOpinion: () => true, ...change }));
}

function failed(attempt: number, failure: AttemptFailure) {
  return { kind: 'failed', attempt, failure } as const;
}

describe('a refusal in words that nobody knows', () => {
  for (const mode of ['stream', 'plain'] as const) {
    it(`is shown to another provider once, at once, for a ${mode} answer`, () => {
      const race = racer({ mode });
      race.send(failed(0, UNKNOWN), 5);
      assert.deepEqual(race.dialled(), [0, 2]);
      race.send({ kind: 'content', attempt: 1 }, 9);
      race.send({ kind: 'finished', attempt: 1 }, 10);
      assert.deepEqual(race.race().outcome, { kind: 'won', attempt: 1 });
    });
  }

  for (const [claim, second] of [
    ['refuses it too', UNKNOWN],
    ['refuses it in known words', KNOWN],
    ['is overloaded', OVERLOADED],
  ] as const) {
    it(`is the answer where the other ${claim}`, () => {
      const race = racer();
      race.send(failed(0, UNKNOWN), 5);
      race.send(failed(1, second), 9);
      assert.deepEqual(race.dialled(), [0, 2]);
      assert.deepEqual(race.race().outcome, LOST);
    });
  }

  it('is the answer where the other one is late', () => {
    const race = racer();
    race.send(failed(0, UNKNOWN), 5);
    race.send({ kind: 'woken' }, race.wakesAt());
    assert.deepEqual(race.race().outcome, LOST);
    assert.deepEqual(race.dialled(), [0, 2]);
  });

  for (const [claim, change] of [
    ['the budget is spent', { takeSecondOpinion: () => false }],
    ['there is no budget', { maxAttempts: 1 }],
    [
      'only one provider is there',
      { contenders: [raceContender({ provider: 'a' }), raceContender({ provider: 'a' })] },
    ],
    [
      'the others are ejected',
      { contenders: [raceContender({ provider: 'a' }), raceContender({ provider: 'b', state: 'ejected' })] },
    ],
    [
      'the others cannot be asked',
      { contenders: [raceContender({ provider: 'a' }), raceContender({ provider: 'b', isUnsupported: true })] },
    ],
  ] as const) {
    it(`is the answer where ${claim}`, () => {
      const race = racer(change);
      race.send(failed(0, UNKNOWN), 5);
      assert.deepEqual(race.race().outcome, LOST);
      assert.deepEqual(race.dialled(), [0]);
    });
  }

  it('takes nothing from the budget where nobody can be asked', () => {
    let taken = 0;
    const takeSecondOpinion = () => {
      taken += 1;
      return true;
    };
    racer({ takeSecondOpinion, contenders: [raceContender()] }).send(failed(0, UNKNOWN), 5);
    assert.equal(taken, 0);
  });

  it('gets no hedge for its second opinion', () => {
    const contenders = ['a', 'b', 'c'].map((provider) => raceContender({ provider, hedgeAfterMs: 100 }));
    const race = racer({ contenders, mayHedge: () => true });
    race.send(failed(0, UNKNOWN), 5);
    race.send({ kind: 'woken' }, 200);
    assert.deepEqual(race.dialled(), [0, 1]);
  });

  it('leaves the attempt beside it to go on, which is another opinion', () => {
    const contenders = ['a', 'b'].map((provider) => raceContender({ provider, hedgeAfterMs: 100 }));
    const race = racer({ contenders, mayHedge: () => true });
    race.send({ kind: 'woken' }, 100);
    race.send(failed(0, UNKNOWN), 120);
    assert.equal(race.race().outcome, undefined);
    race.send({ kind: 'content', attempt: 1 }, 130);
    assert.deepEqual(race.race().outcome, { kind: 'won', attempt: 1 });
  });
});

describe('a refusal in known words', () => {
  it('goes back at once', () => {
    const race = racer();
    race.send(failed(0, KNOWN), 5);
    assert.deepEqual(race.race().outcome, LOST);
    assert.deepEqual(race.dialled(), [0]);
  });
});

describe('the budget of second opinions', () => {
  it('is one at first, and from then on the share of the requests', () => {
    const budget = secondOpinions();
    const taken = Array.from({ length: 1000 }, () => {
      budget.noteRequest(0.05);
      return budget.take();
    }).filter(Boolean).length;
    assert.ok(taken >= 50 && taken <= 51, String(taken));
  });

  it('saves up no more than ten', () => {
    const budget = secondOpinions();
    for (let request = 0; request < 10_000; request += 1) {
      budget.noteRequest(0.05);
    }
    assert.equal(Array.from({ length: 100 }, budget.take).filter(Boolean).length, 10);
  });
});
