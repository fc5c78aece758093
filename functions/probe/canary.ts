import type { Credentials } from '../gateway/adapters/credentials.ts';
import { defined } from '../gateway/core/model/defined.ts';
import { arrayMember, parseJson } from '../gateway/core/wire/json.ts';
import type { CanaryResult } from './core/canary-line.ts';

/** The field of the environment's secret that holds the canary's key: one of the gateway's own. */
export const CANARY_KEY = 'NEMO_CANARY_KEY';

const ANSWER_MS = 10_000;

/** What the canary asks, with which key, and how it tells the time. */
export interface CanaryOptions {
  /** The gateway's address with `/v1`. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/**
 * Calls the gateway as its callers do, from outside: asks for its models with a key. That goes through the address, its permissions, the
 * function and the table of keys, and costs no token. Until there is a key it asks whether the gateway answers at all. Never rejects.
 */
export async function callFromOutside({ baseUrl, credentials, nowMs }: CanaryOptions): Promise<CanaryResult> {
  const startedAtMs = nowMs();
  const after = (): number => nowMs() - startedAtMs;
  try {
    const key = await credentials(CANARY_KEY);
    if (key === undefined) {
      return { ...(await withoutKey(baseUrl)), totalMs: after() };
    }
    const response = await fetch(`${baseUrl}/models`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { status } = response;
    const models = arrayMember(parseJson(await response.text()), 'data');
    const problem = status === 200 && models.length > 0 ? undefined : `status ${status}, ${models.length} models`;
    return { status, totalMs: after(), ...defined({ problem }) };
  } catch (error) {
    return { problem: reasonOf(error), totalMs: after() };
  }
}

async function withoutKey(baseUrl: string): Promise<Omit<CanaryResult, 'totalMs'>> {
  const response = await fetch(new URL('/health', baseUrl), { signal: AbortSignal.timeout(ANSWER_MS) });
  const { status } = response;
  await response.arrayBuffer();
  const note = `the secret has no ${CANARY_KEY}: keys and their table are not looked at`;
  return { status, note, ...(status === 200 ? {} : { problem: `status ${status}` }) };
}

/** `fetch` says no more than that it failed; why is in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
