import type { JsonObject } from '../../../functions/gateway/core/wire/json.ts';
import type { FailureDetails, FailureMeaning, WireFailure } from './vendor-wire.ts';

/** A Gemini error response. Source: Gemini API, "Troubleshooting"; google.rpc.Status and error_details.proto. */
export function geminiFailure(meaning: FailureMeaning, details: FailureDetails = {}): WireFailure {
  if (meaning === 'content-policy') {
    return blockedPrompt(details);
  }
  if (meaning === 'wrong-path') {
    // Google's front end answers before the API does, and with a page.
    const body = '<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title></html>';
    return { kind: 'failure', status: 404, headers: { 'content-type': 'text/html; charset=UTF-8' }, body };
  }
  return {
    kind: 'failure',
    status: details.status ?? LINES[meaning].status,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(geminiErrorBody(meaning, details), undefined, 2),
  };
}

/** The body of an error, which a stream can carry too. Gemini has no event of its own for a refusal by policy: that is an answer. */
export function geminiErrorBody(meaning: FailureMeaning, details: FailureDetails): JsonObject {
  const line = LINES[meaning];
  const more = line.details?.(details) ?? [];
  return {
    error: {
      code: details.status ?? line.status,
      message: details.message ?? line.message(details),
      status: line.name,
      ...(more.length === 0 ? {} : { details: more }),
    },
  };
}

/** A prompt that Gemini refuses is answered with status 200 and without candidates. */
function blockedPrompt({ streaming }: FailureDetails): WireFailure {
  const json = JSON.stringify({
    promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
    usageMetadata: { promptTokenCount: 7, totalTokenCount: 7 },
    modelVersion: 'simulated',
  });
  const contentType = streaming === true ? 'text/event-stream' : 'application/json; charset=UTF-8';
  const body = streaming === true ? `data: ${json}\r\n\r\n` : json;
  return { kind: 'failure', status: 200, headers: { 'content-type': contentType }, body };
}

interface Line {
  readonly status: number;
  /** The name of the google.rpc code. */
  readonly name: string;
  readonly message: (details: FailureDetails) => string;
  readonly details?: (details: FailureDetails) => readonly JsonObject[];
}

function errorInfo(reason: string): JsonObject {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' };
}

function quotaFailure(quotaId: string): JsonObject {
  return { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] };
}

function retryInfo(seconds: number): JsonObject {
  return { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${seconds}s` };
}

const QUOTA_MESSAGE = 'You exceeded your current quota, please check your plan and billing details.';

const LINES: Readonly<Record<FailureMeaning, Line>> = {
  'rate-limited': {
    status: 429,
    name: 'RESOURCE_EXHAUSTED',
    message: () => QUOTA_MESSAGE,
    // There is no Retry-After header: the wait is in the body, and often a fraction.
    details: ({ retryAfterSeconds = 34.4 }) => [
      quotaFailure('GenerateRequestsPerMinutePerProjectPerModel'),
      retryInfo(retryAfterSeconds),
    ],
  },
  'quota-spent': {
    status: 429,
    name: 'RESOURCE_EXHAUSTED',
    message: () => QUOTA_MESSAGE,
    details: () => [quotaFailure('GenerateRequestsPerDayPerProjectPerModel')],
  },
  overloaded: {
    status: 503,
    name: 'UNAVAILABLE',
    message: () => 'The model is overloaded. Please try again later.',
  },
  'server-error': { status: 500, name: 'INTERNAL', message: () => 'An internal error has occurred.' },
  timeout: {
    status: 504,
    name: 'DEADLINE_EXCEEDED',
    message: () => 'The request timed out. Please try again.',
  },
  'context-exceeded': {
    status: 400,
    name: 'INVALID_ARGUMENT',
    message: () => 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  },
  'content-policy': { status: 400, name: 'INVALID_ARGUMENT', message: () => 'The request was blocked.' },
  unauthorized: {
    status: 400,
    name: 'INVALID_ARGUMENT',
    message: () => 'API key not valid. Please pass a valid API key.',
    details: () => [errorInfo('API_KEY_INVALID')],
  },
  forbidden: {
    status: 403,
    name: 'PERMISSION_DENIED',
    message: () => 'The caller does not have permission.',
    details: () => [errorInfo('SERVICE_DISABLED')],
  },
  'not-found': {
    status: 404,
    name: 'NOT_FOUND',
    message: ({ model }) =>
      `models/${model ?? 'unknown'} is not found for API version v1beta, or is not supported for generateContent.`,
  },
  'wrong-path': { status: 404, name: 'NOT_FOUND', message: () => 'Not found.' },
  'invalid-request': {
    status: 400,
    name: 'INVALID_ARGUMENT',
    message: () => 'Request contains an invalid argument.',
  },
};
