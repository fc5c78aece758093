import type { HeapProfiler, Profiler } from 'node:inspector';
import type { Kind } from './bench-call.ts';
import { burst } from './bench-run.ts';
import { startBenchSystem } from './bench-system.ts';
import { allocatedBytes, functionOf, moduleOf, selfTimes } from './self-times.ts';

/**
 * Where the gateway's processor time goes: a sampling profile of its process while 16 calls are under way, its self time grouped by module
 * and, for the gateway's own, by room. `npm run bench:profile`; AT_ONCE sets how many at once, KIND=plain asks for plain calls, KIND='fast stream' for streams as fast as they go, TOP=20 lists
 * the functions that take most.
 */
const KINDS = ['plain', 'fast stream', 'paced stream'] as const satisfies readonly Kind[];
const AT_ONCE = Number(process.env.AT_ONCE ?? 16);
const CALLS = Number(process.env.CALLS ?? 6000);
const WARM_UP_CALLS = 3000;
const ALLOCATION_CALLS = 1000;
const TOP = Number(process.env.TOP ?? 0);
const TABLES = [
  ['module', moduleOf, 100],
  ['function', functionOf, TOP],
] as const;
const kind = KINDS.find((one) => one === process.env.KIND) ?? 'paced stream';

const system = await startBenchSystem({ deployments: Number(process.env.DEPLOYMENTS ?? 2), isFromSources: true });
const subject = process.env.PROXY === undefined ? system.gateway : system.proxy;
await burst(subject, kind, WARM_UP_CALLS, AT_ONCE);
await subject.process?.ask('begin-profile');
const { cpuMs } = await burst(subject, kind, CALLS, AT_ONCE);
const profile = await subject.process?.ask('end-profile');
await subject.process?.ask('begin-allocations');
await burst(subject, kind, ALLOCATION_CALLS, AT_ONCE);
const allocations = await subject.process?.ask('end-allocations');
await system.close();
if (profile !== undefined && allocations !== undefined) {
  print(profile, allocations);
}

function print(times: Profiler.Profile, allocated: HeapProfiler.SamplingHeapProfileNode): void {
  const calls = `${CALLS} calls (${kind}) of the ${subject.name}, ${AT_ONCE} at once`;
  console.log(`${calls}: ${(cpuMs / CALLS).toFixed(3)} processor ms a call, profiled\n`);
  for (const [what, nameOf, most] of TABLES) {
    list(`${what}: microseconds a call`, selfTimes(times, nameOf), 1000 / CALLS, most);
    list(`${what}: KB allocated a call`, allocatedBytes(allocated, nameOf), 1 / 1000 / ALLOCATION_CALLS, most);
  }
}

function list(title: string, amounts: ReadonlyMap<string, number>, scale: number, most: number): void {
  const sorted = [...amounts].toSorted(([, a], [, b]) => b - a);
  const whole = sorted.reduce((sum, [, amount]) => sum + amount, 0);
  console.log(`| ${title} | ${(whole * scale).toFixed(1)} | share |\n|---|---|---|`);
  for (const [name, amount] of sorted.slice(0, most)) {
    console.log(`| ${name} | ${(amount * scale).toFixed(1)} | ${((100 * amount) / whole).toFixed(1)} % |`);
  }
  console.log();
}
