import { newRace, raceWakesAt, stepRace } from '../../functions/gateway/core/race/race.ts';
import type {
  Race,
  RaceCandidate,
  RaceCommand,
  RaceEvent,
  RaceRules,
} from '../../functions/gateway/core/race/race-state.ts';

/** A race that a test drives event by event. */
export interface Racer {
  /** The race as it stands. */
  readonly race: () => Race;
  /** What the event makes the driver do. */
  readonly send: (event: RaceEvent, atMs: number) => readonly RaceCommand[];
  /** The candidates in the order in which they were dialled. */
  readonly dialled: () => readonly number[];
  readonly wakesAt: () => number;
}

/** Three candidates, streamed, no retries at the same one, no hedge, a minute to go: what a test changes is what it is about. */
export function raceRules(change: Partial<RaceRules> = {}): RaceRules {
  return {
    candidates: [raceCandidate(), raceCandidate(), raceCandidate()],
    mode: 'stream',
    maxAttempts: 3,
    sameTargetRetries: 0,
    deadlineMs: 60_000,
    mayRetry: () => true,
    random: () => 0.5,
    ...change,
  };
}

export function raceCandidate(change: Partial<RaceCandidate> = {}): RaceCandidate {
  return { firstTokenMs: 10_000, expectedTtftMs: 500, hedgeTarget: true, lastResort: false, ...change };
}

/** A race that has been started at 0. */
export function startedRacer(rules: RaceRules): Racer {
  let race = newRace(rules);
  const send = (event: RaceEvent, atMs: number): readonly RaceCommand[] => {
    const step = stepRace(race, event, atMs);
    race = step.race;
    return step.commands;
  };
  send({ kind: 'started' }, 0);
  return {
    race: () => race,
    send,
    dialled: () => race.attempts.map((attempt) => attempt.candidate),
    wakesAt: () => raceWakesAt(race),
  };
}
