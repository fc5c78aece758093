import type { FailureDetails, FailureMeaning, WireFailure } from '../../infra/local/simulated/vendor-wire.ts';
import { exceptionFrame } from './amazon-event-stream-frames.ts';

/** A Bedrock error response. Source: Amazon Bedrock API reference, "Converse", errors; the names of exceptions are the service's. */
export function bedrockFailure(meaning: FailureMeaning, details: FailureDetails = {}): WireFailure {
  const { status, exception } = LINES[meaning];
  return {
    kind: 'failure',
    status: details.status ?? status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': '00000000-0000-4000-8000-000000000000',
      // The name is followed by the URL of its namespace, which readers have to cut off.
      'x-amzn-errortype': `${exception}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
    },
    body: JSON.stringify({ message: messageOf(meaning, details) }),
  };
}

/** The exception frame that stands for a failure inside a stream. Its name begins in lower case. */
export function bedrockExceptionFrame(meaning: FailureMeaning, details: FailureDetails = {}): Uint8Array {
  const { exception } = LINES[meaning];
  const name = exception.charAt(0).toLowerCase() + exception.slice(1);
  return exceptionFrame(name, { message: messageOf(meaning, details) });
}

function messageOf(meaning: FailureMeaning, details: FailureDetails): string {
  return details.message ?? LINES[meaning].message;
}

const LINES: Readonly<Record<FailureMeaning, { status: number; exception: string; message: string }>> = {
  'rate-limited': {
    status: 429,
    exception: 'ThrottlingException',
    message: 'Too many requests, please wait before trying again.',
  },
  'quota-spent': {
    status: 400,
    exception: 'ServiceQuotaExceededException',
    message: 'Your request exceeds the service quota for your account.',
  },
  overloaded: {
    status: 503,
    exception: 'ServiceUnavailableException',
    message: 'Bedrock is unable to process your request.',
  },
  'server-error': {
    status: 500,
    exception: 'InternalServerException',
    message: 'The system encountered an unexpected error during processing.',
  },
  timeout: {
    status: 408,
    exception: 'ModelTimeoutException',
    message: 'Model has timed out in processing the request.',
  },
  'context-exceeded': {
    status: 400,
    exception: 'ValidationException',
    message: 'Input is too long for requested model.',
  },
  'content-policy': {
    status: 400,
    exception: 'ValidationException',
    message: 'Output blocked by content filtering policy',
  },
  unauthorized: {
    status: 403,
    exception: 'UnrecognizedClientException',
    message: 'The security token included in the request is invalid.',
  },
  forbidden: {
    status: 403,
    exception: 'AccessDeniedException',
    message: "You don't have access to the model with the specified model ID.",
  },
  'not-found': {
    status: 404,
    exception: 'ResourceNotFoundException',
    message: 'Could not resolve the foundation model from the provided model identifier.',
  },
  'wrong-path': { status: 404, exception: 'UnknownOperationException', message: 'Unknown operation' },
  'invalid-request': { status: 400, exception: 'ValidationException', message: 'The request is invalid.' },
};
