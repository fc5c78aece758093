import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { operatorsFault } from '../../../../functions/gateway/core/model/vendor-text.ts';
import { PROTOCOLS } from '../../../../functions/gateway/core/protocols/protocols.ts';
import { FAILURES } from '../../../support/failures.ts';

type Name = keyof typeof PROTOCOLS;

/** How vendors tell an operator's own fault, with a word of the advice. `undefined`: nothing is known beyond the sentence. */
const FAULTS: readonly (readonly [
  Name,
  number,
  object | string,
  RegExp | undefined,
  Readonly<Record<string, string>>?,
])[] = [
  [
    'bedrock',
    400,
    {
      message:
        'Invocation of model ID deepseek.r1-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.',
    },
    /inference profile/,
    { 'x-amzn-errortype': 'ValidationException' },
  ],
  [
    'bedrock',
    400,
    { message: 'The provided model identifier is invalid.' },
    /region/,
    { 'x-amzn-errortype': 'ValidationException' },
  ],
  [
    'bedrock',
    403,
    { message: "You don't have access to the model with the specified model ID." },
    /console/,
    { 'x-amzn-errortype': 'AccessDeniedException' },
  ],
  [
    'bedrock',
    403,
    {
      Message:
        'User: arn:aws:sts::123456789012:assumed-role/r/f is not authorized to perform: bedrock:InvokeModel on resource: arn',
    },
    /role/,
    { 'x-amzn-errortype': 'AccessDeniedException' },
  ],
  [
    'bedrock',
    403,
    { message: 'The security token included in the request is expired' },
    /credentials/,
    { 'x-amzn-errortype': 'ExpiredTokenException' },
  ],
  [
    'openai',
    404,
    {
      error: {
        code: 'DeploymentNotFound',
        message:
          'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.',
      },
    },
    /name of the deployment/,
  ],
  [
    'openai',
    401,
    {
      error: {
        code: '401',
        message:
          'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
      },
    },
    /baseUrl/,
  ],
  [
    'openai',
    404,
    {
      error: {
        message: 'The model `gpt-9` does not exist or you do not have access to it.',
        type: 'invalid_request_error',
        code: 'model_not_found',
      },
    },
    /"model"/,
  ],
  [
    'openai',
    401,
    {
      error: {
        message:
          'Incorrect API key provided: sk-abcdefghijkl. You can find your API key at https://platform.openai.com.',
        code: 'invalid_api_key',
      },
    },
    /apiKey/,
  ],
  ['openai', 405, { detail: 'Method Not Allowed' }, /baseUrl/],
  ['openai', 404, '<html>nginx</html>', /baseUrl/],
  ['openai', 402, { error: { message: 'Insufficient Balance', code: 'invalid_request_error' } }, /top up/],
  [
    'anthropic',
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Your credit balance is too low to access the Anthropic API.' },
    },
    /top up/,
  ],
  ['anthropic', 404, { type: 'error', error: { type: 'not_found_error', message: 'model: claude-9' } }, undefined],
  [
    'anthropic',
    401,
    { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } },
    /secrets check/,
  ],
  [
    'gemini',
    403,
    {
      error: {
        code: 403,
        status: 'PERMISSION_DENIED',
        message:
          'Generative Language API has not been used in project 1 before or it is disabled. Enable it by visiting https://console.developers.google.com/x then retry.',
      },
    },
    /enable the API/,
  ],
  [
    'gemini',
    400,
    { error: { code: 400, status: 'FAILED_PRECONDITION', message: 'User location is not supported for the API use.' } },
    undefined,
  ],
];

describe('an operator’s own fault', () => {
  for (const [protocol, status, said, advice, headers = {}] of FAULTS) {
    const body = typeof said === 'string' ? said : JSON.stringify(said);
    it(`is told: ${protocol} ${status} ${body.slice(0, 90)}`, () => {
      const failure = PROTOCOLS[protocol].readFailure({ status, headers, body, nowMs: 0 });
      const fault = operatorsFault(failure);
      assert.ok(fault !== undefined, JSON.stringify(failure));
      assert.ok(fault.vendorMessage.length > 0 && fault.vendorMessage.length <= 300);
      assert.doesNotMatch(fault.vendorMessage, /sk-abc|<html/);
      if (advice === undefined) {
        assert.equal(fault.advice, undefined);
      } else {
        assert.match(fault.advice ?? '', advice);
      }
    });
  }

  it('is one line without control characters, credentials or more than 300 characters', () => {
    const message = `a\nb\u001b[2J\u202e Bearer ${'k'.repeat(40)} ${'x'.repeat(5000)}`;
    const fault = operatorsFault({ kind: 'misconfigured', status: 403, vendor: { status: 403, message } });
    assert.equal(fault?.vendorMessage.length, 300);
    assert.match(fault?.vendorMessage ?? '', /^a b \[2J \[redacted\] x+$/);
  });

  it('is no failure of another kind: what vendors say of requests may quote prompts', () => {
    const vendor = { status: 400, message: 'my prompt' };
    const told = Object.values(FAILURES).filter((failure) => operatorsFault({ ...failure, vendor }) !== undefined);
    assert.deepEqual(
      told.map(({ kind }) => kind).filter((kind) => kind !== 'misconfigured' && kind !== 'rate-limited'),
      [],
    );
    const waits = { kind: 'rate-limited', retryAfterMs: 1, quota: false, vendor } as const;
    assert.equal(operatorsFault(waits), undefined);
  });
});
