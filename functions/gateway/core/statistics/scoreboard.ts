import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Random } from '../model/clock.ts';
import type { EjectionSettings } from '../model/gateway-config.ts';
import type { DecayScales } from './decay-scales.ts';
import { type Credence, doubtfulFailures } from './doubt.ts';
import { type Ejection, type EjectionChange, ejectionAfter, ejectionState } from './ejection.ts';
import { estimateOf } from './estimate.ts';
import { blameOf, endRows, type FailureRows, failureEvidence, failureRows } from './failure-rows.ts';
import { keyEjections } from './key-ejections.ts';
import { type LastSights, lastTimes, noteSight, noteSights } from './last-sights.ts';
import type { Observation } from './observation.ts';
import { type Batch, type ObservationLog, observationLog } from './observation-log.ts';
import { PACES, type Pace } from './paced-sums.ts';
import { type RunningSums, runningSums } from './running-sums.ts';
import { usualShare, writtenShare } from './sampled-share.ts';
import type { Standing } from './standing.ts';
import { mergedEpochs, type StoredStatistics } from './stored-statistics.ts';
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
  /** As this instance knows them, with the number of reads that had begun when it last changed them itself. */
  readonly ejections: Map<string, { readonly ejection: Ejection | undefined; readonly changedAfterRead: number }>;
  readsBegun: number;
  /** When this instance has last looked at a deployment, or has seen that another was sooner. */
  readonly looks: Map<string, number>;
  /** What has been seen last, by this instance and by others. */
  readonly sights: Map<string, LastSights>;
  readonly rows: FailureRows;
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
    ejections: new Map(),
    readsBegun: 0,
    looks: new Map(),
    sights: new Map(),
    rows: failureRows(),
    doubts: doubtfulFailures(settings.probesConfirm),
    ofKeys: keyEjections(settings.ejection),
    running,
  };
  return {
    look: (deployment, nowMs, key) => lookFor(memory, deployment, { nowMs, key }),
    observe: (observation, failure) => observe(memory, observation, failure),
    beginRead: (startedAtMs, paces = PACES) => {
      const confirm = memory.log.beginRead(paces);
      memory.readsBegun += 1;
      const read = memory.readsBegun;
      return (stored) => {
        confirm();
        load(memory, stored, { read, startedAtMs, paces });
      };
    },
    takeUnwritten: memory.log.take,
    sights: memory.sights,
    noteProbe: (deployment, probeUntilMs) => noteProbe(memory, deployment, probeUntilMs),
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
  const ejection = memory.ejections.get(deployment)?.ejection;
  const estimate = estimateOf(decayed, scales.lasting, lastTimes(memory.sights.get(deployment) ?? [], nowMs));
  const [stored, own] = [memory.stored.get(deployment)?.lookedAtMs, memory.looks.get(deployment)];
  const standing = {
    estimate,
    state: ejectionState(ejection, nowMs),
    lookedAtMs: Math.max(stored ?? -Infinity, own ?? -Infinity),
    breaksAnswers: memory.rows.cut.has(deployment),
    isSuspect: memory.doubts.isSuspect(deployment, nowMs),
  };
  return ejection === undefined ? standing : { ...standing, ejection };
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
  const { deployment, atMs } = told;
  const { estimate, ejection } = look(memory, deployment, atMs);
  const counted = weighed(memory, told, { failure: blamed, estimate });
  if (counted === undefined) {
    return { takeBack: () => undefined };
  }
  const { observation, failure, credence } = counted;
  const share = writtenShare(estimate.requestsPerSecond, memory.settings.writesPerSecond);
  noteSight(memory.sights, observation);
  const takeBack = memory.log.add(observation, share, Math.min(share, usualShare(estimate.requestsPerSecond)));
  const change = changeOf(memory, observation, failure, { estimate, ejection, credence });
  return change === undefined ? { takeBack } : { takeBack, change };
}

interface KnownBefore extends Pick<Standing, 'estimate'> {
  readonly ejection: Ejection | undefined;
  readonly credence: Credence;
}

function changeOf(
  memory: Memory,
  observation: Observation,
  failure: AttemptFailure | undefined,
  { estimate, ejection, credence }: KnownBefore,
): EjectionChange | undefined {
  const { deployment, atMs, kind } = observation;
  if (kind === 'first-token' || kind === 'answered') {
    return lift(memory, observation, ejection);
  }
  const known = blameOf(observation, failure);
  const blame = known !== 'none' && credence === 'short' ? 'failure' : known;
  if (blame === 'none') {
    return undefined;
  }
  const evidence = failureEvidence(memory.rows, observation, { blame, failure, estimate, credence });
  const next = ejectionAfter(ejection, evidence, atMs, memory.settings.ejection);
  if (next === undefined) {
    return undefined;
  }
  memory.ejections.set(deployment, { ejection: next, changedAfterRead: memory.readsBegun });
  return { kind: 'ejected', deployment, ejection: next };
}

function lift(memory: Memory, observation: Observation, was: Ejection | undefined): EjectionChange | undefined {
  const { deployment } = observation;
  endRows(memory.rows, observation);
  memory.ofKeys.answered(observation);
  // Of one that breaks its answers a first token proves nothing.
  const isProof = !memory.rows.cut.has(deployment);
  // An answer that was under way when the cooldown began says nothing about its end, however long it streamed.
  if (was === undefined || was.untilMs === 0 || !isProof || observation.startedAtMs < was.untilMs) {
    return undefined;
  }
  memory.ejections.set(deployment, { ejection: undefined, changedAfterRead: memory.readsBegun });
  return { kind: 'lifted', deployment, was };
}

function load(
  memory: Memory,
  stored: ReadonlyMap<string, StoredStatistics>,
  reading: { readonly read: number; readonly startedAtMs: number; readonly paces: readonly Pace[] },
): void {
  const { read, startedAtMs, paces } = reading;
  noteSights(memory.sights, stored);
  const before = memory.stored;
  memory.stored = new Map(
    [...stored].map(([id, own]) => [id, { ...own, epochs: mergedEpochs(before.get(id), own, paces) }]),
  );
  memory.readAtMs = startedAtMs;
  memory.running.clear();
  // Also those that the store has left out: somebody else has lifted their ejection.
  for (const deployment of new Set([...memory.ejections.keys(), ...stored.keys()])) {
    const own = memory.ejections.get(deployment);
    if (own === undefined || own.changedAfterRead < read) {
      memory.ejections.set(deployment, { ejection: stored.get(deployment)?.ejection, changedAfterRead: 0 });
    }
  }
}

function noteProbe(memory: Memory, deployment: string, probeUntilMs: number): void {
  const known = memory.ejections.get(deployment);
  if (known?.ejection !== undefined) {
    memory.ejections.set(deployment, { ...known, ejection: { ...known.ejection, probeUntilMs } });
  }
}
