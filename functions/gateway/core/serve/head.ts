import type { Timeouts } from '../model/gateway-config.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import type { GatewayRequest } from './ports.ts';

/** Longer than any path of the gateway's, whatever a model is called. */
const MAX_PATH_CHARS = 2048;
/** As much as Node's server takes by default. Lambda takes less. */
const MAX_HEADER_CHARS = 16 * 1024;
/** What is kept of Lambda's time for a well-formed error. */
const RESERVE_MS = 1000;

/** What is wrong with the size of a request's path or headers. Looked at before anything else. */
export function headProblem(path: string, headers: Readonly<Record<string, string>>): GatewayError | undefined {
  if (path.length > MAX_PATH_CHARS) {
    return tooLong(414, 'uri_too_long', `The path is longer than ${MAX_PATH_CHARS} characters.`);
  }
  let chars = 0;
  for (const name in headers) {
    chars += name.length + (headers[name]?.length ?? 0);
  }
  return chars > MAX_HEADER_CHARS
    ? tooLong(431, 'headers_too_large', `The headers are larger than ${MAX_HEADER_CHARS} characters together.`)
    : undefined;
}

function tooLong(status: number, code: string, message: string): GatewayError {
  return { status, message, type: 'invalid_request_error', code, param: null };
}

/** The tags that the caller wants of a deployment: header `x-nemo-tags: vision, code`. */
export function askedTags({ headers }: Pick<GatewayRequest, 'headers'>): readonly string[] {
  const header = headers['x-nemo-tags'];
  if (header === undefined) {
    return [];
  }
  const tags = header.split(',').map((tag) => tag.trim());
  return [...new Set(tags)].filter((tag) => tag !== '');
}

/** By when a call must have been answered. Milliseconds since 1970, but for `readMs`. */
export interface Deadlines {
  /** The gateway's own: the route's, or Lambda's where that is sooner. */
  readonly ownMs: number;
  /** The least of that and the caller's. */
  readonly answerMs: number;
  /** The same for a stream that has begun: the time-out of a read begins anew with each of its chunks. */
  readonly streamMs: number;
  /** The longest that the caller waits to be sent something, milliseconds. */
  readonly readMs: number;
}

/**
 * The deadlines of a call that came at `startedAtMs`. Where the caller's own header sets one, that it passes is no failure of the gateway's.
 * OpenAI's client for Node tells its time-out as `x-stainless-timeout`, the one for Python as `x-stainless-read-timeout`.
 */
export function deadlinesOf(
  { headers, remainingMs }: Pick<GatewayRequest, 'headers' | 'remainingMs'>,
  startedAtMs: number,
  { deadlineMs }: Pick<Timeouts, 'deadlineMs'>,
): Deadlines {
  const platformMs = remainingMs === undefined ? Infinity : Math.max(0, remainingMs - RESERVE_MS);
  const ownMs = startedAtMs + Math.min(deadlineMs, platformMs);
  const told = headers['x-stainless-timeout'];
  const asked = headers['x-nemo-timeout-ms'];
  const toldRead = headers['x-stainless-read-timeout'];
  const wholeMs = told === undefined ? Infinity : durationMs(told, 1000);
  const askedMs = asked === undefined ? Infinity : durationMs(asked, 1);
  const readMs = toldRead === undefined ? Infinity : durationMs(toldRead, 1000);
  const streamMs = Math.min(ownMs, startedAtMs + wholeMs, startedAtMs + askedMs);
  return { ownMs, answerMs: Math.min(streamMs, startedAtMs + readMs), streamMs, readMs };
}

/** A positive number in a header; anything else counts as absent. */
function durationMs(text: string, unitMs: number): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value * unitMs : Infinity;
}

/** The paths at which APIs are spoken. */
const SERVED = /^\/v1\/(?:chat\/completions|completions|responses|messages|embeddings|models)(?:\/|$)/;

/**
 * The path that a client means. Base URLs are written with `/v1` and without, and with a slash at the end: where an API is spoken, a doubled
 * slash at the beginning, a doubled or missing `/v1` and a slash at the end are understood. Any other path stays as it is.
 */
export function servedPath(path: string): string {
  const plain = withoutSlashes(path);
  const once = plain.startsWith('/v1/v1/') ? plain.slice('/v1'.length) : plain;
  return [once, `/v1${once}`].find((each) => SERVED.test(each)) ?? path;
}

/** With one slash at the beginning and none at the end. One pass: a caller may send nothing but slashes. */
function withoutSlashes(path: string): string {
  let begin = 0;
  while (path[begin + 1] === '/') {
    begin += 1;
  }
  let end = path.length;
  while (end > begin + 1 && path[end - 1] === '/') {
    end -= 1;
  }
  return path.startsWith('/') ? path.slice(begin, end) : path;
}
