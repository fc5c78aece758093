import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import { isDoubtful, type Witness } from '../../../../functions/gateway/core/statistics/doubt.ts';
import { EJECTION_DEFAULTS } from '../../../../functions/gateway/core/statistics/ejection.ts';
import { type Scoreboard, scoreboard } from '../../../../functions/gateway/core/statistics/scoreboard.ts';
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

function board(): Scoreboard {
  return scoreboard({
    scales: SCALES,
    ejection: EJECTION_DEFAULTS,
    writesPerSecond: 200,
    random: () => 0,
    probesConfirm: true,
  });
}

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
  ] as const) {
    it(`as ${JSON.stringify(failure)} does not eject, however often one caller meets it in however many conversations`, () => {
      const own = board();
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
});

describe('what cannot lie in the request', () => {
  const vendor = { status: 404, message: '' };
  const cases: readonly (readonly [AttemptFailure, boolean])[] = [
    [{ kind: 'misconfigured', status: 401 }, false],
    [{ kind: 'misconfigured', status: 402 }, false],
    [{ kind: 'misconfigured', status: 404, vendor: { ...vendor, code: 'model_not_found' } }, false],
    [{ kind: 'misconfigured', status: 404, vendor: { ...vendor, code: 'DeploymentNotFound' } }, false],
    [{ kind: 'misconfigured', status: 403, vendor: { ...vendor, type: 'authentication_error' } }, false],
    [{ kind: 'misconfigured', status: 403, vendor: { ...vendor, type: 'permission_error' } }, true],
    [{ kind: 'misconfigured', status: 404, vendor: { ...vendor, type: 'not_found_error' } }, true],
    [{ kind: 'misconfigured', status: 405 }, true],
    [SAID_UNPAID, true],
    [{ ...SAID_UNPAID, vendor: { ...vendor, status: 422 } }, true],
    [{ ...SAID_UNPAID, vendor: { ...vendor, status: 400, code: 'insufficient_quota' } }, false],
    [{ ...SAID_UNPAID, vendor: { ...vendor, status: 402 } }, false],
    [{ ...SAID_UNPAID, vendor: { ...vendor, status: 429 } }, false],
    [{ kind: 'rate-limited', retryAfterMs: 1000, quota: false }, false],
    [{ kind: 'overloaded', status: 503 }, false],
    [{ kind: 'overloaded', status: 500 }, true],
    [{ kind: 'unreachable', code: 'ECONNREFUSED' }, false],
  ];
  for (const [failure, isIn] of cases) {
    it(`${isIn ? 'is not' : 'is'} ${JSON.stringify(failure)}`, () => {
      assert.equal(isDoubtful(failure), isIn);
    });
  }

  it('ejects at once for a credential that is named, whoever meets it', () => {
    const own = board();
    fail(own, { kind: 'misconfigured', status: 401 }, caller('a'));
    assert.equal(own.look('a', EPOCH_START_MS).ejection?.reason, 'misconfigured');
  });
});
