import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Clock, Random } from '../model/clock.ts';
import type { EjectionSettings, StatisticsSettings } from '../model/gateway-config.ts';
import { type Ejection, type EjectionChange, mergedChange } from './ejection.ts';
import { type DecayScales, decayScales, epochAt } from './forward-decay.ts';
import type { Observation } from './observation.ts';
import { sampledShare } from './observation-log.ts';
import { Scoreboard } from './scoreboard.ts';
import type { Standing } from './standing.ts';
import { type StatisticsStore, shareChange } from './statistics-store.ts';
import { PACES } from './sums.ts';

/** What a gateway asks of the shared statistics. Nothing here rejects, and nothing before the answer waits longer than `readTimeoutMs`. */
export interface FleetStatistics {
  /**
   * Call before planning among these: starts a refresh of the snapshot behind the request where it is old, and waits for it where it is
   * stale or missing. What is read are those that were asked for within some minutes: thousands may be configured. Absent: the first hundred.
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
/** One that nobody has asked for in so long is no longer read, until somebody does. */
const ASKED_MS = 300_000;
/** The usual memory changes so slowly that it is read this seldom. */
export const USUAL_READ_MS = 30_000;

/** An instance's view of the fleet: its own observations and a snapshot of the store's. */
export function fleetStatistics(options: FleetStatisticsOptions): FleetStatistics {
  return new Fleet(options);
}

class Fleet implements FleetStatistics {
  readonly #options: FleetStatisticsOptions;
  readonly #scales: DecayScales;
  readonly #board: Scoreboard;
  /** When requests were last planned among each deployment. */
  readonly #askedAtMs = new Map<string, number>();
  /** Of one deployment's only the last: under load hundreds fail before the first of them is written. */
  #changes = new Map<string, EjectionChange>();
  #refreshing: Promise<void> | undefined;
  #flushing: Promise<void> | undefined;
  #cancelLaterFlush: (() => void) | undefined;
  #lastWriteStartedMs = -Infinity;
  #lastReadStartedMs = -Infinity;
  #lastUsualReadMs = -Infinity;
  /** The share of due reads that is made, until the instant. */
  #readShare = { share: 1, untilMs: -Infinity };

  constructor(options: FleetStatisticsOptions) {
    this.#options = options;
    this.#scales = decayScales(options.settings);
    this.#board = new Scoreboard({ ...options.settings, ...options, scales: this.#scales });
  }

  async prepare(deployments: readonly string[] = this.#options.deployments.slice(0, MAX_FIRST)): Promise<void> {
    const { clock, settings } = this.#options;
    const nowMs = clock.nowMs();
    const isNew = !deployments.every((id) => nowMs - (this.#askedAtMs.get(id) ?? -Infinity) <= ASKED_MS);
    for (const id of deployments) {
      this.#askedAtMs.set(id, nowMs);
    }
    // Of one that has not been asked for no memory was read.
    this.#lastUsualReadMs = isNew ? -Infinity : this.#lastUsualReadMs;
    const ageMs = isNew ? Infinity : nowMs - (this.#board.readAtMs ?? -Infinity);
    const isDue = isNew || (nowMs - this.#lastReadStartedMs >= settings.refreshMs && this.#isToRead(nowMs));
    const reading = isDue ? this.#readAgain() : this.#refreshing;
    // Where a read hangs, those who come later have been waited for already.
    const leftMs = isNew ? settings.readTimeoutMs : this.#lastReadStartedMs + settings.readTimeoutMs - nowMs;
    if (ageMs > settings.staleMs && reading !== undefined && leftMs > 0) {
      await within(clock, leftMs, reading, undefined);
    }
  }

  /**
   * Whether a due read is made. Where the fleet has more calls a second than an item stands reads, all instances draw lots: however many
   * they are, the reads stay under the limit, and each instance's snapshot is older. An instance without one always reads.
   */
  #isToRead(nowMs: number): boolean {
    const { settings, random } = this.#options;
    if (this.#refreshing !== undefined) {
      return false;
    }
    const draw = random();
    if (this.#board.readAtMs !== undefined && nowMs >= this.#readShare.untilMs) {
      const rates = this.#asked(nowMs).map((id) => this.#board.look(id, nowMs).estimate.requestsPerSecond);
      const perSecond = rates.reduce((sum, rate) => sum + rate, 0);
      const share = sampledShare(perSecond, settings.readsPerSecond);
      this.#readShare = { share, untilMs: nowMs + settings.refreshMs };
    }
    return draw < this.#readShare.share;
  }

  /** Deployments that requests have lately been planned among. */
  #asked(nowMs: number): readonly string[] {
    for (const [id, atMs] of this.#askedAtMs) {
      if (nowMs - atMs > ASKED_MS) {
        this.#askedAtMs.delete(id);
      }
    }
    return [...this.#askedAtMs.keys()];
  }

  /** A read that begins when the one under way has ended: that one leaves out what has only now been asked for. */
  #readAgain(): Promise<void> {
    const next = this.#refreshing === undefined ? this.#refresh() : this.#refreshing.then(() => this.#refresh());
    const reading = next.finally(() => {
      this.#refreshing = this.#refreshing === reading ? undefined : this.#refreshing;
    });
    this.#refreshing = reading;
    return reading;
  }

  async #refresh(): Promise<void> {
    const { clock, store, onStoreError } = this.#options;
    const startedAtMs = clock.nowMs();
    this.#lastReadStartedMs = startedAtMs;
    const isUsualDue = startedAtMs - this.#lastUsualReadMs >= USUAL_READ_MS;
    const paces = PACES.filter((pace) => pace !== 'usual' || isUsualDue);
    const load = this.#board.beginRead(startedAtMs, paces);
    const epochs = paces.flatMap((pace) => {
      const epoch = epochAt(startedAtMs, this.#scales[pace]);
      return [epoch, epoch - 1].map((one) => ({ pace, epoch: one }));
    });
    try {
      load(await store.read(this.#asked(startedAtMs), epochs));
      this.#lastUsualReadMs = isUsualDue ? startedAtMs : this.#lastUsualReadMs;
    } catch (error) {
      onStoreError('read', error);
    }
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

/** The promise's value, or `otherwise` where it takes longer than `limitMs`. */
function within<Value>(clock: Clock, limitMs: number, promise: Promise<Value>, otherwise: Value): Promise<Value> {
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, () => resolve(otherwise));
    void promise.then((value) => {
      cancel();
      resolve(value);
    });
  });
}
