import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Random } from '../model/clock.ts';
import type { EjectionSettings } from '../model/gateway-config.ts';
import { DoubtfulFailures } from './doubt.ts';
import { type EjectionChange, ejectionState } from './ejection.ts';
import { Ejections } from './ejections.ts';
import { type Estimate, estimateOf } from './estimate.ts';
import { type DecayScales, RunningSums } from './forward-decay.ts';
import { type LastSights, lastSeen, noteSight, noteSights } from './last-sights.ts';
import type { Observation } from './observation.ts';
import { ALL_WRITTEN, ObservationLog, writtenShares } from './observation-log.ts';
import type { Standing } from './standing.ts';
import type { LookClaim, StoredStatistics } from './statistics-store.ts';
import { PACES, type Pace, type Sums } from './sums.ts';

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

type StoredEpochs = StoredStatistics['epochs'];

const NOTHING_STORED: StoredStatistics = { epochs: { lasting: new Map(), recent: new Map(), usual: new Map() } };

/** Sums of a deployment's three memories. */
type Running = Readonly<Record<Pace, RunningSums>>;

/** What this instance knows of every deployment: the snapshot last read from the store, and its own observations since. No I/O. */
export class Scoreboard {
  readonly #settings: ScoreboardSettings;
  /** What this instance has observed: what the store has not been told is taken from here. */
  readonly log: ObservationLog;
  readonly #ejections: Ejections;
  readonly #doubts: DoubtfulFailures;
  readonly #stored = new Map<string, StoredEpochs>();
  /** When this instance has last looked at a deployment, or has seen that another was sooner. */
  readonly #ownLooks = new Map<string, number>();
  /** When somebody has, as far as is known. */
  readonly #lookedAtMs = new Map<string, number>();
  /** All that is known of the deployments that have been looked at since they were read. */
  readonly #running = new Map<string, Running>();
  /** What was seen last of each deployment, by this instance and by others. */
  readonly sights = new Map<string, LastSights>();

  /** Nothing has been observed at first. */
  constructor(settings: ScoreboardSettings) {
    const { scales, random, ejection, probesConfirm = false } = settings;
    this.#settings = settings;
    this.log = new ObservationLog(scales, random, ({ deployment, pace, epoch, sums }) =>
      this.#running.get(deployment)?.[pace].add(epoch, sums),
    );
    this.#ejections = new Ejections(ejection);
    this.#doubts = new DoubtfulFailures(probesConfirm);
  }

  /** `key`: whose request it would be, for whom a deployment may be set aside that is healthy for others. Absent: anybody's. */
  look(deployment: string, nowMs: number, key?: string): Standing {
    const { lasting, recent, usual } = this.#running.get(deployment) ?? this.#gather(deployment);
    const decayed = { lasting: lasting.at(nowMs), recent: recent.at(nowMs), usual: usual.at(nowMs) };
    const seen = estimateOf(decayed, lastSeen(this.sights.get(deployment) ?? [], nowMs));
    const { ejection, breaksAnswers, isForgiven, ofKeys } = this.#ejections.of(deployment);
    const state = ejection === undefined ? 'healthy' : ejectionState(ejection, nowMs);
    const standing: Standing = {
      estimate: isForgiven ? withoutFailures(seen) : seen,
      state,
      lookedAtMs: this.#lookedAtMs.get(deployment) ?? -Infinity,
      breaksAnswers,
      ...this.#doubts.suspicion(deployment, nowMs),
    };
    const ofKey = key === undefined ? undefined : ofKeys.get(key)?.ejection;
    if (state === 'healthy' && ofKey !== undefined && nowMs < ofKey.untilMs) {
      return { ...standing, ejection: ofKey, state: 'ejected', isForKeyOnly: true };
    }
    return ejection === undefined ? standing : { ...standing, ejection };
  }

  /** Notes that somebody looks at it now. `false`: somebody has since `notSinceMs`, and nobody need. */
  noteLook(deployment: string, { atMs, notSinceMs }: LookClaim): boolean {
    const isDue = (this.#lookedAtMs.get(deployment) ?? -Infinity) <= notSinceMs;
    if (isDue) {
      this.#ownLooks.set(deployment, atMs);
      this.#lookedAtMs.set(deployment, atMs);
    }
    return isDue;
  }

  /** Notes that somebody is trying the ejected deployment until `probeUntilMs`. */
  noteProbe(deployment: string, probeUntilMs: number): void {
    this.#ejections.noteProbe(deployment, probeUntilMs);
  }

  /** Takes in what an attempt has taught; `blamed` is what it is blamed for. */
  observe(told: Observation, blamed: AttemptFailure | undefined): Observed {
    const known = { board: this, sights: this.sights, ejections: this.#ejections };
    const counted = this.#doubts.weigh(told, blamed, known);
    if (counted === undefined) {
      return { takeBack: () => undefined };
    }
    const { observation } = counted;
    const change = this.#ejections.after(observation, { ...counted, board: this });
    const { lasting } = this.#running.get(told.deployment) ?? this.#gather(told.deployment);
    const { get, ratePerCount } = lasting.at(told.atMs);
    // How probes compare with traffic is seen once a minute, and always written.
    const { quick, usual } =
      told.kind === 'calibrated' ? ALL_WRITTEN : writtenShares(get('q') * ratePerCount, this.#settings.writesPerSecond);
    noteSight(this.sights, observation);
    const takeBack = this.log.add(observation, quick, usual);
    return change === undefined ? { takeBack } : { takeBack, change };
  }

  /** A read of these deployments' memories begins. Call the result with what it gave. */
  beginRead(
    deployments: readonly string[],
    paces: readonly Pace[] = PACES,
  ): (stored: ReadonlyMap<string, StoredStatistics>) => void {
    const confirm = this.log.beginRead(deployments, paces);
    const readEjections = this.#ejections.beginRead(deployments);
    return (stored) => {
      confirm();
      readEjections(stored);
      noteSights(this.sights, stored);
      for (const id of deployments) {
        const { epochs, lookedAtMs = -Infinity } = stored.get(id) ?? NOTHING_STORED;
        this.#lookedAtMs.set(id, Math.max(lookedAtMs, this.#ownLooks.get(id) ?? -Infinity));
        this.#stored.set(id, mergedEpochs(this.#stored.get(id), epochs, paces));
        this.#running.delete(id);
      }
    };
  }

  /** What was read and what this instance has seen since, put together once after each read. */
  #gather(deployment: string): Running {
    const stored = this.#stored.get(deployment);
    const of = (pace: Pace): RunningSums => {
      const running = new RunningSums(this.#settings.scales[pace]);
      for (const epochs of [stored?.[pace] ?? new Map(), ...this.log.recent(deployment, pace)]) {
        for (const [epoch, sums] of epochs) {
          running.add(epoch, sums);
        }
      }
      return running;
    };
    const own = { lasting: of('lasting'), recent: of('recent'), usual: of('usual') };
    this.#running.set(deployment, own);
    return own;
  }
}

/** Nothing of what it was like before its ejection says anything of what it is like after. */
function withoutFailures(estimate: Estimate): Estimate {
  return { ...estimate, recent: { ...estimate.recent, failureRate: 0 } };
}

/** The epochs of the memories that were read, and of the others those that were known before. */
function mergedEpochs(before: StoredEpochs | undefined, read: StoredEpochs, paces: readonly Pace[]): StoredEpochs {
  const of = (pace: Pace): ReadonlyMap<number, Sums> =>
    (paces.includes(pace) ? read[pace] : before?.[pace]) ?? new Map();
  return { lasting: of('lasting'), recent: of('recent'), usual: of('usual') };
}
