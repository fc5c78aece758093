import type { Clock } from '../../../functions/gateway/core/model/clock.ts';
import type { Outage } from './outages.ts';

export interface Traffic<Outcome> {
  readonly clock: Clock;
  /** Milliseconds after the start. */
  readonly arrivals: readonly number[];
  readonly outages: readonly Outage[];
  /** Makes the call of that index. Never rejects. */
  readonly call: (index: number) => Promise<Outcome>;
  readonly begin: (outage: Outage) => void;
  readonly end: (outage: Outage) => void;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Makes each call at its time, whatever became of those before, and lets each outage come and go. Resolves when all has ended. */
export async function runTraffic<Outcome>(traffic: Traffic<Outcome>): Promise<void> {
  const { clock, arrivals, outages, call, onOutcome } = traffic;
  const at = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
  const calls = arrivals.map(async (ms, index) => {
    await at(ms);
    onOutcome(await call(index));
  });
  const changes = outages.map(async (outage) => {
    await at(outage.fromMs);
    traffic.begin(outage);
    await at(outage.untilMs - outage.fromMs);
    traffic.end(outage);
  });
  await Promise.all([...calls, ...changes]);
}
