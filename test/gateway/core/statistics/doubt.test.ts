import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import { isDoubtful } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import { EJECTION_DEFAULTS } from '../../../../functions/gateway/core/statistics/ejection.ts';
import type { Witness } from '../../../../functions/gateway/core/statistics/observation.ts';
import { Scoreboard } from '../../../../functions/gateway/core/statistics/scoreboard.ts';
import { EPOCH_START_MS, observation, SCALES } from '../../../support/observation.ts';

const NOT_FOUND: AttemptFailure = { kind: 'misconfigured', status: 404 };
const NOT_ALLOWED: AttemptFailure = { kind: 'misconfigured', status: 405 };
const SAID_UNPAID: AttemptFailure = {
  kind: 'rate-limited',
  retryAfterMs: undefined,
  quota: true,
  vendor: { status: 400, message: 'The prompt says: insufficient credits.' },
};
const MALFORMED: AttemptFailure = { kind: 'malformed', reason: 'tool call' };

function board(probesConfirm = true): Scoreboard {
  return new Scoreboard({
    scales: SCALES,
    ejection: EJECTION_DEFAULTS,
    writesPerSecond: 200,
    random: () => 0,
    probesConfirm,
  });
}

/** One on which a key's call has been answered. */
function boardSeenBy(key: string): Scoreboard {
  const own = board();
  own.observe({ ...observation({ kind: 'first-token', ttftMs: 100 }), witness: caller(key) }, undefined);
  return own;
}

const NO_EPOCHS = { lasting: new Map(), recent: new Map(), usual: new Map() };

function fail(to: Scoreboard, failure: AttemptFailure, witness?: Witness): void {
  const told = observation({ kind: 'failed' });
  to.observe(witness === undefined ? told : { ...told, witness }, failure);
}

function caller(key: string, conversation = 'one'): Witness {
  return { key, conversation };
}

describe('a failure that may lie in the request', () => {
  for (const failure of [
    NOT_FOUND,
    NOT_ALLOWED,
    SAID_UNPAID,
    MALFORMED,
    { kind: 'truncated' },
    { kind: 'overloaded', status: 500 },
    { kind: 'overloaded', status: 502 },
    { kind: 'overloaded', status: 503 },
    { kind: 'misconfigured', status: 401 },
    { kind: 'conflicted', status: 408 },
    { kind: 'rate-limited', retryAfterMs: 86_400_000, quota: false },
    { kind: 'rate-limited', retryAfterMs: undefined, quota: true, vendor: { status: 402, message: 'Fewer tokens.' } },
    { kind: 'timed-out', phase: 'first-token', afterMs: 9000 },
    { kind: 'timed-out', phase: 'stall', afterMs: 9000 },
    { kind: 'unreachable', code: 'ECONNRESET' },
  ] as const) {
    it(`as ${JSON.stringify(failure)} does not eject, however often one caller meets it in however many conversations`, () => {
      const own = boardSeenBy('z');
      for (let call = 0; call < 50; call += 1) {
        fail(own, failure, caller('a', `conversation ${call % 20}`));
      }
      const { state, estimate, isSuspect } = own.look('a', EPOCH_START_MS);
      assert.deepEqual([state, isSuspect], ['healthy', true]);
      assert.ok(estimate.recent.failureRate < 0.05, `${estimate.recent.failureRate}`);
    });

    it(`as ${JSON.stringify(failure)} ejects where callers of several keys meet it`, () => {
      const own = board();
      for (const key of ['a', 'b', 'c']) {
        fail(own, failure, caller(key));
      }
      assert.equal(own.look('a', EPOCH_START_MS).state, 'ejected');
    });
  }

  it('ejects for long when a second key meets a refusal, or a probe', () => {
    for (const second of [caller('b'), undefined]) {
      const own = board();
      fail(own, NOT_FOUND, caller('a'));
      fail(own, NOT_FOUND, second);
      assert.equal(own.look('a', EPOCH_START_MS).ejection?.reason, 'misconfigured');
    }
  });

  it('ejects when a probe confirms what one caller has met twice', () => {
    const own = board();
    fail(own, MALFORMED, caller('a', 'one'));
    fail(own, MALFORMED, caller('a', 'two'));
    assert.equal(own.look('a', EPOCH_START_MS).state, 'healthy');
    fail(own, MALFORMED);
    assert.equal(own.look('a', EPOCH_START_MS).state, 'ejected');
  });

  it('counts as it is once a probe has met one too', () => {
    const own = board();
    fail(own, MALFORMED);
    for (let call = 0; call < 20; call += 1) {
      fail(own, MALFORMED, caller('a', 'one'));
    }
    assert.ok(own.look('a', EPOCH_START_MS).estimate.recent.failureRate > 0.9);
  });

  it('of another kind than a probe has met is believed no more than without one', () => {
    for (const met of [MALFORMED, { kind: 'overloaded', status: 500 }] as const) {
      const own = boardSeenBy('z');
      fail(own, met);
      fail(own, NOT_FOUND, caller('a'));
      assert.equal(own.look('a', EPOCH_START_MS).state, 'healthy', JSON.stringify(met));
    }
  });

  it('is believed no more for what a probe has met once the deployment has answered somebody', () => {
    const own = boardSeenBy('z');
    fail(own, MALFORMED);
    own.observe({ ...observation({ kind: 'first-token', ttftMs: 100 }), witness: caller('z') }, undefined);
    for (let call = 0; call < 20; call += 1) {
      fail(own, MALFORMED, caller('a', `${call}`));
    }
    assert.equal(own.look('a', EPOCH_START_MS).state, 'healthy');
  });

  it('as an answer that breaks off counts as few times', () => {
    const own = board();
    for (let call = 0; call < 20; call += 1) {
      own.observe({ ...observation({ kind: 'first-token', ttftMs: 100 }), witness: caller('a', `${call}`) }, undefined);
      own.observe({ ...observation({ kind: 'cut' }), witness: caller('a', `${call}`) }, { kind: 'truncated' });
    }
    assert.equal(own.look('a', EPOCH_START_MS).state, 'healthy');
    assert.equal(own.look('a', EPOCH_START_MS, 'a').state, 'ejected');
  });
});

describe('a suspicion', () => {
  it('that one caller keeps up is a long one after a minute, also with breaks, and a new one after a long break', () => {
    const own = boardSeenBy('z');
    const seen: (readonly [boolean, boolean | undefined])[] = [];
    for (const second of [0, 59, 130, 300, 1200]) {
      const atMs = EPOCH_START_MS + second * 1000;
      own.observe({ ...observation({ kind: 'failed' }, { atMs }), witness: caller('a', `${second}`) }, MALFORMED);
      const { isSuspect, isLongSuspect } = own.look('a', atMs);
      seen.push([isSuspect, isLongSuspect]);
    }
    assert.deepEqual(seen, [
      [true, false],
      [true, false],
      [true, true],
      [true, true],
      [true, false],
    ]);
  });
});

describe('a suspicion that probes have looked into', () => {
  it('is over after three answered ones in a row, until a caller meets another failure', () => {
    const own = boardSeenBy('z');
    const seen: boolean[] = [];
    const answered = observation({ kind: 'first-token', ttftMs: 100 });
    const told = (answers: number): void => {
      for (let answer = 0; answer < answers; answer += 1) {
        own.observe(answered, undefined);
      }
      seen.push(own.look('a', EPOCH_START_MS).isSuspect);
    };
    fail(own, MALFORMED, caller('a'));
    told(2);
    fail(own, NOT_FOUND);
    told(2);
    told(1);
    fail(own, MALFORMED, caller('a', 'another'));
    told(0);
    assert.deepEqual(seen, [true, true, false, true]);
  });
});

describe('silence', () => {
  const HEDGED: AttemptFailure = { kind: 'aborted', by: 'hedge' };
  const LIMIT_MS = 10_000;

  function wait(to: Scoreboard, witness: Witness, atMs = EPOCH_START_MS): void {
    const told = observation({ kind: 'given-up', waitedMs: LIMIT_MS, limitMs: LIMIT_MS }, { atMs });
    to.observe({ ...told, witness }, HEDGED);
  }

  it('that one of several keys has waited through does not eject, however long it goes on and in however many conversations', () => {
    const own = boardSeenBy('z');
    for (let second = 0; second < 300; second += 1) {
      wait(own, caller('a', `${second}`), EPOCH_START_MS + second * 1000);
      assert.equal(own.look('a', EPOCH_START_MS + second * 1000).state, 'healthy');
    }
    assert.equal(own.look('a', EPOCH_START_MS + 299_000, 'a').state, 'ejected');
  });

  it('that the only key of an instance has waited through ejects, as long as nobody else is served there', () => {
    for (const [beganMs, state] of [
      [EPOCH_START_MS - 5000, 'ejected'],
      [EPOCH_START_MS + 5000, 'healthy'],
    ] as const) {
      const own = board();
      wait(own, caller('a', 'one'));
      const sight = { atMs: beganMs, ttftMs: 100 };
      own.beginRead(['a'])(new Map([['a', { epochs: NO_EPOCHS, sights: [sight] }]]));
      for (const call of ['two', 'three']) {
        wait(own, caller('a', call), EPOCH_START_MS + 9000);
      }
      assert.equal(own.look('a', EPOCH_START_MS + 9000).state, state, String(beganMs));
    }
  });

  it('that one of several keys has waited through is told to routing as time all the same', () => {
    const own = boardSeenBy('z');
    for (let call = 0; call < 20; call += 1) {
      wait(own, caller('a', `${call}`));
    }
    assert.ok(own.look('a', EPOCH_START_MS).estimate.recent.ttftTotalMs >= 20 * LIMIT_MS);
  });

  it('that two keys have waited through ejects, in one conversation each', () => {
    const own = board();
    for (const key of ['a', 'b', 'a']) {
      wait(own, caller(key));
    }
    assert.equal(own.look('a', EPOCH_START_MS).state, 'ejected');
  });

  it('is over with a first token of anybody: what a key has met before is no evidence any more', () => {
    const own = board();
    wait(own, caller('a', 'one'));
    assert.equal(own.look('a', EPOCH_START_MS).isSuspect, true);
    own.observe({ ...observation({ kind: 'first-token', ttftMs: 100 }), witness: caller('b') }, undefined);
    assert.equal(own.look('a', EPOCH_START_MS).isSuspect, false);
  });
});

describe('without probes', () => {
  it('the only key of an instance ejects by its own evidence, for no longer than failures do, whatever the vendor says', () => {
    for (const failure of [
      NOT_FOUND,
      MALFORMED,
      { kind: 'overloaded', status: 500 },
      { kind: 'rate-limited', retryAfterMs: 86_400_000, quota: false },
    ] as const) {
      const own = board(false);
      fail(own, failure, caller('a'));
      assert.equal(own.look('a', EPOCH_START_MS).state, 'healthy');
      for (let call = 0; call < 20; call += 1) {
        fail(own, failure, caller('a', `${call}`));
      }
      const { ejection } = own.look('a', EPOCH_START_MS);
      assert.equal(ejection?.reason, 'failures', JSON.stringify(failure));
      assert.ok(ejection.untilMs - EPOCH_START_MS <= EJECTION_DEFAULTS.maxCooldownMs);
    }
  });

  it('the only key of an instance is spared a refusal for as long as the operator says', () => {
    const own = board(false);
    fail(own, NOT_FOUND, caller('a'));
    const { ejection, isForKeyOnly } = own.look('a', EPOCH_START_MS, 'a');
    assert.deepEqual(
      [ejection?.untilMs, isForKeyOnly],
      [EPOCH_START_MS + EJECTION_DEFAULTS.misconfiguredCooldownMs, true],
    );
  });

  it('one of several keys does not', () => {
    const own = board(false);
    own.observe({ ...observation({ kind: 'first-token', ttftMs: 100 }), witness: caller('b') }, undefined);
    fail(own, NOT_FOUND, caller('a'));
    assert.equal(own.look('a', EPOCH_START_MS).state, 'healthy');
    fail(own, NOT_FOUND, caller('b'));
    assert.equal(own.look('a', EPOCH_START_MS).ejection?.reason, 'misconfigured');
  });
});

describe('the key that meets a failure which may lie in its requests', () => {
  const LIMITED: AttemptFailure = { kind: 'rate-limited', retryAfterMs: 60_000, quota: false };

  it('has the deployment set aside for itself at once, and for nobody else', () => {
    const own = board();
    fail(own, LIMITED, caller('a'));
    const { state, ejection, isForKeyOnly } = own.look('a', EPOCH_START_MS, 'a');
    assert.deepEqual([state, ejection?.reason, isForKeyOnly], ['ejected', 'rate-limited', true]);
    assert.equal(ejection?.untilMs, EPOCH_START_MS + 60_000);
    for (const other of ['b', undefined]) {
      assert.equal(own.look('a', EPOCH_START_MS, other).state, 'healthy');
    }
  });

  it('has it back when the cooldown is over', () => {
    const own = board();
    fail(own, LIMITED, caller('a'));
    assert.equal(own.look('a', EPOCH_START_MS + 60_000, 'a').state, 'healthy');
  });

  it('is held to as many failures in a row as a fleet is, and an answer ends the row', () => {
    const own = board();
    const away: AttemptFailure = { kind: 'overloaded', status: 503 };
    const stateAfter = (failures: number): string => {
      for (let call = 0; call < failures; call += 1) {
        fail(own, away, caller('a', `${call}`));
      }
      return own.look('a', EPOCH_START_MS, 'a').state;
    };
    assert.equal(stateAfter(2), 'healthy');
    own.observe({ ...observation({ kind: 'first-token', ttftMs: 100 }), witness: caller('a') }, undefined);
    assert.equal(stateAfter(2), 'healthy');
    assert.equal(stateAfter(1), 'ejected');
  });

  it('waits longer each time that its next request fails too', () => {
    const own = board();
    const waits = [0, 1, 2].map(() => {
      const ejection = own.look('a', EPOCH_START_MS, 'a').ejection;
      const atMs = ejection?.untilMs ?? EPOCH_START_MS;
      for (let call = 0; call < 3; call += 1) {
        const told = { ...observation({ kind: 'failed' }), startedAtMs: atMs, atMs, witness: caller('a', `${call}`) };
        own.observe(told, { kind: 'overloaded', status: 503 });
      }
      return (own.look('a', atMs, 'a').ejection?.untilMs ?? 0) - atMs;
    });
    assert.deepEqual(
      waits.toSorted((a, b) => a - b),
      waits,
    );
    assert.ok(waits[0]! > 0 && waits[2]! > waits[0]!);
  });
});

describe('what cannot lie in the request', () => {
  const vendor = { status: 404, message: '' };
  const cases: readonly (readonly [AttemptFailure, boolean])[] = [
    [{ kind: 'misconfigured', status: 401 }, true],
    [{ kind: 'misconfigured', status: 401, vendor: { ...vendor, code: 'invalid_api_key' } }, false],
    [{ kind: 'misconfigured', status: 402 }, true],
    [{ kind: 'misconfigured', status: 404, vendor: { ...vendor, code: 'model_not_found' } }, false],
    [{ kind: 'misconfigured', status: 404, vendor: { ...vendor, code: 'DeploymentNotFound' } }, false],
    [{ kind: 'misconfigured', status: 403, vendor: { ...vendor, type: 'authentication_error' } }, false],
    [{ kind: 'misconfigured', status: 403, vendor: { ...vendor, type: 'permission_error' } }, true],
    [{ kind: 'misconfigured', status: 404, vendor: { ...vendor, type: 'not_found_error' } }, true],
    [{ kind: 'misconfigured', status: 405 }, true],
    [SAID_UNPAID, true],
    [{ ...SAID_UNPAID, vendor: { ...vendor, status: 422 } }, true],
    [{ ...SAID_UNPAID, vendor: { ...vendor, status: 400, code: 'insufficient_quota' } }, false],
    [{ ...SAID_UNPAID, vendor: { ...vendor, status: 402 } }, true],
    [{ ...SAID_UNPAID, vendor: { ...vendor, status: 429 } }, true],
    [{ kind: 'rate-limited', retryAfterMs: 1000, quota: false }, true],
    [{ kind: 'conflicted', status: 408 }, true],
    [{ kind: 'overloaded', status: 503 }, true],
    [{ kind: 'timed-out', phase: 'first-token', afterMs: 9 }, true],
    [{ kind: 'timed-out', phase: 'stall', afterMs: 9 }, true],
    [{ kind: 'timed-out', phase: 'connect', afterMs: 9 }, false],
    [{ kind: 'overloaded', status: 500 }, true],
    [{ kind: 'unreachable', code: 'ECONNREFUSED' }, false],
    [{ kind: 'unreachable', code: 'ENOTFOUND' }, false],
    [{ kind: 'unreachable', code: 'UND_ERR_SOCKET' }, true],
  ];
  for (const [failure, isIn] of cases) {
    it(`${isIn ? 'is not' : 'is'} ${JSON.stringify(failure)}`, () => {
      assert.equal(isDoubtful(failure), isIn);
    });
  }

  it('ejects at once for a credential that is named, whoever meets it', () => {
    const own = board();
    const vendor = { status: 401, message: '', code: 'invalid_api_key' };
    fail(own, { kind: 'misconfigured', status: 401, vendor }, caller('a'));
    assert.equal(own.look('a', EPOCH_START_MS).ejection?.reason, 'misconfigured');
  });
});
