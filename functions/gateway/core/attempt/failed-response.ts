import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Clock } from '../model/clock.ts';
import type { UpstreamResponse } from '../model/dial.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { cleanFailure } from './clean-failure.ts';
import { abortReason } from './connection-failure.ts';
import { responseBytes } from './response-body.ts';

/** As much of an error's body as is read. */
const MAX_ERROR_BYTES = 64 * 1024;
/** How long an error's body is waited for. */
const ERROR_BODY_MS = 2000;

/** What a failed response is read with. */
export interface FailedReading {
  readonly protocol: Protocol;
  readonly clock: Clock;
  /** What was sent. */
  readonly request: unknown;
}

/** Reads a response whose status is not 2xx. A body that breaks or dawdles leaves the status to speak for itself. */
export async function readFailedResponse(
  response: UpstreamResponse,
  { protocol, clock, request }: FailedReading,
  signal: AbortSignal,
): Promise<AttemptFailure> {
  const body = await withLimit(readText(response.body, signal), clock);
  if (signal.aborted) {
    return abortReason(signal);
  }
  const { status, headers } = response;
  const failure = protocol.readFailure({ status, headers, body, nowMs: clock.nowMs() });
  return cleanFailure(failure, response.secrets, request);
}

async function readText(body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string> {
  const bytes = responseBytes(body, signal);
  const decoder = new TextDecoder();
  const parts: string[] = [];
  await bytes.read((piece) => {
    parts.push(decoder.decode(piece, { stream: true }));
    return bytes.size() < MAX_ERROR_BYTES;
  });
  return parts.join('');
}

function withLimit(text: Promise<string>, clock: Clock): Promise<string> {
  return new Promise((resolve) => {
    const cancel = clock.after(ERROR_BODY_MS, () => resolve(''));
    void text.then((whole) => {
      cancel();
      resolve(whole);
    });
  });
}
