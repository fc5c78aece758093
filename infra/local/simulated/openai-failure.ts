import type { FailureDetails, FailureMeaning, WireFailure } from './vendor-wire.ts';

/** An OpenAI error response. Source: OpenAI guides, "Error codes" and "Rate limits". */
export function openaiFailure(meaning: FailureMeaning, details: FailureDetails = {}): WireFailure {
  const line = LINES[meaning];
  return {
    kind: 'failure',
    status: details.status ?? line.status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-request-id': 'req_simulated',
      ...(meaning === 'rate-limited' ? rateLimitHeaders(details.retryAfterSeconds ?? 20) : {}),
    },
    body: JSON.stringify({ error: openaiErrorObject(meaning, details) }, undefined, 2),
  };
}

/** The `error` object, which a stream's error event carries too. */
export function openaiErrorObject(meaning: FailureMeaning, details: FailureDetails): OpenaiError {
  const { type, code, param, message } = LINES[meaning];
  return { message: details.message ?? message(details), type, param: param ?? null, code: code ?? null };
}

type OpenaiError = {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
};

interface Line {
  readonly status: number;
  readonly type: string;
  readonly code?: string;
  readonly param?: string;
  readonly message: (details: FailureDetails) => string;
}

function rateLimitHeaders(seconds: number): Record<string, string> {
  return {
    'retry-after': String(Math.ceil(seconds)),
    'retry-after-ms': String(Math.ceil(seconds * 1000)),
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': `${seconds}s`,
  };
}

const LINES: Readonly<Record<FailureMeaning, Line>> = {
  'rate-limited': {
    status: 429,
    // OpenAI names here what ran out (requests or tokens), not the kind of error.
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: ({ model, retryAfterSeconds = 20 }) =>
      `Rate limit reached for ${model ?? 'this model'} on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in ${retryAfterSeconds}s.`,
  },
  'quota-spent': {
    status: 429,
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    message: () => 'You exceeded your current quota, please check your plan and billing details.',
  },
  overloaded: {
    status: 503,
    type: 'server_error',
    code: 'server_is_overloaded',
    message: () => 'The server is currently overloaded. Please try again later.',
  },
  'server-error': {
    status: 500,
    type: 'server_error',
    message: () => 'The server had an error while processing your request. Sorry about that!',
  },
  timeout: { status: 504, type: 'server_error', message: () => 'The request timed out.' },
  'context-exceeded': {
    status: 400,
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
    param: 'messages',
    message: () =>
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 131000 tokens. Please reduce the length of the messages.",
  },
  'content-policy': {
    status: 400,
    type: 'invalid_request_error',
    code: 'content_policy_violation',
    message: () => 'Your request was rejected as a result of our safety system.',
  },
  unauthorized: {
    status: 401,
    type: 'invalid_request_error',
    code: 'invalid_api_key',
    message: () => 'Incorrect API key provided.',
  },
  forbidden: {
    status: 403,
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
    message: () => 'Country, region, or territory not supported',
  },
  'not-found': {
    status: 404,
    type: 'invalid_request_error',
    code: 'model_not_found',
    message: ({ model }) => `The model \`${model ?? 'unknown'}\` does not exist or you do not have access to it.`,
  },
  'wrong-path': {
    status: 404,
    type: 'invalid_request_error',
    message: ({ path }) => `Invalid URL (${path ?? 'unknown'})`,
  },
  'invalid-request': { status: 400, type: 'invalid_request_error', message: () => 'Invalid request.' },
};
