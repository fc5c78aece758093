import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Decision } from '../../../../functions/gateway/core/status/decision.ts';
import { type DecisionFilter, isWanted } from '../../../../functions/gateway/page/browser/decision-filter.ts';
import { decisionKind } from '../../../../functions/gateway/page/browser/decision-kind.ts';
import { decision, failed, served } from './decisions.ts';

const rescued = decision({
  requestId: 'b2',
  routing: 'fallback',
  servedBy: 'y/two',
  attempts: [failed('x/one', 'timed out (first-token)'), served('y/two')],
});
const lost = decision({ requestId: 'c3', route: 'other', ending: 'failed', status: 502, code: 'upstream_failed' });
const ALL = [decision(), rescued, lost];

function wanted(filter: Partial<DecisionFilter>): readonly string[] {
  const whole = { text: '', route: '', deployment: '', failovers: false, ...filter };
  return ALL.filter((one) => isWanted(one, whole)).map(({ requestId }) => requestId);
}

describe('the filter of decisions', () => {
  const cases: readonly (readonly [string, Partial<DecisionFilter>, readonly string[]])[] = [
    ['nothing', {}, ['a1', 'b2', 'c3']],
    ['only failovers and failures', { failovers: true }, ['b2', 'c3']],
    ['a route', { route: 'other' }, ['c3']],
    ['a deployment that was tried, whoever served', { deployment: 'x/one' }, ['a1', 'b2', 'c3']],
    ['a deployment that served', { deployment: 'y/two' }, ['b2']],
    ['a reason, whatever its case', { text: ' TIMED out ' }, ['b2']],
    ['a request id', { text: 'c3' }, ['c3']],
    ['an error code', { text: 'upstream_failed' }, ['c3']],
    ['a kind', { text: 'failover' }, ['b2']],
    ['all of these', { route: 'best', deployment: 'x/one', failovers: true, text: 'two' }, ['b2']],
    ['what nobody has', { text: '.*' }, []],
  ];
  for (const [what, filter, expected] of cases) {
    it(`that asks for ${what} keeps ${expected.join(', ') || 'none'}`, () => {
      assert.deepEqual(wanted(filter), expected);
    });
  }
});

describe('the kind of a decision', () => {
  const cases: readonly (readonly [string, Partial<Decision>, string])[] = [
    ['the first that was asked served', {}, 'direct'],
    ['another served after one had failed', { routing: 'fallback' }, 'failover'],
    ['a hedge was faster', { routing: 'hedge' }, 'hedge'],
    [
      'another went on with a broken answer',
      { attempts: [served('a'), { ...served('b'), continues: true }] },
      'failover',
    ],
    ['all failed', { ending: 'failed', status: 502 }, 'failed'],
    ['the answer broke off', { ending: 'cut' }, 'failed'],
    ['the request was at fault', { ending: 'refused', status: 400 }, 'refused'],
    ['the caller hung up', { ending: 'hung-up' }, 'left'],
  ];
  for (const [what, change, expected] of cases) {
    it(`is ${expected} where ${what}`, () => assert.equal(decisionKind(decision(change)), expected));
  }
});
