import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Random } from '../model/clock.ts';
import type { EjectionSettings } from '../model/gateway-config.ts';
import { doubtfulFailures } from './doubt.ts';
import { type EjectionChange, ejectionState } from './ejection.ts';
import { type Ejections, ejections } from './ejections.ts';
import { type Estimate, estimateOf, requestRate } from './estimate.ts';
import type { DecayScales } from './forward-decay.ts';
import { keyEjections } from './key-ejections.ts';
import { type LastSights, lastSeen, noteSight, noteSights } from './last-sights.ts';
import type { Observation } from './observation.ts';
import { type Batch, type ObservationLog, observationLog } from './observation-log.ts';
import { PACES, type Pace } from './paced-sums.ts';
import { type RunningSums, runningSums } from './running-sums.ts';
import { usualShare, writtenShare } from './sampled-share.ts';
import type { Standing } from './standing.ts';
import type { StoredStatistics } from './statistics-store.ts';
import type { Sums } from './sums.ts';
import { type Witnessed, weighed } from './weighed-observation.ts';

/** What this instance knows of every deployment: the snapshot last read from the store, and its own observations since. No I/O. */
export interface Scoreboard {
  /** `key`: whose request it would be. Absent: anybody's. */
  readonly look: (deployment: string, nowMs: number, key?: string) => Standing;
  /** Takes in what an attempt has taught; `failure` is what it is blamed for. */
  readonly observe: (observation: Observation, failure: AttemptFailure | undefined) => Observed;
  /** A read of these memories begins at `startedAtMs`. Call the result with what it gave. */
  readonly beginRead: (
    startedAtMs: number,
    paces?: readonly Pace[],
  ) => (stored: ReadonlyMap<string, StoredStatistics>) => void;
  readonly takeUnwritten: () => Batch | undefined;
  /** What was seen last of each deployment. */
  readonly sights: ReadonlyMap<string, LastSights>;
  /** Notes that somebody is trying the ejected deployment until `probeUntilMs`. */
  readonly noteProbe: (deployment: string, probeUntilMs: number) => void;
  /** When the snapshot was last read; `undefined` before the first time. */
  readonly readAtMs: () => number | undefined;
  /** Notes that somebody looks at it now. */
  readonly noteLook: (deployment: string, atMs: number) => void;
}

/** What came of an observation. */
export interface Observed {
  /** Takes the observation back, as if it had not been made. */
  readonly takeBack: () => void;
  /** To be shared with the fleet. */
  readonly change?: EjectionChange;
}

/** What a scoreboard decays, ejects and samples by. */
export interface ScoreboardSettings {
  readonly scales: DecayScales;
  readonly ejection: EjectionSettings;
  /** Writes a second and deployment that the whole fleet stays under. */
  readonly writesPerSecond: number;
  /** Whether probes confirm what may lie in a caller's request. @default false: a second key does, once there is one */
  readonly probesConfirm?: boolean;
  readonly random: Random;
}

interface Memory extends Witnessed {
  readonly settings: ScoreboardSettings;
  readonly log: ObservationLog;
  stored: ReadonlyMap<string, StoredStatistics>;
  readAtMs?: number;
  readonly ejections: Ejections;
  /** When this instance has last looked at a deployment, or has seen that another was sooner. */
  readonly looks: Map<string, number>;
  /** What has been seen last, by this instance and by others. */
  readonly sights: Map<string, LastSights>;
  /** All that is known of the deployments that have been looked at since the snapshot was read. */
  readonly running: Map<string, Readonly<Record<Pace, RunningSums>>>;
}

/** A scoreboard that nothing has been observed on. */
export function scoreboard(settings: ScoreboardSettings): Scoreboard {
  const running: Memory['running'] = new Map();
  const memory: Memory = {
    settings,
    log: observationLog(settings.scales, settings.random, ({ deployment, pace, epoch, sums }) =>
      running.get(deployment)?.[pace].add(epoch, sums),
    ),
    stored: new Map(),
    ejections: ejections(settings.ejection),
    looks: new Map(),
    sights: new Map(),
    doubts: doubtfulFailures(settings.probesConfirm),
    ofKeys: keyEjections(settings.ejection),
    running,
  };
  return {
    look: (deployment, nowMs, key) => lookFor(memory, deployment, { nowMs, key }),
    observe: (observation, failure) => observe(memory, observation, failure),
    beginRead: (startedAtMs, paces = PACES) => {
      const confirm = memory.log.beginRead(paces);
      const readEjections = memory.ejections.beginRead();
      return (stored) => {
        confirm();
        readEjections(stored);
        load(memory, stored, { startedAtMs, paces });
      };
    },
    takeUnwritten: memory.log.take,
    sights: memory.sights,
    noteProbe: memory.ejections.noteProbe,
    readAtMs: () => memory.readAtMs,
    noteLook: (deployment, atMs) => void memory.looks.set(deployment, atMs),
  };
}

/** A deployment that is healthy for others may be set aside for this key. */
function lookFor(
  memory: Memory,
  deployment: string,
  { nowMs, key }: { readonly nowMs: number; readonly key: string | undefined },
): Standing {
  const standing = look(memory, deployment, nowMs);
  const ejection = standing.state === 'healthy' ? memory.ofKeys.of(deployment, key, nowMs) : undefined;
  return ejection === undefined ? standing : { ...standing, ejection, state: 'ejected', isForKeyOnly: true };
}

function look(memory: Memory, deployment: string, nowMs: number): Standing {
  const { scales } = memory.settings;
  const { lasting, recent, usual } = runningOf(memory, deployment);
  const decayed = { lasting: lasting.at(nowMs), recent: recent.at(nowMs), usual: usual.at(nowMs) };
  const ejection = memory.ejections.of(deployment);
  const seen = estimateOf(decayed, scales, lastSeen(memory.sights.get(deployment) ?? [], nowMs));
  const estimate = memory.ejections.isForgiven(deployment) ? withoutFailures(seen) : seen;
  const [stored, own] = [memory.stored.get(deployment)?.lookedAtMs, memory.looks.get(deployment)];
  const standing = {
    estimate,
    state: ejectionState(ejection, nowMs),
    lookedAtMs: Math.max(stored ?? -Infinity, own ?? -Infinity),
    breaksAnswers: memory.ejections.breaksAnswers(deployment),
    ...memory.doubts.suspicion(deployment, nowMs),
  };
  return ejection === undefined ? standing : { ...standing, ejection };
}

/** Of observations that are written, and of those that are written to the usual memory. How probes compare with traffic is seen once a minute. */
function sharesOf(memory: Memory, { kind, deployment, atMs }: Observation): readonly [share: number, usually: number] {
  const { scales, writesPerSecond } = memory.settings;
  if (kind === 'calibrated') {
    return [1, 1];
  }
  const perSecond = requestRate(runningOf(memory, deployment).lasting.at(atMs), scales.lasting);
  const share = writtenShare(perSecond, writesPerSecond);
  return [share, Math.min(share, usualShare(perSecond))];
}

/** Nothing of what it was like before its ejection says anything of what it is like after. */
function withoutFailures(estimate: Estimate): Estimate {
  return { ...estimate, recent: { ...estimate.recent, failureRate: 0 } };
}

/** What was read and what this instance has seen since, put together once after each read. */
function runningOf(memory: Memory, deployment: string): Readonly<Record<Pace, RunningSums>> {
  const known = memory.running.get(deployment);
  if (known !== undefined) {
    return known;
  }
  const stored = memory.stored.get(deployment)?.epochs;
  const of = (pace: Pace): RunningSums => {
    const running = runningSums(memory.settings.scales[pace]);
    for (const epochs of [stored?.[pace] ?? new Map(), ...memory.log.recent(deployment, pace)]) {
      for (const [epoch, sums] of epochs) {
        running.add(epoch, sums);
      }
    }
    return running;
  };
  const own = { lasting: of('lasting'), recent: of('recent'), usual: of('usual') };
  memory.running.set(deployment, own);
  return own;
}

function observe(memory: Memory, told: Observation, blamed: AttemptFailure | undefined): Observed {
  // As it was before. Most that is observed is good news, for which nobody asks.
  const before = (): Estimate => look(memory, told.deployment, told.atMs).estimate;
  const counted = weighed(memory, told, { failure: blamed, estimate: before });
  if (counted === undefined) {
    return { takeBack: () => undefined };
  }
  const { observation, failure, credence } = counted;
  // Answers end the rows of the key's own failures too.
  if (observation.kind === 'first-token' || observation.kind === 'answered') {
    memory.ofKeys.answered(observation);
  }
  const change = memory.ejections.after(observation, { failure, estimate: before, credence });
  const [share, usually] = sharesOf(memory, observation);
  noteSight(memory.sights, observation);
  const takeBack = memory.log.add(observation, share, usually);
  return change === undefined ? { takeBack } : { takeBack, change };
}

function load(
  memory: Memory,
  stored: ReadonlyMap<string, StoredStatistics>,
  { startedAtMs, paces }: { readonly startedAtMs: number; readonly paces: readonly Pace[] },
): void {
  noteSights(memory.sights, stored);
  const before = memory.stored;
  memory.stored = new Map(
    [...stored].map(([id, own]) => [id, { ...own, epochs: mergedEpochs(before.get(id), own, paces) }]),
  );
  memory.readAtMs = startedAtMs;
  memory.running.clear();
}

/** The epochs of the memories that were read, and of the others those that were known before. */
function mergedEpochs(
  before: StoredStatistics | undefined,
  read: StoredStatistics,
  paces: readonly Pace[],
): StoredStatistics['epochs'] {
  const of = (pace: Pace): ReadonlyMap<number, Sums> =>
    (paces.includes(pace) ? read.epochs[pace] : before?.epochs[pace]) ?? new Map();
  return { lasting: of('lasting'), recent: of('recent'), usual: of('usual') };
}
