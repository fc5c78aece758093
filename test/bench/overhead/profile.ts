import type { Profiler } from 'node:inspector';
import type { Kind } from './bench-call.ts';
import { burst } from './bench-run.ts';
import { startBenchSystem } from './bench-system.ts';
import { functionOf, moduleOf, selfTimes } from './self-times.ts';

/**
 * Where the gateway's processor time goes: a sampling profile of its process while 16 calls are under way, its self time grouped by module
 * and, for the gateway's own, by room. `npm run bench:profile`; AT_ONCE sets how many at once, KIND=plain asks for plain calls, KIND='fast stream' for streams as fast as they go, TOP=20 lists
 * the functions that take most.
 */
const KINDS = ['plain', 'fast stream', 'paced stream'] as const satisfies readonly Kind[];
const AT_ONCE = Number(process.env.AT_ONCE ?? 16);
const CALLS = Number(process.env.CALLS ?? 6000);
const WARM_UP_CALLS = 3000;
const TOP = Number(process.env.TOP ?? 0);
const kind = KINDS.find((one) => one === process.env.KIND) ?? 'paced stream';

const system = await startBenchSystem(Number(process.env.DEPLOYMENTS ?? 2));
const subject = process.env.PROXY === undefined ? system.gateway : system.proxy;
await burst(subject, kind, WARM_UP_CALLS, AT_ONCE);
await subject.process?.ask('begin-profile');
const { cpuMs } = await burst(subject, kind, CALLS, AT_ONCE);
const profile = await subject.process?.ask('end-profile');
await system.close();
if (profile !== undefined) {
  print(profile);
}

function print(measured: Profiler.Profile): void {
  const byGroup = selfTimes(measured, moduleOf);
  const busyMs = [...byGroup.values()].reduce((sum, ms) => sum + ms, 0);
  console.log(
    `${CALLS} calls (${kind}) of the ${subject.name}, ${AT_ONCE} at once: ${(cpuMs / CALLS).toFixed(3)} processor ms a call, profiled\n`,
  );
  console.log('| module | share | microseconds a call |\n|---|---|---|');
  list(byGroup, busyMs, byGroup.size);
  if (TOP > 0) {
    console.log('\n| function | share | microseconds a call |\n|---|---|---|');
    list(selfTimes(measured, functionOf), busyMs, TOP);
  }
}

function list(times: ReadonlyMap<string, number>, busyMs: number, most: number): void {
  const sorted = [...times].toSorted(([, a], [, b]) => b - a).slice(0, most);
  for (const [name, ms] of sorted) {
    console.log(`| ${name} | ${((100 * ms) / busyMs).toFixed(1)} % | ${((1000 * ms) / CALLS).toFixed(1)} |`);
  }
}
