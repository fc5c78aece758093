import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gemini } from '../../../../../functions/gateway/core/protocols/gemini/gemini.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import fc from '../../../../support/property.ts';

function failure(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return gemini.readFailure({ status, headers, body: text, nowMs: 0 });
}

function rpcError(code: number, status: string, message = 'No.', details: readonly JsonObject[] = []): JsonObject {
  return { error: { code, message, status, details } };
}

test('each error of Google’s has its kind', () => {
  const errors: readonly [number, string, string, string][] = [
    [400, 'INVALID_ARGUMENT', 'Bad schema.', 'rejected'],
    [400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.', 'misconfigured'],
    [400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', 'misconfigured'],
    [
      400,
      'INVALID_ARGUMENT',
      'The input token count (9) exceeds the maximum number of tokens allowed (8).',
      'context-exceeded',
    ],
    [400, 'INVALID_ARGUMENT', 'The input token count is 9 but model only supports up to 8.', 'context-exceeded'],
    [401, 'UNAUTHENTICATED', 'No.', 'misconfigured'],
    [402, 'RESOURCE_EXHAUSTED', 'No credits.', 'rate-limited'],
    [403, 'PERMISSION_DENIED', 'No.', 'misconfigured'],
    [404, 'NOT_FOUND', 'No.', 'misconfigured'],
    [409, 'ABORTED', 'No.', 'conflicted'],
    [429, 'RESOURCE_EXHAUSTED', 'No.', 'rate-limited'],
    [499, 'CANCELLED', 'No.', 'overloaded'],
    [500, 'INTERNAL', 'No.', 'overloaded'],
    [503, 'UNAVAILABLE', 'No.', 'overloaded'],
    [504, 'DEADLINE_EXCEEDED', 'No.', 'overloaded'],
  ];
  for (const [code, status, message, kind] of errors) {
    const read = failure(code, rpcError(code, status, message));
    assert.equal(read.kind, kind, `${code} ${status} ${message}`);
    assert.deepEqual(read.vendor, { status: code, message, type: status });
  }
});

test('a bad key is the operator’s fault though its status is 400', () => {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }];
  const read = failure(400, rpcError(400, 'INVALID_ARGUMENT', 'No.', details));
  assert.equal(read.kind, 'misconfigured');
  assert.equal(read.vendor?.code, 'API_KEY_INVALID');
});

test('a file that the caller named and Google does not find is the caller’s fault though its status is that of a bad key', () => {
  const messages: readonly [number, string, string][] = [
    [403, 'PERMISSION_DENIED', 'You do not have permission to access the File abc or it may not exist.'],
    [
      403,
      'PERMISSION_DENIED',
      'service-1@x does not have storage.objects.get access to the Google Cloud Storage object.',
    ],
    [404, 'NOT_FOUND', 'File files/abc not found.'],
  ];
  for (const [code, status, message] of messages) {
    const vendor = { status: 400, message, type: status };
    assert.deepEqual(failure(code, rpcError(code, status, message)), {
      kind: 'rejected',
      status: 400,
      vendor,
      isKnown: true,
    });
  }
});

test('the wait stands in the body, with fractions and in any unit', () => {
  const waits: readonly [JsonObject, number | undefined][] = [
    [{ retryDelay: '34.4s' }, 34_400],
    [{ retryDelay: '45.837906927s' }, 45_838],
    [{ retryDelay: '0s' }, 0],
    [{ metadata: { quotaResetDelay: '373.8ms' } }, 374],
    [{ metadata: { quotaResetDelay: '1h2m3.5s' } }, 3_723_500],
    [{ retryDelay: '9999999h' }, 86_400_000],
    [{ retryDelay: 'soon' }, undefined],
    [{ reason: 'RATE_LIMIT_EXCEEDED' }, undefined],
  ];
  for (const [detail, retryAfterMs] of waits) {
    const read = failure(429, rpcError(429, 'RESOURCE_EXHAUSTED', 'Slow down.', [{}, detail]));
    assert.equal(read.kind, 'rate-limited');
    assert.deepEqual([read.retryAfterMs, read.quota], [retryAfterMs, false]);
  }
  const fromHeader = failure(429, rpcError(429, 'RESOURCE_EXHAUSTED'), { 'retry-after': '7' });
  assert.equal(fromHeader.kind === 'rate-limited' && fromHeader.retryAfterMs, 7000);
});

test('a limit by the day and spent credits are a quota, a limit by the minute is not', () => {
  const quotaOf = (quotaId: string, message = 'You exceeded your current quota.') => {
    const details = [{ violations: [{ quotaId: 'Other' }, { quotaId }] }, { retryDelay: '3s' }];
    const read = failure(429, rpcError(429, 'RESOURCE_EXHAUSTED', message, details));
    return read.kind === 'rate-limited' && read.quota;
  };
  assert.equal(quotaOf('GenerateRequestsPerDayPerProjectPerModel-FreeTier'), true);
  assert.equal(quotaOf('GenerateRequestsPerMinutePerProjectPerModel'), false);
  assert.equal(quotaOf('x', 'Your prepayment credits are depleted.'), true);
  const spent = failure(402, rpcError(402, 'RESOURCE_EXHAUSTED'));
  assert.equal(spent.kind === 'rate-limited' && spent.quota, true);
});

test('an error wrapped in an array is read like one that is not', () => {
  const error = rpcError(503, 'UNAVAILABLE', 'Overloaded.');
  assert.deepEqual(failure(503, [error]), failure(503, error));
});

test('a body that is not Google’s goes by its status, and HTML is not passed on', () => {
  assert.equal(failure(502, '<html>Bad gateway</html>').kind, 'overloaded');
  assert.doesNotMatch(failure(502, '<html>Bad gateway</html>').vendor?.message ?? '', /html/);
  assert.equal(failure(401, { error: 'invalid_grant' }).vendor?.message, 'invalid_grant');
  assert.equal(failure(429, '').kind, 'rate-limited');
});

test('no body makes it throw', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 400, max: 599 }),
      fc.oneof(fc.string(), fc.json()),
      fc.jsonValue(),
      (status, body, error) => {
        assert.ok(failure(status, body).kind);
        assert.ok(failure(status, { error }).kind);
        assert.ok(failure(status, { error: { details: [error], message: error } }).kind);
      },
    ),
  );
});
