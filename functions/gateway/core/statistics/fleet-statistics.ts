import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Clock, Random } from '../model/clock.ts';
import type { EjectionSettings, StatisticsSettings } from '../model/gateway-config.ts';
import { type Ejection, type EjectionChange, mergedChange } from './ejection.ts';
import { decayScales } from './forward-decay.ts';
import type { Observation } from './observation.ts';
import { Scoreboard } from './scoreboard.ts';
import { SnapshotReads } from './snapshot-reads.ts';
import type { Standing } from './standing.ts';
import { type StatisticsStore, shareChange } from './statistics-store.ts';
import { within } from './within.ts';

/** What a gateway asks of the shared statistics. Nothing here rejects, and nothing before the answer waits longer than `readTimeoutMs`. */
export interface FleetStatistics {
  /**
   * Call before planning among these: starts a refresh of their snapshot behind the request where it is old, and waits for it where it is
   * stale or missing. Nothing is read that nobody plans among: thousands may be configured. Absent: the first hundred.
   */
  readonly prepare: (deployments?: readonly string[]) => Promise<void>;
  /** `key`: whose request it would be. Absent: anybody's. */
  readonly look: (deployment: string, key?: string) => Standing;
  /** Takes in what an attempt has taught. The result takes it back. */
  readonly observe: (observation: Observation, failure?: AttemptFailure) => () => void;
  /** Whether this request is the one in the fleet that tries the ejected deployment. `false` also where the store does not answer in time. */
  readonly claimProbe: (deployment: string, ejection: Ejection) => Promise<boolean>;
  /** Whether this request is the one in the fleet that looks at the deployment: nobody has within `everyMs`. */
  readonly claimLook: (deployment: string, everyMs: number) => Promise<boolean>;
  /** Writes what has been observed, unless it was done just now. Call when the caller has been served. */
  readonly flush: () => Promise<void>;
  /** Writes what is left. Nothing is written later. */
  readonly close: () => Promise<void>;
}

/** What an instance's view of the fleet is built from. */
export interface FleetStatisticsOptions {
  readonly deployments: readonly string[];
  readonly settings: StatisticsSettings;
  readonly ejection: EjectionSettings;
  readonly store: StatisticsStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether probes confirm what may lie in a caller's request. @default false */
  readonly probesConfirm?: boolean;
  /** Told of each failure of the store. */
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/** So many deployments are read before anybody has asked for one. */
const MAX_FIRST = 100;

/** An instance's view of the fleet: its own observations and a snapshot of the store's. */
export function fleetStatistics(options: FleetStatisticsOptions): FleetStatistics {
  return new Fleet(options);
}

class Fleet implements FleetStatistics {
  readonly #options: FleetStatisticsOptions;
  readonly #board: Scoreboard;
  readonly #reads: SnapshotReads;
  /** Of one deployment's only the last: under load hundreds fail before the first of them is written. */
  #changes = new Map<string, EjectionChange>();
  #flushing: Promise<void> | undefined;
  #cancelLaterFlush: (() => void) | undefined;
  #lastWriteStartedMs = -Infinity;

  constructor(options: FleetStatisticsOptions) {
    this.#options = options;
    const scales = decayScales(options.settings);
    this.#board = new Scoreboard({ ...options.settings, ...options, scales });
    this.#reads = new SnapshotReads({ ...options, scales, board: this.#board });
  }

  prepare(deployments: readonly string[] = this.#options.deployments.slice(0, MAX_FIRST)): Promise<void> {
    return this.#reads.prepare(deployments);
  }

  look(deployment: string, key?: string): Standing {
    return this.#board.look(deployment, this.#options.clock.nowMs(), key);
  }

  observe(observation: Observation, failure?: AttemptFailure): () => void {
    const { change, takeBack } = this.#board.observe(observation, failure);
    if (change !== undefined) {
      this.#changes.set(change.deployment, mergedChange(this.#changes.get(change.deployment), change));
    }
    return takeBack;
  }

  async claimProbe(deployment: string, was: Ejection): Promise<boolean> {
    const { clock, store, settings, ejection, onStoreError } = this.#options;
    const fromMs = Math.ceil(clock.nowMs());
    const lease = { fromMs, untilMs: fromMs + ejection.probeLeaseMs };
    const claim = store.claimProbe(deployment, was, lease).catch((error: unknown) => {
      onStoreError('claim a probe', error);
      return false;
    });
    // Claimed or not, somebody is trying it now: this instance does not ask again before the lease ends.
    this.#board.noteProbe(deployment, lease.untilMs);
    return within(clock, settings.readTimeoutMs, claim, false);
  }

  async claimLook(deployment: string, everyMs: number): Promise<boolean> {
    const { clock, store, onStoreError } = this.#options;
    const atMs = Math.ceil(clock.nowMs());
    const notSinceMs = atMs - everyMs;
    // Claimed or not, somebody looks at it now.
    if (!this.#board.noteLook(deployment, { atMs, notSinceMs })) {
      return false;
    }
    return store.claimLook(deployment, { atMs, notSinceMs }).catch((error: unknown) => {
      onStoreError('claim a look', error);
      return false;
    });
  }

  /**
   * Writes now where something urgent or nothing recent was written, else soon: a busy instance merges what it sees meanwhile. One write at
   * a time. Where Lambda freezes the instance before the later write, the next request's comes in its place.
   */
  async flush(): Promise<void> {
    const { clock, settings } = this.#options;
    const waitMs = this.#lastWriteStartedMs + settings.flushMs - clock.nowMs();
    if (this.#changes.size === 0 && waitMs > 0) {
      this.#cancelLaterFlush ??= clock.after(waitMs, () => {
        this.#cancelLaterFlush = undefined;
        void this.flush();
      });
      return;
    }
    this.#cancelLaterFlush?.();
    this.#cancelLaterFlush = undefined;
    await this.#flushing;
    this.#flushing ??= this.#writeAll().finally(() => {
      this.#flushing = undefined;
    });
    await this.#flushing;
  }

  async close(): Promise<void> {
    this.#lastWriteStartedMs = -Infinity;
    await this.flush();
  }

  async #writeAll(): Promise<void> {
    const { clock, store, onStoreError } = this.#options;
    this.#lastWriteStartedMs = clock.nowMs();
    const changes = this.#changes;
    this.#changes = new Map();
    const batch = this.#board.log.take();
    const shared = [...changes.values()].map((change) =>
      shareChange(store, change).catch((error: unknown) => onStoreError(`share that it is ${change.kind}`, error)),
    );
    try {
      if (batch !== undefined && batch.toWrite.size > 0) {
        await store.add(batch.toWrite, this.#board.sights);
      }
      batch?.settle(true);
    } catch (error) {
      batch?.settle(false);
      onStoreError('add', error);
    }
    await Promise.all(shared);
  }
}
