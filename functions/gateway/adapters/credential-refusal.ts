import type { Protocol } from '../core/protocols/protocol.ts';
import type { AnswerBody } from './http-pool.ts';
import { systemClock } from './system-clock.ts';

/** As much of an error's body as is read, and for how long: what the rest says, or says later, nobody would read either. */
const MAX_ERROR_BYTES = 64 * 1024;
const ERROR_BODY_MS = 2000;

/** Whether a response of this status may mean that the credential is wrong. OpenAI and Anthropic send 401, AWS 403, Google 400. */
export function mayRefuseCredential(status: number): boolean {
  return status === 400 || status === 401 || status === 403;
}

/** An error's body as far as it was read. */
export interface ErrorBody {
  readonly parts: readonly Uint8Array[];
  /** Why no more came, where it broke off or was cut off: the end of what it quotes may be missing. */
  readonly broken?: { readonly reason: unknown };
}

/** Reads an error's body in pieces, so that it can be looked at and passed on. Never rejects: one that breaks or dawdles is cut off. */
export async function readError(body: Omit<AnswerBody, 'arrivals'>, limitMs = ERROR_BODY_MS): Promise<ErrorBody> {
  const timer = setTimeout(() => body.destroy(), limitMs);
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      size += part.length;
      if (size >= MAX_ERROR_BYTES) {
        break;
      }
    }
  } catch (reason) {
    return { parts, broken: { reason } };
  } finally {
    clearTimeout(timer);
  }
  return { parts };
}

/** Whether the error blames our credential, or what it opens, as the vendor's protocol reads it. */
export function refusesCredential(
  error: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: readonly Uint8Array[];
  },
  protocol: Protocol,
): boolean {
  const body = Buffer.concat(error.body).toString();
  return protocol.readFailure({ ...error, body, nowMs: systemClock.nowMs() }).kind === 'misconfigured';
}
