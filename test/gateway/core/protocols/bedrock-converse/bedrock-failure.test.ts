import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptFailure } from '../../../../../functions/gateway/core/model/attempt-failure.ts';
import { bedrock } from '../../../../../functions/gateway/core/protocols/bedrock-converse/bedrock.ts';

interface Answered {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function read({ status, type, body = '', headers = {} }: Answered): AttemptFailure {
  const named = type === undefined ? headers : { ...headers, 'x-amzn-errortype': type };
  return bedrock.readFailure({ status, headers: named, body, nowMs: 0 });
}

function said(message: string): string {
  return JSON.stringify({ message });
}

const ROWS: readonly (readonly [answered: Answered, kind: AttemptFailure['kind'], status: number])[] = [
  [{ status: 400, type: 'ValidationException', body: said('Bad field.') }, 'rejected', 400],
  [{ status: 413, body: said('Too large.') }, 'rejected', 413],
  [{ status: 403, type: 'AccessDeniedException' }, 'misconfigured', 403],
  [{ status: 403, type: 'UnrecognizedClientException' }, 'misconfigured', 403],
  [{ status: 400, type: 'ExpiredTokenException' }, 'misconfigured', 403],
  [{ status: 400, type: 'IncompleteSignatureException' }, 'misconfigured', 403],
  [{ status: 404, type: 'ResourceNotFoundException' }, 'misconfigured', 404],
  [{ status: 400, type: 'ServiceQuotaExceededException' }, 'rate-limited', 400],
  [{ status: 408, type: 'ModelTimeoutException' }, 'overloaded', 504],
  [{ status: 408 }, 'conflicted', 408],
  [{ status: 424, type: 'ModelErrorException' }, 'overloaded', 502],
  [{ status: 424 }, 'overloaded', 502],
  [{ status: 429, type: 'ThrottlingException' }, 'rate-limited', 429],
  [{ status: 429, type: 'ModelNotReadyException' }, 'rate-limited', 429],
  [{ status: 500, type: 'InternalServerException' }, 'overloaded', 500],
  [{ status: 503, type: 'ServiceUnavailableException' }, 'overloaded', 503],
  [{ status: 529 }, 'overloaded', 529],
  [{ status: 502, body: '<html>Bad Gateway</html>' }, 'overloaded', 502],
];

test('Each exception is the failure that its name stands for, and without a name its status decides', () => {
  for (const [answered, kind, status] of ROWS) {
    const failure = read(answered);
    assert.equal(failure.kind, kind, JSON.stringify(answered));
    assert.equal(failure.vendor?.status, status, JSON.stringify(answered));
  }
});

test('The name is cut out of the header’s address and of the body’s namespace', () => {
  const inHeader = read({
    status: 400,
    type: 'ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/',
  });
  assert.equal(inHeader.vendor?.code, 'ValidationException');
  const inBody = read({ status: 400, body: '{"__type":"com.amazon.coral.service#ThrottlingException"}' });
  assert.equal(inBody.vendor?.code, 'ThrottlingException');
  assert.equal(inBody.kind, 'rate-limited');
});

test('The message is read in either spelling, with the model’s own words, and the request id is kept', () => {
  assert.equal(read({ status: 400, body: '{"Message":"Capital."}' }).vendor?.message, 'Capital.');
  const failure = read({
    status: 424,
    body: '{"message":"The model failed.","originalStatusCode":500,"originalMessage":"out of memory"}',
    headers: { 'x-amzn-requestid': 'req-1' },
  });
  assert.equal(failure.vendor?.message, 'The model failed. out of memory (500)');
  assert.equal(failure.vendor?.requestId, 'req-1');
});

test('A body that is HTML is never passed on', () => {
  assert.doesNotMatch(read({ status: 502, body: '<html><h1>Bad Gateway</h1></html>' }).vendor?.message ?? '', /</);
});

const FULL = [
  'Input is too long for requested model.',
  'The model returned the following errors: prompt is too long: 200049 tokens > 200000 maximum',
  'Too many input tokens. Max input tokens: 8192, request input token count: 9000',
  'Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again.',
  'The model returned the following errors: input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000',
  "This model's maximum context length is 128000 tokens.",
];

test('A prompt that does not fit is known by each model’s words', () => {
  for (const message of FULL) {
    assert.equal(
      read({ status: 400, type: 'ValidationException', body: said(message) }).kind,
      'context-exceeded',
      message,
    );
  }
});

test('A wrong model id is the operator’s fault, though Bedrock calls it a validation error', () => {
  for (const message of [
    'The provided model identifier is invalid.',
    'Invocation of model ID x with on-demand throughput isn’t supported. Retry with an inference profile.',
    'Operation not allowed',
  ]) {
    const failure = read({ status: 400, type: 'ValidationException', body: JSON.stringify({ message }) });
    assert.equal(failure.kind, 'misconfigured', message);
  }
});

test('A limit that was asked for too high, or a throttling of tokens, is no full context', () => {
  const tooHigh = said('The maximum tokens you requested exceeds the model limit of 4096.');
  assert.equal(read({ status: 400, type: 'ValidationException', body: tooHigh }).kind, 'unsupported');
  const throttled = said('Too many tokens, please wait before trying again.');
  assert.equal(read({ status: 429, type: 'ThrottlingException', body: throttled }).kind, 'rate-limited');
});

test('A throttling says how long to wait, and a day’s quota that waiting does not help', () => {
  const headers = { 'retry-after': '7' };
  const throttled = read({ status: 429, type: 'ThrottlingException', body: said('Too many requests.'), headers });
  assert.ok(throttled.kind === 'rate-limited');
  assert.equal(throttled.retryAfterMs, 7000);
  assert.equal(throttled.quota, false);
  const daily = read({ status: 429, type: 'ThrottlingException', body: said('Too many tokens per day, please wait.') });
  assert.equal(daily.kind === 'rate-limited' && daily.quota, true);
});
