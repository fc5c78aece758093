import assert from 'node:assert/strict';
import { validateHeaderValue } from 'node:http';
import { describe, it } from 'node:test';
import { answerHeaders } from '../../../../functions/gateway/core/serve/trail.ts';
import { FAILURES } from '../../../support/failures.ts';
import fc from '../../../support/property.ts';
import { attemptRecord, requestRecord } from '../../../support/request-records.ts';

describe("the answer's headers", () => {
  it('say who served it, how, after how many calls and in what time', () => {
    const { 'server-timing': _, ...headers } = answerHeaders(requestRecord(), []);
    assert.deepEqual(headers, {
      'x-request-id': 'req1',
      'x-nemo-request-id': 'req1',
      'x-nemo-routed-model': 'openai/small',
      'x-nemo-routing': 'direct',
      'x-nemo-attempts': '1',
      'x-nemo-latency-ms': '905.12',
      'x-nemo-ttft-ms': '302.5',
      'x-nemo-overhead-ms': '0.8',
    });
  });

  it('leave out what there was not, where nobody has served it', () => {
    const { servedBy: _, ttftMs: __, ...refused } = requestRecord({ attempts: [], status: 400 });
    const headers = answerHeaders(refused, []);
    assert.deepEqual(Object.keys(headers).toSorted(), [
      'server-timing',
      'x-nemo-attempts',
      'x-nemo-latency-ms',
      'x-nemo-overhead-ms',
      'x-nemo-request-id',
      'x-nemo-routing',
      'x-request-id',
    ]);
    assert.equal(headers['x-nemo-attempts'], '0');
  });

  it('name the fields that were left out', () => {
    const headers = answerHeaders(requestRecord({ dropped: ['logit_bias', 'seed'] }), []);
    assert.equal(headers['x-nemo-dropped-params'], 'logit_bias, seed');
  });

  it('time each stage and each attempt, as Server Timing has it', () => {
    const failed = attemptRecord({
      deployment: 'google/small',
      outcome: 'failed',
      failure: FAILURES.truncated,
      totalMs: 40,
    });
    const { ttftMs: _, ...withoutTtft } = failed;
    const headers = answerHeaders(requestRecord({ attempts: [withoutTtft, attemptRecord()] }), [
      { name: 'auth', durationMs: 0.123 },
    ]);
    assert.equal(
      headers['server-timing'],
      'auth;dur=0.12, attempt1;dur=40;desc="google/small answer truncated", attempt2;dur=300.5;desc="openai/small served"',
    );
  });

  it('are printable in one line, whatever the names', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const attempts = [attemptRecord({ deployment: name })];
        const headers = answerHeaders(requestRecord({ servedBy: name, attempts, dropped: [name] }), []);
        for (const [header, value] of Object.entries(headers)) {
          validateHeaderValue(header, value);
          assert.match(value, /^[\x20-\x7e]*$/);
        }
        assert.equal(headers['server-timing']?.match(/"/g)?.length, 2);
      }),
    );
  });
});
