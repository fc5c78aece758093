import type { GatewayError } from '../model/gateway-error.ts';

/** Codex. It repeats a 5xx thirty times, whatever `x-should-retry` says, and a 400 never. */
const INSISTENT = /^codex/i;

/** The status that a caller is sent with an error: one that it does not repeat, where the gateway has tried all there is to try. */
export function sentStatus(
  headers: Readonly<Record<string, string>>,
  { status, headers: own }: Pick<GatewayError, 'status' | 'headers'>,
): number {
  const isInsistent = INSISTENT.test(headers.originator ?? '') || INSISTENT.test(headers['user-agent'] ?? '');
  return isInsistent && status >= 500 && own?.['x-should-retry'] === 'false' ? 400 : status;
}
