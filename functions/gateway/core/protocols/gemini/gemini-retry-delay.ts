import { objectMember, stringMember } from '../../wire/json.ts';

/** The longest wait that Google's word is taken for: a day. */
const MAX_DELAY_MS = 86_400_000;

/**
 * How long Google asks us to wait, in milliseconds: `RetryInfo.retryDelay` ("34.4s"), else `quotaResetDelay` of the ErrorInfo
 * ("373.8ms"). It sends no Retry-After header. `undefined` where it says nothing.
 */
export function retryDelayMs(details: readonly unknown[]): number | undefined {
  const delays = [
    ...details.map((detail) => stringMember(detail, 'retryDelay')),
    ...details.map((detail) => stringMember(objectMember(detail, 'metadata'), 'quotaResetDelay')),
  ];
  return delays.map(durationMs).find((delay) => delay !== undefined);
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]);

/** Durations of protobuf's JSON ("1.5s") and of Go ("1h2m3.5s"). */
function durationMs(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) {
    return undefined;
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    total += Number(amount) * (UNITS_MS.get(unit ?? '') ?? 0);
  }
  return Math.min(MAX_DELAY_MS, Math.ceil(total));
}
