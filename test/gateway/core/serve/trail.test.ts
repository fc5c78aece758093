import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { trailJson } from '../../../../functions/gateway/core/serve/trail.ts';
import { FAILURES } from '../../../support/failures.ts';
import fc from '../../../support/property.ts';
import { attemptRecord, requestRecord } from '../../../support/request-records.ts';

describe('the trail', () => {
  it('tells who served, what was tried, why it moved on and what it cost', () => {
    const failed = attemptRecord({
      deployment: 'google/small',
      outcome: 'failed',
      failure: FAILURES.overloaded,
      totalMs: 40,
    });
    const { ttftMs: _, ...withoutTtft } = failed;
    const record = requestRecord({ attempts: [withoutTtft, attemptRecord({ hedge: true })], routing: 'hedge' });
    assert.deepEqual(JSON.parse(trailJson(record)), {
      request_id: 'req1',
      route: 'best',
      strategy: 'latency-based',
      served_by: 'openai/small',
      routing: 'hedge',
      explored: false,
      ttft_ms: 302.5,
      total_ms: 905.123,
      overhead_ms: 0.8,
      candidates: [{ deployment: 'openai/small', score: 310, state: 'healthy' }],
      attempts: [
        {
          deployment: 'google/small',
          outcome: 'failed',
          reason: 'overloaded (529)',
          hedge: false,
          started_after_ms: 2,
          total_ms: 40,
        },
        {
          deployment: 'openai/small',
          outcome: 'served',
          hedge: true,
          started_after_ms: 2,
          ttft_ms: 300.5,
          total_ms: 900,
        },
      ],
      prompt_tokens: 10,
      completion_tokens: 20,
      cost_usd: 0.00021,
    });
  });

  it('is one line, whatever the names, so that it fits a comment of a stream', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, dropped) => {
        const attempts = [attemptRecord({ deployment: name })];
        const line = trailJson(requestRecord({ servedBy: name, attempts, dropped: [dropped] }));
        assert.doesNotMatch(line, /[\r\n]/);
        assert.equal(JSON.parse(line).served_by, name);
      }),
    );
  });

  it('keeps scores that are fractions of a cent, and those of deployments without a price', () => {
    const scores = [0.0000123456789, 1234.56789, Number.MAX_VALUE, 0];
    const candidates = scores.map((score) => ({ deployment: 'a', score, state: 'healthy' as const }));
    const told = JSON.parse(trailJson(requestRecord({ candidates }))).candidates;
    assert.deepEqual(
      told.map(({ score }: { score: unknown }) => score),
      [0.0000123457, 1234.57, 1.79769e308, 0],
    );
  });

  it('has no word of what a vendor said', () => {
    for (const failure of Object.values(FAILURES)) {
      const vendor = { status: 500, message: 'sk-secret in the words of the vendor' };
      const attempts = [attemptRecord({ outcome: 'failed', failure: { ...failure, vendor } })];
      assert.doesNotMatch(trailJson(requestRecord({ attempts })), /secret/);
    }
  });
});
