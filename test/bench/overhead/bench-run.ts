import { call, type Kind, type Target, type Timing } from './bench-call.ts';

/** Calls of each target, one at a time and in turns, so that a noisy machine disturbs all alike. */
export async function alternate(
  targets: readonly Target[],
  kind: Kind,
  rounds: number,
): Promise<ReadonlyMap<Target, readonly Timing[]>> {
  const timings = new Map(targets.map((target) => [target, [] as Timing[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < targets.length; turn += 1) {
      const target = targets[(round + turn) % targets.length];
      if (target !== undefined) {
        timings.get(target)?.push(await call(target, kind));
      }
    }
  }
  return timings;
}

/** What so many calls took together. */
export interface Burst {
  readonly calls: number;
  readonly wallMs: number;
  /** Of the target's own process, user and system. 0 for the provider. */
  readonly cpuMs: number;
}

/** Makes `calls` of which `atOnce` are under way at any time. */
export async function burst(target: Target, kind: Kind, calls: number, atOnce: number): Promise<Burst> {
  const before = await target.process?.ask('usage');
  const startedMs = performance.now();
  let left = calls;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call(target, kind);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  const wallMs = performance.now() - startedMs;
  const after = await target.process?.ask('usage');
  const cpuUs =
    after === undefined || before === undefined ? 0 : after.user + after.system - before.user - before.system;
  return { calls, wallMs, cpuMs: cpuUs / 1000 };
}

/** Bursts of each target in turns, and what each target's took together. */
export async function bursts(
  targets: readonly Target[],
  {
    kind,
    calls,
    atOnce,
    rounds,
  }: { readonly kind: Kind; readonly calls: number; readonly atOnce: number; readonly rounds: number },
): Promise<ReadonlyMap<Target, Burst>> {
  const sums = new Map<Target, Burst>();
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < targets.length; turn += 1) {
      const target = targets[(round + turn) % targets.length];
      if (target !== undefined) {
        sums.set(target, sum(sums.get(target), await burst(target, kind, calls, atOnce)));
      }
    }
  }
  return sums;
}

function sum(before: Burst | undefined, { calls, wallMs, cpuMs }: Burst): Burst {
  return before === undefined
    ? { calls, wallMs, cpuMs }
    : { calls: before.calls + calls, wallMs: before.wallMs + wallMs, cpuMs: before.cpuMs + cpuMs };
}
