import type { AttemptFailure, VendorError } from '../../model/attempt-failure.ts';
import { defined } from '../../model/defined.ts';
import { numberMember, parseJson, stringMember } from '../../wire/json.ts';
import type { WireEvent } from '../../wire/wire-event.ts';
import type { FailedResponse } from '../protocol.ts';
import { retryAfterMs, statusFailure, unreadableError } from '../status-failure.ts';
import {
  describesFullContext,
  describesSpentQuota,
  describesWrongModel,
  exceptionStatus,
} from './bedrock-exceptions.ts';

/** Reads a Bedrock response that is not 2xx. The exception's name is in the header `x-amzn-errortype`, else in the body's `__type`. */
export function readBedrockFailure(response: FailedResponse): AttemptFailure {
  const { status, headers, body, nowMs } = response;
  const json = parseJson(body);
  const name = exceptionName(headers['x-amzn-errortype'] ?? stringMember(json, '__type') ?? stringMember(json, 'code'));
  const requestId = headers['x-amzn-requestid'] ?? headers['x-amzn-request-id'];
  const message = messageOf(json) ?? unreadableError(status, json === undefined ? body : '').message;
  return exceptionFailure({
    vendor: {
      status: exceptionStatus(name) ?? failoverStatus(status),
      message,
      ...(name === undefined ? {} : { type: name, code: name }),
      ...defined({ requestId }),
    },
    retryAfterMs: retryAfterMs(headers, nowMs),
  });
}

/** Reads an `exception` or `error` frame inside a stream whose status was 200. One that nobody knows is the service's own failure. */
export function readStreamException(event: WireEvent): AttemptFailure {
  const json = event.kind === 'exception' ? parseJson(event.data) : undefined;
  const said = event.kind === 'error' ? event.data : messageOf(json);
  const name = exceptionName(event.name);
  return exceptionFailure({
    vendor: {
      status: exceptionStatus(name) ?? UNKNOWN_EXCEPTION_STATUS,
      message: said === undefined || said === '' ? 'The provider broke off its answer without an explanation.' : said,
      ...(name === undefined ? {} : { type: name, code: name }),
    },
    retryAfterMs: undefined,
  });
}

const UNKNOWN_EXCEPTION_STATUS = 500;

interface ReadException {
  readonly vendor: VendorError;
  readonly retryAfterMs: number | undefined;
}

function exceptionFailure({ vendor, retryAfterMs: wait }: ReadException): AttemptFailure {
  const isCallersFault = vendor.status === 400 || vendor.status === 413;
  if (isCallersFault && describesWrongModel(vendor.message)) {
    return { kind: 'misconfigured', status: vendor.status, vendor };
  }
  return statusFailure({
    vendor,
    retryAfterMs: wait,
    contextExceeded: isCallersFault && describesFullContext(vendor.message),
    quota: vendor.code === 'ServiceQuotaExceededException' || describesSpentQuota(vendor.status, vendor.message),
  });
}

/**
 * The bare name: `ValidationException:http://internal.amazon.com/coral/...` and `com.amazon.coral.service#ThrottlingException` are
 * cut, and a stream's `throttlingException` gets its capital back.
 */
function exceptionName(raw: string | undefined): string | undefined {
  const name = raw?.split(':', 1)[0]?.split('#').at(-1)?.trim() ?? '';
  return name === '' ? undefined : name.charAt(0).toUpperCase() + name.slice(1);
}

/** 424 says that the model failed, not that the request was wrong. */
function failoverStatus(status: number): number {
  return status === 424 ? 502 : status;
}

/** The text, with the model's own words where Bedrock hides them behind a general sentence. */
function messageOf(json: unknown): string | undefined {
  const message = stringMember(json, 'message') ?? stringMember(json, 'Message');
  const original = stringMember(json, 'originalMessage');
  const status = numberMember(json, 'originalStatusCode');
  if (original === undefined || original === '' || original === message) {
    return message;
  }
  return [message, status === undefined ? original : `${original} (${status})`].filter(Boolean).join(' ');
}
