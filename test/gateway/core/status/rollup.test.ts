import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RequestRecord } from '../../../../functions/gateway/core/model/request-record.ts';
import { rangeFigures } from '../../../../functions/gateway/core/status/range-figures.ts';
import { rollupsOf } from '../../../../functions/gateway/core/status/rollup.ts';
import { rollupLedger, slotted } from '../../../../functions/gateway/core/status/rollup-ledger.ts';
import fc from '../../../support/property.ts';
import { attemptRecord, requestRecord } from '../../../support/request-records.ts';
import { deployment } from '../../../support/routes.ts';

const NOW_MS = 1_000 * 60_000;

const CONFIG = {
  deployments: {
    'openai/small': { ...deployment('openai/small'), provider: 'openai', model: 'small' },
    'azure/small': { ...deployment('azure/small'), provider: 'azure', model: 'small' },
  },
  routes: {},
};

function figures(records: readonly RequestRecord[], slices = [records]) {
  const whole = rollupLedger();
  for (const slice of slices) {
    const part = rollupLedger();
    for (const rollup of slice.flatMap(rollupsOf).flatMap((entry) => slotted(entry, NOW_MS))) {
      part.add(rollup);
    }
    for (const rollup of part.all().filter(({ step }) => step === 'minute')) {
      whole.add(rollup);
    }
  }
  const input = { range: '1h', nowMs: NOW_MS, config: CONFIG, marks: [], isHealthy: () => true } as const;
  return rangeFigures({ ...input, rollups: whole.all() });
}

const FAILED = attemptRecord({
  deployment: 'azure/small',
  provider: 'azure',
  outcome: 'failed',
  failure: { kind: 'overloaded', status: 503 },
});
const REFUSED = attemptRecord({ outcome: 'failed', failure: { kind: 'rejected', status: 400 } });
const RESCUED = requestRecord({ keyName: 'shop', routing: 'fallback', attempts: [FAILED, attemptRecord()] });

describe('the past of the fleet', () => {
  it('has the calls of routes and keys, and the attempts of deployments, providers and models', () => {
    const usage = { input: 100, cacheRead: 60, output: 20 };
    const { routed, deployments, providers, models, keys } = figures([RESCUED, { ...RESCUED, usage }]);
    assert.deepEqual([routed.calls, routed.failed, routed.rescued], [2, 0, 2]);
    assert.deepEqual(
      deployments.map(({ name, calls, failed }) => [name, calls, failed]),
      [
        ['azure/small', 2, 2],
        ['openai/small', 2, 0],
      ],
    );
    assert.deepEqual(
      providers.map(({ name, calls }) => [name, calls]),
      [
        ['azure', 2],
        ['openai', 2],
      ],
    );
    assert.deepEqual(
      models.map(({ name, calls, failed }) => [name, calls, failed]),
      [['small', 4, 2]],
    );
    assert.deepEqual(
      keys.map(({ name, calls, inputTokens, cachedTokens, outputTokens, costUsd }) => [
        name,
        calls,
        inputTokens,
        cachedTokens,
        outputTokens,
        costUsd,
      ]),
      [['shop', 2, 110, 60, 40, 0.00042]],
    );
  });

  it('counts neither what the request’s own fault ended, nor what its caller left, nor what asked for no model', () => {
    const refused = requestRecord({ ending: 'refused', status: 400, attempts: [REFUSED] });
    const left = requestRecord({ ending: 'hung-up' });
    const { routed, deployments } = figures([refused, left, requestRecord({ operation: 'other' })]);
    assert.deepEqual([routed.calls, routed.failed], [0, 0]);
    assert.deepEqual(
      deployments.map(({ calls, failed }) => [calls, failed]),
      [[2, 0]],
    );
  });

  it('tells second opinions, hedges and probes apart from other attempts', () => {
    const other = attemptRecord({ deployment: 'azure/small' });
    const probe = { deployment: deployment('azure/small'), startedAtMs: 0, totalMs: 9, ttftMs: 9, costUsd: 0.001 };
    const hedged = requestRecord({ attempts: [attemptRecord(), { ...other, hedge: true }], probes: [probe] });
    const [, azure] = figures([requestRecord({ attempts: [REFUSED, other] }), hedged]).deployments;
    assert.deepEqual([azure?.secondOpinions, azure?.hedges, azure?.probes, azure?.calls], [1, 1, 1, 2]);
  });

  it('is the same in whatever parts it is written', () => {
    const records = fc.array(
      fc.record({ totalMs: fc.integer({ min: 1, max: 90_000 }), ttftMs: fc.integer({ min: 1, max: 90_000 }) }),
      { minLength: 1, maxLength: 12 },
    );
    const property = fc.property(records, fc.nat(12), (times, at) => {
      const all = times.map((time) => ({ ...RESCUED, ...time }));
      assert.deepEqual(figures(all, [all.slice(0, at), all.slice(at)]), figures(all));
    });
    fc.assert(property, { numRuns: 60 });
  });
});
