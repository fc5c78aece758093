import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readOpenAiFailure } from '../../../../../functions/gateway/core/protocols/openai-chat/openai-failure.ts';
import fc from '../../../../support/property.ts';

function read(status: number, body: unknown, headers: Record<string, string> = {}) {
  return readOpenAiFailure({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body), nowMs: 0 });
}

function openAi(code: string | null, type = 'invalid_request_error', message = 'No.'): object {
  return { error: { message, type, param: null, code } };
}

describe('readOpenAiFailure', () => {
  const table: readonly [claim: string, status: number, body: unknown, failure: object][] = [
    ['a bad request', 400, openAi('invalid_value'), { kind: 'rejected', status: 400 }],
    ['a value that the model does not take', 400, openAi('unsupported_value'), { kind: 'unsupported', status: 400 }],
    ['a member that the model lacks', 400, openAi('unsupported_parameter'), { kind: 'unsupported', status: 400 }],
    ['a member that the API lacks', 400, openAi('unknown_parameter'), { kind: 'unsupported', status: 400 }],
    ['a wrong key', 401, openAi('invalid_api_key'), { kind: 'misconfigured', status: 401 }],
    [
      'a wrong key with status 400',
      400,
      [{ error: { code: 400, message: 'No.', status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } }],
      { kind: 'misconfigured', status: 401 },
    ],
    ['an unknown model', 404, openAi('model_not_found'), { kind: 'misconfigured', status: 404 }],
    [
      'a model that is gone, with status 400',
      400,
      openAi('model_decommissioned'),
      { kind: 'misconfigured', status: 404 },
    ],
    ['a rate limit', 429, openAi('rate_limit_exceeded', 'requests'), { kind: 'rate-limited', quota: false }],
    [
      'a rate limit with status 413',
      413,
      openAi('rate_limit_exceeded', 'tokens'),
      { kind: 'rate-limited', quota: false },
    ],
    ['a full flex tier of Groq', 498, openAi('flex_tier_capacity_exceeded'), { kind: 'overloaded', status: 498 }],
    ["a request that the server's side gave up", 499, '', { kind: 'overloaded', status: 499 }],
    [
      'log probabilities that a model does not give, with status 403',
      403,
      openAi(null, 'invalid_request_error', 'You are not allowed to request logprobs from this model.'),
      { kind: 'rejected', status: 400, isKnown: true },
    ],
    [
      "a caller's file that is not there, with status 404",
      404,
      openAi(null, 'invalid_request_error', 'No such File object: file-1'),
      { kind: 'rejected', status: 400, isKnown: true },
    ],
    ['a 429 without words', 429, '', { kind: 'rate-limited', quota: false }],
    ['a spent quota', 429, openAi('insufficient_quota', 'insufficient_quota'), { kind: 'rate-limited', quota: true }],
    [
      'a spent quota by its type',
      429,
      openAi(null, 'exceeded_current_quota_error'),
      { kind: 'rate-limited', quota: true },
    ],
    ['a spending limit', 429, openAi('project_spend_limit_exceeded'), { kind: 'rate-limited', quota: true }],
    ['an empty account', 402, openAi('invalid_request_error', 'unknown_error'), { kind: 'rate-limited', quota: true }],
    [
      'a daily quota of Google',
      429,
      [
        {
          error: {
            code: 429,
            message: 'x',
            status: 'RESOURCE_EXHAUSTED',
            details: [{ violations: [{ quotaId: 'RequestsPerDayPerModel' }] }],
          },
        },
      ],
      { kind: 'rate-limited', quota: true },
    ],
    [
      "a wait in Google's body",
      429,
      [{ error: { code: 429, message: 'x', details: [{ retryDelay: '34.4s' }] } }],
      { kind: 'rate-limited', retryAfterMs: 34_400, quota: false },
    ],
    ['a long prompt by its code', 400, openAi('context_length_exceeded'), { kind: 'context-exceeded' }],
    [
      'a long prompt of llama.cpp',
      400,
      {
        error: {
          code: 400,
          message: 'the request exceeds the available context size',
          type: 'exceed_context_size_error',
        },
      },
      { kind: 'context-exceeded' },
    ],
    [
      'a long prompt of vLLM',
      400,
      {
        object: 'error',
        message: "This model's maximum context length is 4096 tokens. However, you requested 5000.",
        type: 'BadRequestError',
        code: 400,
      },
      { kind: 'context-exceeded' },
    ],
    [
      'a long prompt of OpenRouter',
      400,
      { error: { code: 400, message: "This endpoint's maximum context length is 8192 tokens." } },
      { kind: 'context-exceeded' },
    ],
    [
      'a long prompt of Mistral',
      422,
      {
        object: 'error',
        message: 'Prompt contains 40000 tokens, too large for model with 32768 maximum context length',
        type: 'x',
      },
      { kind: 'context-exceeded' },
    ],
    [
      'a prompt that is too long, with status 500',
      500,
      openAi(null, 'server_error', 'maximum context length'),
      { kind: 'context-exceeded' },
    ],
    [
      "Azure's content filter",
      400,
      {
        error: {
          code: 'content_filter',
          message: 'x',
          status: 400,
          innererror: { code: 'ResponsibleAIPolicyViolation' },
        },
      },
      { kind: 'rejected', status: 400, isKnown: true },
    ],
    [
      "OpenRouter's moderation with status 403",
      403,
      { error: { code: 403, message: 'x', metadata: { reasons: ['violence'] } } },
      { kind: 'rejected', status: 400, isKnown: true },
    ],
    ['an unusable tool call of Groq', 400, openAi('tool_use_failed'), { kind: 'malformed', reason: 'tool_use_failed' }],
    ['a wrong country', 403, openAi('unsupported_country_region_territory'), { kind: 'misconfigured', status: 403 }],
    ['a conflict', 409, openAi(null), { kind: 'conflicted', status: 409 }],
    [
      'a key of another workspace of DashScope',
      400,
      openAi('Workspace.AccessDenied', 'Workspace.AccessDenied'),
      { kind: 'misconfigured', status: 403 },
    ],
    [
      'a model that DashScope keeps from the key',
      400,
      openAi('Model.AccessDenied'),
      { kind: 'misconfigured', status: 403 },
    ],
    ['an empty account of DashScope', 400, openAi('Arrearage', 'Arrearage'), { kind: 'misconfigured', status: 403 }],
    [
      'a restricted organisation of Groq',
      400,
      openAi('organization_restricted'),
      { kind: 'misconfigured', status: 403 },
    ],
    [
      'a model that Mistral does not know',
      400,
      { object: 'error', message: 'Invalid model: m', type: 'invalid_model', param: null, code: '1500' },
      { kind: 'misconfigured', status: 404 },
    ],
    ['a model that GitHub does not know', 400, openAi('unavailable_model'), { kind: 'misconfigured', status: 404 }],
    ['money spent at Zhipu', 429, openAi('1113'), { kind: 'rate-limited', quota: true }],
    ['a prompt too long for Zhipu', 400, openAi('1261'), { kind: 'context-exceeded' }],
    ['a prompt too long for GitHub', 413, openAi('tokens_limit_reached'), { kind: 'context-exceeded' }],
    ['a prompt too long for Perplexity', 400, openAi(null, 'too_many_prompt_tokens'), { kind: 'context-exceeded' }],
    ['a missing member', 400, openAi('missing_required_parameter'), { kind: 'rejected', status: 400, isKnown: true }],
    [
      'a model that is gone',
      410,
      { type: 'about:blank', title: 'Gone', status: 410 },
      { kind: 'misconfigured', status: 410 },
    ],
    ['a path without the method', 405, { detail: 'Method Not Allowed' }, { kind: 'misconfigured', status: 405 }],
    ['an address that has moved', 308, '', { kind: 'misconfigured', status: 308 }],
    ['a country that is not served', 451, '', { kind: 'misconfigured', status: 451 }],
    ["a model's own failure", 424, openAi(null), { kind: 'overloaded', status: 424 }],
    ['a body too large', 413, '<html>413</html>', { kind: 'rejected', status: 413 }],
    ["a server's fault", 500, openAi(null, 'server_error'), { kind: 'overloaded', status: 500 }],
    ['an overloaded server', 503, openAi('server_is_overloaded'), { kind: 'overloaded', status: 503 }],
    ["a gateway's page", 502, '<html>Bad gateway</html>', { kind: 'overloaded', status: 502 }],
  ];
  for (const [claim, status, body, failure] of table) {
    it(`reads ${claim}`, () => {
      const { vendor, ...rest } = read(status, body);
      assert.deepEqual(JSON.parse(JSON.stringify(rest)), failure);
      assert.ok(vendor !== undefined && vendor.message !== '');
    });
  }

  const messages: readonly [claim: string, body: unknown, message: string][] = [
    ['OpenAI', openAi(null), 'No.'],
    ['text for an error', { error: 'Not found' }, 'Not found'],
    ['xAI', { code: 'invalid-argument', error: 'Incorrect key' }, 'Incorrect key'],
    ['a title beside a message', { error: 'unauthorized', message: 'Sign in first' }, 'Sign in first'],
    ['Azure', { statusCode: 404, message: 'Resource not found' }, 'Resource not found'],
    ['FastAPI', { detail: 'Nope' }, 'Nope'],
    [
      'FastAPI, of several members',
      { detail: [{ loc: ['body', 'n'], msg: 'too big' }, { msg: 'bad' }] },
      'body.n: too big; : bad',
    ],
    [
      'OpenRouter',
      { error: { code: 400, message: 'Provider returned error', metadata: { raw: 'real reason' } } },
      'Provider returned error: real reason',
    ],
    ['Mistral', { object: 'error', message: { detail: 'x' } }, '{"detail":"x"}'],
    ['plain text', 'Too busy', 'Too busy'],
    ['a page', '<html>', 'The provider answered 400 without an explanation.'],
    ['a page inside an error', { error: { message: '<html>' } }, 'The provider answered 400 without an explanation.'],
    ['nothing', '', 'The provider answered 400 without an explanation.'],
  ];
  for (const [claim, body, message] of messages) {
    it(`finds the message of ${claim}`, () => assert.equal(read(400, body).vendor?.message, message));
  }

  it('keeps type, code, param and the request id, and the wait', () => {
    const error = { message: 'Slow down.', type: 'requests', code: 'rate_limit_exceeded', param: 'model' };
    assert.deepEqual(read(429, { error }, { 'retry-after-ms': '1500', 'x-request-id': 'req_1' }), {
      kind: 'rate-limited',
      retryAfterMs: 1500,
      quota: false,
      vendor: { status: 429, ...error, requestId: 'req_1' },
    });
  });

  it("keeps Groq's status, words and what the model wrote of a call that it could not use", () => {
    const error = { message: 'Failed to call a function.', code: 'tool_use_failed', failed_generation: '<function=x>' };
    const { vendor } = read(400, { error });
    assert.deepEqual(
      [vendor?.status, vendor?.message, vendor?.failedGeneration],
      [400, 'Failed to call a function.', '<function=x>'],
    );
  });

  const waits: readonly [claim: string, error: object, headers: Record<string, string>, waitMs: number | undefined][] =
    [
      ['a vendor behind OpenRouter', { metadata: { headers: { 'Retry-After': '7' } } }, {}, 7000],
      ['a number of seconds', { retry_after: 12 }, {}, 12_000],
      ['a number of seconds behind a router', { metadata: { retry_after_seconds: 1.5 } }, {}, 1500],
      ['a sentence of OpenAI', { message: 'Rate limit reached. Please try again in 1m3.57s. Visit' }, {}, 63_570],
      ['a sentence of Azure', { message: 'Please retry after 6 seconds.' }, {}, 6000],
      ['a sentence in milliseconds', { message: 'Please try again in 86ms.' }, {}, 86],
      [
        'what is spent of two limits',
        {},
        {
          'x-ratelimit-remaining-requests': '0',
          'x-ratelimit-reset-requests': '2m',
          'x-ratelimit-remaining-tokens': '7',
          'x-ratelimit-reset-tokens': '1h',
        },
        120_000,
      ],
      ['a header that outweighs a sentence', { message: 'try again in 9s' }, { 'retry-after': '2' }, 2000],
      ['nothing', { message: 'try again later' }, {}, undefined],
    ];
  for (const [claim, error, headers, waitMs] of waits) {
    it(`reads the wait of ${claim}`, () => {
      const failure = read(429, { error: { message: 'Slow down.', code: 429, ...error } }, headers);
      assert.equal(failure.kind === 'rate-limited' ? failure.retryAfterMs : 'no limit', waitMs);
    });
  }

  it('keeps the request id of a response without a readable body', () => {
    assert.equal(read(500, '', { 'apim-request-id': 'a' }).vendor?.requestId, 'a');
  });

  it('never throws, and passes on no page', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), fc.oneof(fc.json(), fc.string()), (status, body) => {
        assert.doesNotMatch(read(status, body).vendor?.message ?? '', /^<(?!\d{3}> )/);
      }),
    );
  });
});
