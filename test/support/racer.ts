import { defined } from '../../functions/gateway/core/model/defined.ts';
import { raceWakesAt, stepRace } from '../../functions/gateway/core/race/race.ts';
import type { Race, RaceCommand, RaceEvent, RaceRules } from '../../functions/gateway/core/race/race-state.ts';
import type { Contender, ContenderLimits } from '../../functions/gateway/core/routing/contender.ts';
import { deployment, measured } from './routes.ts';

/** A race that a test drives event by event. */
export interface Racer {
  /** The race as it stands. */
  readonly race: () => Race;
  /** What the event makes the driver do. */
  readonly send: (event: RaceEvent, atMs: number) => readonly PlacedCommand[];
  /** The contenders in the order in which they were dialled. */
  readonly dialled: () => readonly number[];
  readonly wakesAt: () => number;
}

/** A command that calls a contender by its place in the plan, which reads better than the whole of it. */
export type PlacedCommand =
  | Extract<RaceCommand, { kind: 'abort' }>
  | { readonly kind: 'dial'; readonly attempt: number; readonly contender: number };

/** Three contenders, streamed, no retries at the same one, no hedge, a minute to go: what a test changes is what it is about. */
export function raceRules(change: Partial<RaceRules> = {}): RaceRules {
  return {
    contenders: [raceContender(), raceContender(), raceContender()],
    mode: 'stream',
    maxAttempts: 3,
    sameTargetRetries: 0,
    deadlineMs: 60_000,
    mayRetry: () => true,
    random: () => 0.5,
    ...change,
  };
}

/** What a test says of a contender. */
export interface ContenderChange extends Partial<ContenderLimits> {
  readonly contextWindow?: number;
  readonly provider?: string;
  readonly expectedTtftMs?: number;
  readonly state?: Contender['state'];
  /** Its vendor cannot be asked, as its encoder says. */
  readonly isUnsupported?: boolean;
  /** Told when the request is encoded for it. */
  readonly onEncode?: () => void;
}

/** A healthy contender that may be hedged to and is given ten seconds. It makes no attempts: a race without a driver needs none. */
export function raceContender(change: ContenderChange = {}): Contender<never> {
  const {
    contextWindow,
    provider,
    expectedTtftMs = 500,
    state = 'healthy',
    isUnsupported = false,
    onEncode,
    ...limits
  } = change;
  let isEncoded = false;
  return {
    deployment: deployment('contender', defined({ contextWindow, provider })),
    standing: measured(300),
    score: 0,
    state,
    expectedTtftMs,
    isTied: false,
    promptFactor: 1,
    warmTokens: 0,
    placementScore: 0,
    limits: {
      firstTokenMs: 10_000,
      isHedgeTarget: true,
      lateAfterMs: 1000,
      silenceAfterMs: 0,
      silenceLimitMs: 10_000,
      ...limits,
    },
    encode: () => {
      isEncoded = true;
      onEncode?.();
      return isUnsupported
        ? { kind: 'unsupported', param: 'tools', message: 'No tools.' }
        : { kind: 'encoded', dropped: [], attempt: () => assertNever() };
    },
    isUnfit: () => isEncoded && isUnsupported,
  };
}

function assertNever(): never {
  throw new Error('This race has no driver.');
}

/** A race that has been started at 0. */
export function startedRacer(rules: RaceRules): Racer {
  let race: Race = { rules, attempts: [] };
  const placeOf = (contender: Contender): number => rules.contenders.indexOf(contender);
  const send = (event: RaceEvent, atMs: number): readonly PlacedCommand[] => {
    const step = stepRace(race, event, atMs);
    race = step.race;
    return step.commands.map((command) =>
      command.kind === 'dial' ? { ...command, contender: placeOf(command.contender) } : command,
    );
  };
  send({ kind: 'started' }, 0);
  return {
    race: () => race,
    send,
    dialled: () => race.attempts.map((attempt) => placeOf(attempt.contender)),
    wakesAt: () => raceWakesAt(race),
  };
}
