import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AttemptFailure, describeFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import type { GatewayError } from '../../../../functions/gateway/core/model/gateway-error.ts';
import { finalError, streamError } from '../../../../functions/gateway/core/race/final-error.ts';
import { FAILURES } from '../../../support/failures.ts';

type Reason = Parameters<typeof finalError>[1];

function errorAfter(failures: readonly AttemptFailure[], reason: Reason = 'failures'): GatewayError {
  const attempts = failures.map((failure, index) => ({ deployment: `d${index}`, failure, totalMs: 10.4 }));
  return finalError(attempts, reason);
}

function limited(retryAfterMs: number | undefined, quota = false): AttemptFailure {
  return { kind: 'rate-limited', retryAfterMs, quota };
}

describe('the error when every attempt has failed', () => {
  const {
    unreachable,
    overloaded,
    misconfigured,
    rejected,
    truncated,
    'context-exceeded': tooLong,
    'rate-limited': busy,
  } = FAILURES;
  const unsupported: AttemptFailure = {
    kind: 'unsupported',
    status: 404,
    vendor: { status: 404, message: 'No endpoints found that support tool use.', code: 'none' },
  };
  const unusable: AttemptFailure = {
    kind: 'malformed',
    reason: 'tool_use_failed',
    vendor: { status: 400, message: 'Failed.', code: 'tool_use_failed', failedGeneration: '<f>' },
  };
  const rows: readonly {
    readonly name: string;
    readonly failures: readonly AttemptFailure[];
    readonly reason?: Reason;
    readonly status: number;
    readonly code: string | null;
  }[] = [
    { name: 'different failures', failures: [unreachable, overloaded], status: 502, code: 'upstream_failed' },
    { name: 'overloads only', failures: [overloaded, overloaded], status: 502, code: 'overloaded' },
    { name: 'wrong credentials only', failures: [misconfigured], status: 502, code: 'upstream_misconfigured' },
    { name: 'rate limits only', failures: [busy, busy], status: 429, code: 'rate_limit_exceeded' },
    { name: 'a rate limit among others', failures: [busy, truncated], status: 502, code: 'upstream_failed' },
    { name: 'spent quotas only', failures: [limited(undefined, true)], status: 429, code: 'insufficient_quota' },
    {
      name: 'the deadline',
      failures: [overloaded, unreachable],
      reason: 'deadline',
      status: 504,
      code: 'deadline_exceeded',
    },
    {
      name: 'the deadline, before any attempt',
      failures: [],
      reason: 'deadline',
      status: 504,
      code: 'deadline_exceeded',
    },
    {
      name: 'vendors that lack what was asked',
      failures: [unsupported, unsupported, tooLong],
      status: 400,
      code: 'none',
    },
    {
      name: 'one that lacks it, and one that is overloaded',
      failures: [unsupported, overloaded],
      status: 502,
      code: 'upstream_failed',
    },
    { name: 'calls that nobody could use', failures: [unusable, unusable], status: 400, code: 'tool_use_failed' },
    { name: 'a refusal after another failure', failures: [overloaded, rejected], status: 400, code: null },
    { name: 'a refusal by size', failures: [{ kind: 'rejected', status: 413 }], status: 413, code: null },
    {
      name: 'a refusal of a hedge, then the deadline',
      failures: [unreachable, rejected],
      reason: 'deadline',
      status: 400,
      code: null,
    },
    { name: 'a refusal told inside a stream', failures: [{ kind: 'rejected', status: 200 }], status: 400, code: null },
    { name: 'prompts too long everywhere', failures: [tooLong, tooLong], status: 400, code: 'context_length_exceeded' },
  ];
  for (const { name, failures, reason, status, code } of rows) {
    it(`is ${status} ${code ?? 'without a code'} after ${name}`, () => {
      const error = errorAfter(failures, reason);
      assert.deepEqual({ status: error.status, code: error.code }, { status, code });
    });
  }

  it("passes the vendor's refusal on: its words, its code and the field at fault", () => {
    const vendor = { status: 422, message: 'Unknown voice', type: 'x', code: 'bad_voice', param: 'audio.voice' };
    const error = errorAfter([{ kind: 'rejected', status: 422, vendor }]);
    assert.deepEqual(error, {
      status: 422,
      message: 'Unknown voice',
      type: 'invalid_request_error',
      code: 'bad_voice',
      param: 'audio.voice',
      headers: { 'x-should-retry': 'false' },
    });
  });

  it('passes on what a model wrote of a call that nobody could use', () => {
    const { message, failedGeneration } = errorAfter([unusable]);
    assert.deepEqual({ message, failedGeneration }, { message: 'Failed.', failedGeneration: '<f>' });
  });

  it('names the outcome of each attempt, and no word of the vendors', () => {
    const vendor = { status: 503, message: 'sk-secret' };
    const { message } = errorAfter([FAILURES.unreachable, { kind: 'overloaded', status: 503, vendor }]);
    assert.equal(
      message,
      'All 2 attempts failed: d0: unreachable (ECONNREFUSED) after 10 ms; d1: overloaded (503) after 10 ms.',
    );
  });

  it('has a message that makes sense where nobody could be asked', () => {
    assert.match(errorAfter([], 'deadline').message, /No provider was asked/);
  });

  const waits: readonly { readonly limits: readonly AttemptFailure[]; readonly header: string | undefined }[] = [
    { limits: [limited(7200)], header: '8' },
    { limits: [limited(30_000), limited(2000), limited(undefined)], header: '2' },
    { limits: [limited(3_600_000)], header: '60' },
    { limits: [limited(undefined)], header: undefined },
  ];
  for (const { limits, header } of waits) {
    it(`asks to retry after ${header ?? 'no known time'}, and forbids it only where no time is known: ${JSON.stringify(limits)}`, () => {
      const { headers = {} } = errorAfter(limits);
      assert.equal(headers['retry-after'], header);
      assert.equal(headers['x-should-retry'], header === undefined ? 'false' : undefined);
    });
  }

  it('keeps the SDKs from multiplying attempts after every other failure', () => {
    for (const failure of Object.values<AttemptFailure>(FAILURES).filter(({ kind }) => kind !== 'rate-limited')) {
      assert.equal(errorAfter([failure]).headers?.['x-should-retry'], 'false');
    }
  });
});

describe('the error of a stream that broke', () => {
  const rows: Readonly<Record<AttemptFailure['kind'], readonly [status: number, code: string | null]>> = {
    unreachable: [502, 'upstream_stream_truncated'],
    'timed-out': [504, 'upstream_stream_stalled'],
    overloaded: [503, 'overloaded'],
    'rate-limited': [429, 'rate_limit_exceeded'],
    conflicted: [502, 'upstream_stream_truncated'],
    misconfigured: [502, 'upstream_stream_truncated'],
    'context-exceeded': [400, 'context_length_exceeded'],
    unsupported: [400, null],
    rejected: [400, null],
    malformed: [502, 'upstream_stream_truncated'],
    truncated: [502, 'upstream_stream_truncated'],
    aborted: [502, 'upstream_stream_truncated'],
  };
  for (const failure of Object.values<AttemptFailure>(FAILURES)) {
    it(`is ${rows[failure.kind].join(' ')} when it is ${failure.kind}`, () => {
      const { status, code } = streamError(failure);
      assert.deepEqual([status, code], rows[failure.kind]);
    });
  }

  it('is a spent quota, and not a rate to wait for, in type and code', () => {
    const { status, type, code } = streamError({ kind: 'rate-limited', retryAfterMs: undefined, quota: true });
    assert.deepEqual([status, type, code], [429, 'insufficient_quota', 'insufficient_quota']);
  });

  it('is a missed deadline, not a stall, when time is up', () => {
    const { status, code } = streamError({ kind: 'timed-out', phase: 'deadline', afterMs: 5 });
    assert.deepEqual([status, code], [504, 'deadline_exceeded']);
  });
});

describe('a failure in a few words', () => {
  it('is different for every kind', () => {
    const words = Object.values<AttemptFailure>(FAILURES).map(describeFailure);
    assert.equal(new Set(words).size, words.length);
  });
});
