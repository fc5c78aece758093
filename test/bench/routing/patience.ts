import { playOurs } from './ours.ts';
import { promiseLine } from './targets.ts';
import type { WorkloadRequest } from './workload.ts';
import { CLIMATES, makeWorld } from './world.ts';

const CALLS = 12;
const EVERY_MS = 5000;
const TIMEOUT_MS = 3000;
const END_MS = CALLS * EVERY_MS;
/** What one caller may lose until the gateway knows. */
const LEARNT_AFTER = 2;

/** Callers who wait for three seconds, of an ordered route whose first deployment never says a word: those who time out after the second. */
export async function playPatience(seed: number): Promise<number> {
  const silent = { fromMs: 0, untilMs: END_MS * 2, kind: 'silent', factor: 1 } as const;
  const world = makeWorld({
    seed,
    lengthMs: END_MS,
    climate: CLIMATES.calm,
    mediansMs: [300, 600],
    lives: [[silent], []],
  });
  const requests = Array.from({ length: CALLS }, (_, call): WorkloadRequest => {
    return { call, conversation: call, atMs: call * EVERY_MS, timeoutMs: TIMEOUT_MS };
  });
  const deployments = world.deployments.map(({ id }) => id);
  const settings = { routes: { fastest: { strategy: 'ordered', deployments } } };
  const { outcomes } = await playOurs({ world, requests, instances: 1, hedge: false, seed, settings });
  return outcomes.slice(LEARNT_AFTER).filter(({ failed }) => failed).length;
}

/** The row of that promise: of all seeds the worst counts. */
export async function patienceLine(seeds: readonly number[]): Promise<string> {
  let worst = 0;
  for (const seed of seeds) {
    worst = Math.max(worst, await playPatience(seed));
  }
  return promiseLine(
    `time-out of ${TIMEOUT_MS / 1000} s, ordered, first silent: time-outs of ${CALLS} calls after the second`,
    worst,
    0,
  );
}
