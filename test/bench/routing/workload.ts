import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';

/** A request of the workload. */
export interface WorkloadRequest {
  readonly call: number;
  readonly conversation: number;
  readonly atMs: number;
  /** Size of the prompt. Default: none to speak of. */
  readonly promptTokens?: number;
  /** The caller's time-out: told in a header, and then it hangs up. */
  readonly timeoutMs?: number;
}

export interface WorkloadSettings {
  readonly rate: number;
  readonly minutes: number;
  readonly seed: number;
  /** Of a conversation's n-th turn, from 0. */
  readonly promptTokens?: (turn: number) => number;
  readonly timeoutMs?: number;
}

const TURNS = 8;
const TURN_EVERY_MS = 15_000;

/** Conversations of eight turns that begin at random and take about two minutes. */
export function conversations(settings: WorkloadSettings): readonly WorkloadRequest[] {
  const { rate, minutes, seed, promptTokens, timeoutMs } = settings;
  const random = seededRandom(seed);
  const lengthMs = minutes * 60_000;
  const requests: Omit<WorkloadRequest, 'call'>[] = [];
  for (let atMs = 0, conversation = 0; atMs < lengthMs; conversation += 1) {
    atMs += (-Math.log(1 - random()) * 1000 * TURNS) / rate;
    for (let turn = 0; turn < TURNS; turn += 1) {
      requests.push({
        conversation,
        atMs: atMs + turn * TURN_EVERY_MS * (0.5 + random()),
        ...(promptTokens === undefined ? {} : { promptTokens: promptTokens(turn) }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
    }
  }
  return requests
    .filter(({ atMs }) => atMs < lengthMs)
    .sort((a, b) => a.atMs - b.atMs)
    .map((request, call) => ({ ...request, call }));
}
