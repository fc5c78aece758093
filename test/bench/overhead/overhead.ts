import { loadavg } from 'node:os';
import type { Kind, Target, Timing } from './bench-call.ts';
import { alternate, type Burst, burst, bursts } from './bench-run.ts';
import { type BenchSystem, startBenchSystem } from './bench-system.ts';
import { allocatedBytes } from './self-times.ts';

/**
 * What the gateway adds to a call, beside a bare proxy in Node and beside calling the same loopback provider directly, in one run: client,
 * provider, proxy, gateway and database are processes of their own, and the calls alternate. The gateway is bundled as it is deployed. Milliseconds change with the machine and what
 * else it does. The ratios to the bare proxy, and processor time a call, hardly do.
 * `npm run bench:overhead`; CALLS sets the number of calls of each kind, ROUNDS that of the bursts, DEPLOYMENTS and KEYS how many the gateway is
 * configured with. BESIDE names the folder of another checkout,
 * whose gateway is measured in the same run.
 */
const CALLS = Number(process.env.CALLS ?? 1000);
const ROUNDS = Number(process.env.ROUNDS ?? 6);
const BURST_CALLS = 320;
/** Of each kind. The first thousands of calls take half as much again, until V8 has compiled what is called often. */
const WARM_UP_CALLS = 8000;
const ALLOCATION_CALLS = 300;

const system = await startBenchSystem({
  deployments: Number(process.env.DEPLOYMENTS ?? 2),
  keys: Number(process.env.KEYS ?? 0),
  checkout: process.env.BESIDE,
});
const gateways = [system.gateway, ...(system.other === undefined ? [] : [system.other])];
const targets = [system.direct, system.proxy, ...gateways];
await warmUp();
const plain = await alternate(targets, 'plain', CALLS);
const whole = await alternate(targets, 'whole', CALLS);
const streamed = await alternate(targets, 'fast stream', CALLS);
const at = (atOnce: number, kind: Kind): Promise<ReadonlyMap<Target, Burst>> =>
  bursts(targets, { kind, calls: BURST_CALLS, atOnce, rounds: ROUNDS });
const single = await at(1, 'fast stream');
const sixteen = await at(16, 'fast stream');
const sixtyFour = await at(64, 'fast stream');
const paced = await at(64, 'paced stream');
const plainSixteen = await at(16, 'plain');
const allocated = new Map(
  await Promise.all([system.proxy, ...gateways].map(async (one) => [one, await allocations(one)] as const)),
);
await system.close();
print();

/** Until V8 has compiled what there is to compile. */
async function warmUp(): Promise<void> {
  for (const target of targets) {
    await burst(target, 'fast stream', WARM_UP_CALLS, 16);
    await burst(target, 'plain', WARM_UP_CALLS, 16);
    await burst(target, 'whole', WARM_UP_CALLS / 4, 16);
  }
}

async function allocations(target: Target): Promise<number> {
  await target.process?.ask('begin-allocations');
  await burst(target, 'fast stream', ALLOCATION_CALLS, 4);
  const head = await target.process?.ask('end-allocations');
  return head === undefined ? Number.NaN : total(allocatedBytes(head, () => 'all')) / ALLOCATION_CALLS;
}

function total(bytes: ReadonlyMap<string, number>): number {
  return [...bytes.values()].reduce((sum, value) => sum + value, 0);
}

type Measure = (target: Target) => number;

function print(): void {
  const [load = 0] = loadavg();
  console.log(
    `${CALLS} calls of each kind one at a time, ${ROUNDS * BURST_CALLS} a burst; 32 tokens; ${gateways.length === 1 ? 'the gateway' : 'both gateways'} bundled as deployed; load ${load.toFixed(1)}.\n`,
  );
  const names = [...targets, ...gateways].map(({ name }, index) =>
    index < targets.length ? name : `${name} / bare proxy`,
  );
  console.log(`| | ${names.join(' | ')} | target | |\n|---|${names.map(() => '---|').join('')}---|---|`);
  const all = (timing: Timing): number => timing.totalMs;
  const first = (timing: Timing): number => timing.firstMs;
  for (const [share, most] of [
    [0.5, 1.5],
    [0.99, 2],
  ] as const) {
    const name = `p${share * 100}, ms added`;
    row(`plain call ${name}`, added(plain, all, share), 2, { most });
    row(`plain call of \`streaming: false\` ${name}`, added(whole, all, share), 2, { most });
    row(`first token ${name}`, added(streamed, first, share), 2, { most });
    row(`whole stream ${name}`, added(streamed, all, share), 2);
  }
  row('processor ms, paced stream, 64 at once', cpu(paced), 3, { most: 1.8 });
  row('processor ms, fast stream, 64 at once', cpu(sixtyFour), 3, { most: 1.8 });
  row('processor ms, fast stream, 16 at once', cpu(sixteen), 3, { most: 1.8 });
  row('processor ms, fast stream, 1 at once', cpu(single), 3);
  row('processor ms, plain call, 16 at once', cpu(plainSixteen), 3);
  row('streams a second, 16 at once', rate(sixteen), 0, { least: 0.7 });
  row('streams a second, 64 at once', rate(sixtyFour), 0, { least: 0.7 });
  row('plain calls a second, 16 at once', rate(plainSixteen), 0);
  row('KB allocated a streamed call', (target) => (allocated.get(target) ?? Number.NaN) / 1000, 0);
}

/** What a gateway's ratio to the bare proxy is to be. */
interface Bounds {
  readonly most?: number;
  readonly least?: number;
}

/** The ratios are of each gateway to the bare proxy. The target is this checkout's. */
function row(name: string, measure: Measure, digits: number, { most, least }: Bounds = {}): void {
  const { proxy }: BenchSystem = system;
  const cells = targets.map(measure).map((value) => (Number.isNaN(value) ? '' : value.toFixed(digits)));
  const ratios = gateways.map((gateway) => `**${(measure(gateway) / measure(proxy)).toFixed(2)} x**`);
  const ratio = measure(system.gateway) / measure(proxy);
  const isMet = ratio <= (most ?? Infinity) && ratio >= (least ?? 0);
  const bound = most ?? least;
  const verdict = bound === undefined ? ['', ''] : [`${bound} x`, isMet ? 'met' : 'missed'];
  console.log(`| ${[name, ...cells, ...ratios, ...verdict].join(' | ')} |`);
}

/** For the provider itself its own time, for the others what they add to it. */
function added(
  timings: ReadonlyMap<Target, readonly Timing[]>,
  what: (timing: Timing) => number,
  share: number,
): Measure {
  const own: Measure = (target) => percentile((timings.get(target) ?? []).map(what), share);
  return (target) => (target === system.direct ? own(target) : own(target) - own(system.direct));
}

function cpu(measured: ReadonlyMap<Target, Burst>): Measure {
  return (target) => {
    const { calls, cpuMs } = measured.get(target) ?? { calls: 0, cpuMs: 0 };
    return target === system.direct ? Number.NaN : cpuMs / calls;
  };
}

function rate(measured: ReadonlyMap<Target, Burst>): Measure {
  return (target) => {
    const { calls, wallMs } = measured.get(target) ?? { calls: 0, wallMs: 0 };
    return (calls * 1000) / wallMs;
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
