import { observedAttempt } from '../attempt/observed-attempt.ts';
import type { Clock } from '../model/clock.ts';
import type { Dial } from '../model/dial.ts';
import type { TraceContext } from '../model/trace-context.ts';
import type { Contender } from '../routing/contender.ts';
import type { Witness } from '../statistics/doubt.ts';
import type { FleetStatistics } from '../statistics/fleet-statistics.ts';
import { newSpanId, type RandomHex, tracedDial } from '../trace/trace-context.ts';
import type { KeyShares } from './instance-budgets.ts';
import { type BudgetPorts, isFailing, type RaceSetting, raceRules } from './race-rules.ts';
import type { RaceRules } from './race-state.ts';
import { type RunOptions, type RunResult, runRace } from './run-race.ts';

/** What a race works through. */
export interface RacePorts extends BudgetPorts {
  readonly shares: KeyShares;
  readonly clock: Clock;
  readonly dial: Dial;
  readonly statistics: FleetStatistics;
  /** For the ids of the attempts' spans. */
  readonly randomHex: RandomHex;
}

/** One request's race. */
export interface RaceOfRequest<Piece> extends RaceSetting {
  readonly contenders: readonly Contender<Piece>[];
  readonly trace: TraceContext;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
  /** Whose request it is. */
  readonly witness: Witness;
}

/** Asks the contenders by the route's rules until one has answered. Rejects for a bug alone. */
export async function raceContenders<Piece>(race: RaceOfRequest<Piece>, ports: RacePorts): Promise<RunResult<Piece>> {
  const { contenders, signal } = race;
  let hedges = 0;
  ports.shares.came(race.witness.key);
  try {
    return await runRace({
      rules: withinShare(raceRules(contenders, race, ports), race.witness.key, ports.shares),
      attempt: (contender, extra) => {
        hedges += extra === 'hedge' ? 1 : 0;
        return attemptAt(contender, extra, race, ports);
      },
      clock: ports.clock,
      signal,
    });
  } finally {
    ports.hedges.racing -= hedges;
  }
}

/** The rules of a request whose key has its share of the budgets and no more. A retry that only moves the load is no matter of theirs. */
function withinShare<Piece>(rules: RaceRules<Piece>, key: string, shares: KeyShares): RaceRules<Piece> {
  const { mayRetry, mayHedge, takeSecondOpinion } = rules;
  return {
    ...rules,
    mayRetry: (contender) => mayRetry(contender) && (!isFailing(contender) || shares.takes(key)),
    ...(takeSecondOpinion !== undefined && {
      takeSecondOpinion: () => shares.takes(key) && takeSecondOpinion(),
    }),
    ...(mayHedge !== undefined && { mayHedge: (asked) => shares.takes(key) && mayHedge(asked) }),
  };
}

/** The attempt at a contender, traced and observed. */
function attemptAt<Piece>(
  contender: Contender<Piece>,
  extra: Parameters<RunOptions<Piece>['attempt']>[1],
  { trace, witness }: RaceOfRequest<Piece>,
  { statistics, clock, dial, randomHex }: RacePorts,
): ReturnType<RunOptions<Piece>['attempt']> {
  const encoding = contender.encode();
  if (encoding.kind === 'unsupported') {
    throw new RangeError(`The race asks ${contender.deployment.id}, whose vendor cannot be asked.`);
  }
  const spanId = newSpanId(randomHex);
  const traced = { ...encoding.attempt(tracedDial(dial, trace, spanId)), spanId };
  const { lateAfterMs, silenceAfterMs, silenceLimitMs } = contender.limits;
  return observedAttempt(traced, {
    statistics,
    clock,
    extra,
    lateAfterMs,
    silence: { afterMs: silenceAfterMs, limitMs: silenceLimitMs },
    promptFactor: contender.promptFactor,
    warmTokens: contender.warmTokens,
    witness,
  });
}
