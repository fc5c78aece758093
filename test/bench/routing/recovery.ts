import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { playOurs } from './ours.ts';
import type { WorkloadRequest } from './workload.ts';
import { CLIMATES, type Episode, makeWorld, type World } from './world.ts';

/** How a favourite was bad for a minute, how many calls a second there are, and whose luck it is. */
export interface RecoverySetting {
  readonly kind: Exclude<Episode['kind'], 'ramp'>;
  readonly rate: number;
  readonly seed: number;
}

/** What became of the traffic of a favourite that was bad for a minute. */
export interface Recovery {
  /** From its recovery until most calls go there; `Infinity` where that never was. */
  readonly backAfterMs: number;
  /** Calls that were sent to it after its outage had been seen and before its end. */
  readonly slowCalls: number;
}

/** The favourite is clearly the fastest. */
const MEDIANS_MS = [300, 600, 700, 800];
const FAVOURITE = 0;
const BAD_FROM_MS = 240_000;
const BAD_UNTIL_MS = 300_000;
const END_MS = 400_000;
const SLOW_FACTOR = 8;
/** An outage has been seen after so many calls, and not before so many seconds. */
const SEEN_AFTER_CALLS = 4;
const SEEN_AFTER_SECONDS = 3;
/** Back: of this many calls in a row that many go there. */
const ROW = 10;
const MOST = 6;

/** Plays four calm minutes, a minute in which the favourite is slow, silent or failing, and what comes after. */
export async function playRecovery({ kind, rate, seed }: RecoverySetting): Promise<Recovery> {
  const requests = calls(rate, seed);
  const world = worldOf(kind, seed);
  const { outcomes, firsts } = await playOurs({ world, requests, instances: 1, hedge: true, seed });
  const isThere = outcomes.map(({ servedBy }) => servedBy === FAVOURITE);
  const since = (atMs: number): number => requests.findIndex((request) => request.atMs >= atMs);
  const back = requests.findIndex(
    (_, at) => at >= since(BAD_UNTIL_MS) && isThere.slice(at, at + ROW).filter(Boolean).length >= MOST,
  );
  const seenAfter = Math.max(SEEN_AFTER_CALLS, Math.round(SEEN_AFTER_SECONDS * rate));
  const spent = firsts.slice(since(BAD_FROM_MS) + seenAfter, since(BAD_UNTIL_MS));
  return {
    backAfterMs: back === -1 ? Infinity : (requests[back]?.atMs ?? Infinity) - BAD_UNTIL_MS,
    slowCalls: spent.filter((first) => first === FAVOURITE).length,
  };
}

/** Every call is a conversation of its own. */
function calls(rate: number, seed: number): readonly WorkloadRequest[] {
  const random = seededRandom(seed);
  const requests: WorkloadRequest[] = [];
  for (let atMs = 0; atMs < END_MS; atMs += (-Math.log(1 - random()) * 1000) / rate) {
    requests.push({ call: requests.length, conversation: requests.length, atMs });
  }
  return requests;
}

function worldOf(kind: RecoverySetting['kind'], seed: number): World {
  const bad = { fromMs: BAD_FROM_MS, untilMs: BAD_UNTIL_MS, kind, factor: SLOW_FACTOR };
  return makeWorld({
    seed,
    lengthMs: END_MS,
    climate: CLIMATES.calm,
    mediansMs: MEDIANS_MS,
    lives: [[bad], [], [], []],
  });
}

const KINDS: readonly RecoverySetting['kind'][] = ['slow', 'silent', 'failing'];
/** Seconds in which most traffic is to be back, by calls a second. */
export const BACK_WITHIN_SECONDS = [
  { rate: 5, seconds: { slow: 10, silent: 10, failing: 10 } },
  { rate: 0.3, seconds: { slow: 60, silent: 60, failing: 60 } },
] as const;

/** The table of recoveries: of all seeds the slowest counts. */
export async function recoveryLines(seeds: readonly number[]): Promise<readonly string[]> {
  const lines = [
    '| a favourite that was | calls a second | s until most traffic is back: median | slowest | at most | slow calls spent on it | |',
    '|---|---|---|---|---|---|---|',
  ];
  for (const { rate, seconds } of BACK_WITHIN_SECONDS) {
    for (const kind of KINDS) {
      lines.push(await recoveryLine({ kind, rate }, seconds[kind], seeds));
    }
  }
  return lines;
}

async function recoveryLine(
  { kind, rate }: Omit<RecoverySetting, 'seed'>,
  seconds: number,
  seeds: readonly number[],
): Promise<string> {
  const plays: Recovery[] = [];
  for (const seed of seeds) {
    plays.push(await playRecovery({ kind, rate, seed }));
  }
  const back = plays.map(({ backAfterMs }) => backAfterMs / 1000).sort((a, b) => a - b);
  const [median = Number.NaN, slowest = Number.NaN] = [back[Math.floor(back.length / 2)], back.at(-1)];
  const spent = plays.reduce((sum, { slowCalls }) => sum + slowCalls, 0) / plays.length;
  const figures = [median, slowest, seconds, spent].map((figure) => figure.toFixed(1)).join(' | ');
  return `| ${kind} | ${rate} | ${figures} | ${slowest <= seconds ? 'met' : '**missed**'} |`;
}
