import type { JsonObject } from '../../../functions/gateway/core/wire/json.ts';
import type { FailureDetails, FailureMeaning, WireFailure } from './vendor-wire.ts';

/** An Anthropic error response. Source: Anthropic API reference, "Errors" and "Rate limits". */
export function anthropicFailure(meaning: FailureMeaning, details: FailureDetails = {}): WireFailure {
  return {
    kind: 'failure',
    status: details.status ?? LINES[meaning].status,
    headers: {
      'content-type': 'application/json',
      'request-id': REQUEST_ID,
      ...(meaning === 'rate-limited' ? rateLimitHeaders(details.retryAfterSeconds ?? 12) : {}),
    },
    body: JSON.stringify(anthropicErrorBody(meaning, details)),
  };
}

/** The body of an error, which a stream's `error` event carries too. */
export function anthropicErrorBody(meaning: FailureMeaning, details: FailureDetails): JsonObject {
  const { type, code, message } = LINES[meaning];
  const explained = { details: code === undefined ? null : { error_code: code }, type };
  return {
    type: 'error',
    error: { ...explained, message: details.message ?? message(details) },
    request_id: REQUEST_ID,
  };
}

const REQUEST_ID = 'req_simulated';

interface Line {
  readonly status: number;
  readonly type: string;
  readonly code?: string;
  readonly message: (details: FailureDetails) => string;
}

function rateLimitHeaders(seconds: number): Record<string, string> {
  return {
    'retry-after': String(Math.ceil(seconds)),
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '0',
  };
}

const LINES: Readonly<Record<FailureMeaning, Line>> = {
  'rate-limited': {
    status: 429,
    type: 'rate_limit_error',
    message: () => 'This request would exceed the rate limit of 50 requests per minute.',
  },
  'quota-spent': {
    status: 429,
    type: 'rate_limit_error',
    code: 'enforced_spend_limit_reached',
    message: () => 'You have reached your specified API usage limits.',
  },
  overloaded: { status: 529, type: 'overloaded_error', message: () => 'Overloaded' },
  'server-error': { status: 500, type: 'api_error', message: () => 'Internal server error' },
  timeout: { status: 504, type: 'timeout_error', message: () => 'Request timed out' },
  'context-exceeded': {
    status: 400,
    type: 'invalid_request_error',
    message: () => 'prompt is too long: 210000 tokens > 200000 maximum',
  },
  'content-policy': {
    status: 400,
    type: 'invalid_request_error',
    message: () => 'Output blocked by content filtering policy',
  },
  unauthorized: { status: 401, type: 'authentication_error', message: () => 'invalid x-api-key' },
  forbidden: {
    status: 403,
    type: 'permission_error',
    message: () => 'Your API key does not have permission to use the specified resource.',
  },
  'not-found': { status: 404, type: 'not_found_error', message: ({ model }) => `model: ${model ?? 'unknown'}` },
  'wrong-path': { status: 404, type: 'not_found_error', message: () => 'Not Found' },
  'invalid-request': { status: 400, type: 'invalid_request_error', message: () => 'Invalid request' },
};
