import type { Clock } from '../../functions/gateway/core/model/clock.ts';
import type { Dial, UpstreamCall } from '../../functions/gateway/core/model/dial.ts';

/** What an upstream does next, after so many milliseconds of silence. After the last move it closes, unless that says otherwise. */
export interface UpstreamMove {
  readonly afterMs?: number;
  /** Bytes of the body, which arrive as one read. */
  readonly text?: string;
  /** The connection breaks with this system code. */
  readonly breaks?: string;
  /** Nothing more, and no end either. */
  readonly silent?: true;
}

export interface UpstreamScript {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The time to the response's headers. */
  readonly headersAfterMs?: number;
  readonly body: readonly UpstreamMove[];
}

/** A dial over no network: it follows the script, on the given clock, and notes the calls. */
export function scriptedDial(
  clock: Clock,
  script: UpstreamScript,
): { readonly dial: Dial; readonly calls: UpstreamCall[] } {
  const calls: UpstreamCall[] = [];
  const dial: Dial = async (call) => {
    calls.push(call);
    try {
      await passed(clock, script.headersAfterMs ?? 0, call.signal);
    } catch {
      return { kind: 'failed', failure: { kind: 'unreachable', code: 'UND_ERR_ABORTED' } };
    }
    const { status = 200, headers = {}, body } = script;
    return { kind: 'answered', status, headers, body: scriptedBody(clock, body, call.signal) };
  };
  return { dial, calls };
}

async function* scriptedBody(
  clock: Clock,
  moves: readonly UpstreamMove[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  for (const { afterMs = 0, text, breaks, silent } of moves) {
    await passed(clock, silent === true ? Infinity : afterMs, signal);
    if (breaks !== undefined) {
      throw Object.assign(new Error('The connection broke.'), { code: breaks });
    }
    if (text !== undefined) {
      yield new TextEncoder().encode(text);
    }
  }
}

/** Resolves when the time has passed; rejects with an error of its own, as an HTTP client does, when the signal is aborted. */
function passed(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      reject(new Error('The call was aborted.'));
    };
    if (signal.aborted) {
      reject(new Error('The call was aborted.'));
      return;
    }
    if (ms === 0) {
      resolve();
      return;
    }
    signal.addEventListener('abort', onAbort);
    const onPassed = (): void => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    const cancel = ms === Infinity ? (): void => {} : clock.after(ms, onPassed);
  });
}
