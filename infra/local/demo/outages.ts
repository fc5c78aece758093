import type { Condition } from '../simulated/condition.ts';
import type { VendorName } from '../simulated/simulated-providers.ts';

/** A time in which a provider is bad. Times are milliseconds after the start. */
export interface Outage {
  readonly vendor: VendorName;
  readonly condition: Condition;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Shares of the demo's length. For a moment two of three providers are bad. */
const PLAN: readonly { vendor: VendorName; condition: Condition; from: number; until: number }[] = [
  { vendor: 'google', condition: { kind: 'slow', factor: 15 }, from: 0.15, until: 0.4 },
  { vendor: 'openai', condition: { kind: 'down' }, from: 0.32, until: 0.55 },
  { vendor: 'google', condition: { kind: 'down' }, from: 0.68, until: 0.85 },
];

/** What goes wrong in a demo of that length: the provider that is pinned slows down, another dies, and later the pinned one dies too. */
export function outagesWithin(forMs: number): readonly Outage[] {
  return PLAN.map(({ vendor, condition, from, until }) => ({
    vendor,
    condition,
    fromMs: from * forMs,
    untilMs: until * forMs,
  }));
}

/** An outage in two words: `google slow`. */
export function outageName({ vendor, condition }: Outage): string {
  return `${vendor} ${condition.kind === 'slow' ? `${condition.factor}x slower` : condition.kind}`;
}
