import type { StatusBody } from '../../core/serve/status-call.ts';
import type { RangeName } from '../../core/status/range-figures.ts';

/** What came of asking for the status. `refused`: the key is not good for it. `trouble`: it may go better next time. */
export type StatusAnswer =
  | { readonly kind: 'status'; readonly status: StatusBody }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'trouble'; readonly why: string };

const TIMEOUT_MS = 10_000;

const REFUSALS: ReadonlyMap<number, string> = new Map([
  [401, 'This key is not known here.'],
  [
    403,
    "This key may call models, but it is no operator's. Make one with: npm run nemo -- keys create NAME --operator",
  ],
  [404, 'This gateway does not show its status: "statusPage" is off in its configuration.'],
]);

/** Asks the gateway once, for the past too where a range is given. Never rejects. */
export async function readStatus(
  key: string,
  cursors: readonly string[],
  range: RangeName | undefined,
): Promise<StatusAnswer> {
  try {
    const response = await fetch(`/status?after=${cursors.join(',')}${range === undefined ? '' : `&range=${range}`}`, {
      headers: { authorization: `Bearer ${key}` },
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const why = REFUSALS.get(response.status);
    if (why !== undefined) {
      return { kind: 'refused', why };
    }
    return response.ok
      ? { kind: 'status', status: (await response.json()) as StatusBody }
      : { kind: 'trouble', why: `The gateway answers with ${response.status}.` };
  } catch {
    return { kind: 'trouble', why: 'The gateway cannot be reached.' };
  }
}
