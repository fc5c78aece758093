import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Clock, Random } from '../model/clock.ts';
import type { EjectionSettings, StatisticsSettings } from '../model/gateway-config.ts';
import { type AskedDeployments, askedDeployments } from './asked-deployments.ts';
import { type Ejection, type EjectionChange, mergedChange } from './ejection.ts';
import { type DecayScales, decayScales, epochAt } from './forward-decay.ts';
import type { Observation } from './observation.ts';
import { PACES } from './paced-sums.ts';
import { sampledShare } from './sampled-share.ts';
import { type Scoreboard, scoreboard } from './scoreboard.ts';
import type { Standing } from './standing.ts';
import { type StatisticsStore, shareChange } from './statistics-store.ts';
import { within } from './within.ts';

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

interface Fleet {
  readonly options: FleetStatisticsOptions;
  readonly scales: DecayScales;
  readonly board: Scoreboard;
  /** Of one deployment's only the last: under load hundreds fail before the first of them is written. */
  changes: Map<string, EjectionChange>;
  refreshing?: Promise<void>;
  flushing?: Promise<void>;
  cancelLaterFlush?: () => void;
  lastWriteStartedMs: number;
  lastReadStartedMs: number;
  lastUsualReadMs: number;
  readonly asked: AskedDeployments;
  /** The share of due reads that is made, until the instant. */
  readShare: { readonly share: number; readonly untilMs: number };
}

/** An instance's view of the fleet: its own observations and a snapshot of the store's. */
export function fleetStatistics(options: FleetStatisticsOptions): FleetStatistics {
  const scales = decayScales(options.settings);
  const { ejection, random, probesConfirm = false, settings } = options;
  const board = scoreboard({ ...settings, scales, ejection, random, probesConfirm });
  const fleet: Fleet = {
    options,
    scales,
    board,
    changes: new Map(),
    lastReadStartedMs: -Infinity,
    lastUsualReadMs: -Infinity,
    lastWriteStartedMs: -Infinity,
    asked: askedDeployments(options.clock),
    readShare: { share: 1, untilMs: -Infinity },
  };
  return {
    prepare: (deployments = options.deployments.slice(0, MAX_FIRST)) => prepare(fleet, deployments),
    look: (deployment, key) => board.look(deployment, options.clock.nowMs(), key),
    observe: (observation, failure) => {
      const { change, takeBack } = board.observe(observation, failure);
      if (change !== undefined) {
        fleet.changes.set(change.deployment, mergedChange(fleet.changes.get(change.deployment), change));
      }
      return takeBack;
    },
    claimProbe: (deployment, was) => claimProbe(fleet, deployment, was),
    claimLook: (deployment, everyMs) => claimLook(fleet, deployment, everyMs),
    flush: () => flush(fleet),
    close: async () => {
      fleet.lastWriteStartedMs = -Infinity;
      await flush(fleet);
    },
  };
}

/** So many deployments are read before anybody has asked for one. */
const MAX_FIRST = 100;

/** The usual memory changes so slowly that it is read this seldom. */
export const USUAL_READ_MS = 30_000;

async function prepare(fleet: Fleet, deployments: readonly string[]): Promise<void> {
  const { clock, settings } = fleet.options;
  const isNew = fleet.asked.note(deployments);
  // Of one that has not been asked for no memory was read.
  fleet.lastUsualReadMs = isNew ? -Infinity : fleet.lastUsualReadMs;
  const ageMs = isNew ? Infinity : clock.nowMs() - (fleet.board.readAtMs() ?? -Infinity);
  const reading = isNew ? readAgain(fleet) : refreshIfOld(fleet);
  // Where a read hangs, those who come later have been waited for already.
  const leftMs = isNew ? settings.readTimeoutMs : fleet.lastReadStartedMs + settings.readTimeoutMs - clock.nowMs();
  if (ageMs > settings.staleMs && reading !== undefined && leftMs > 0) {
    await within(clock, leftMs, reading, undefined);
  }
}

/** A read that begins when the one under way has ended: that one leaves out what has only now been asked for. */
function readAgain(fleet: Fleet): Promise<void> {
  const next = fleet.refreshing === undefined ? refresh(fleet) : fleet.refreshing.then(() => refresh(fleet));
  const reading = next.finally(() => {
    if (fleet.refreshing === reading) {
      delete fleet.refreshing;
    }
  });
  fleet.refreshing = reading;
  return reading;
}

/** Starts a read where the last one began too long ago; the one that is under way, if any. */
function refreshIfOld(fleet: Fleet): Promise<void> | undefined {
  const { clock, settings, random } = fleet.options;
  const isOld = clock.nowMs() - fleet.lastReadStartedMs >= settings.refreshMs;
  if (isOld && fleet.refreshing === undefined && random() < readShare(fleet)) {
    void readAgain(fleet);
  }
  return fleet.refreshing;
}

/**
 * The share (0 to 1) of due reads that are made. Where the fleet has more calls a second than an item stands reads, all instances draw
 * lots: however many they are, the reads stay under the limit, and each instance's snapshot is older. An instance without one always reads.
 */
function readShare(fleet: Fleet): number {
  const { board, asked } = fleet;
  const { clock, settings } = fleet.options;
  const nowMs = clock.nowMs();
  if (board.readAtMs() !== undefined && nowMs >= fleet.readShare.untilMs) {
    const rateOf = (id: string): number => board.look(id, nowMs).estimate.requestsPerSecond;
    const perSecond = asked
      .ids()
      .map(rateOf)
      .reduce((sum, rate) => sum + rate, 0);
    const share = sampledShare(perSecond, settings.readsPerSecond);
    fleet.readShare = { share, untilMs: nowMs + settings.refreshMs };
  }
  return fleet.readShare.share;
}

async function refresh(fleet: Fleet): Promise<void> {
  const { clock, store, onStoreError } = fleet.options;
  const startedAtMs = clock.nowMs();
  fleet.lastReadStartedMs = startedAtMs;
  const isUsualDue = startedAtMs - fleet.lastUsualReadMs >= USUAL_READ_MS;
  const paces = PACES.filter((pace) => pace !== 'usual' || isUsualDue);
  const load = fleet.board.beginRead(startedAtMs, paces);
  const epochs = paces.flatMap((pace) => {
    const epoch = epochAt(startedAtMs, fleet.scales[pace]);
    return [
      { pace, epoch },
      { pace, epoch: epoch - 1 },
    ];
  });
  try {
    load(await store.read(fleet.asked.ids(), epochs));
    fleet.lastUsualReadMs = isUsualDue ? startedAtMs : fleet.lastUsualReadMs;
  } catch (error) {
    onStoreError('read', error);
  }
}

async function claimProbe(fleet: Fleet, deployment: string, was: Ejection): Promise<boolean> {
  const { clock, store, settings, ejection, onStoreError } = fleet.options;
  const fromMs = Math.ceil(clock.nowMs());
  const lease = { fromMs, untilMs: fromMs + ejection.probeLeaseMs };
  const claim = store.claimProbe(deployment, was, lease).catch((error: unknown) => {
    onStoreError('claim a probe', error);
    return false;
  });
  // Claimed or not, somebody is trying it now: this instance does not ask again before the lease ends.
  fleet.board.noteProbe(deployment, lease.untilMs);
  return within(clock, settings.readTimeoutMs, claim, false);
}

async function claimLook(fleet: Fleet, deployment: string, everyMs: number): Promise<boolean> {
  const { clock, store, onStoreError } = fleet.options;
  const atMs = Math.ceil(clock.nowMs());
  const notSinceMs = atMs - everyMs;
  if (fleet.board.look(deployment, atMs).lookedAtMs > notSinceMs) {
    return false;
  }
  // Claimed or not, somebody looks at it now.
  fleet.board.noteLook(deployment, atMs);
  return store.claimLook(deployment, { atMs, notSinceMs }).catch((error: unknown) => {
    onStoreError('claim a look', error);
    return false;
  });
}

/**
 * Writes now where something urgent or nothing recent was written, else soon: a busy instance merges what it sees meanwhile. One write at a
 * time. Where Lambda freezes the instance before the later write, the next request's comes in its place.
 */
async function flush(fleet: Fleet): Promise<void> {
  const { clock, settings } = fleet.options;
  const waitMs = fleet.lastWriteStartedMs + settings.flushMs - clock.nowMs();
  if (fleet.changes.size === 0 && waitMs > 0) {
    fleet.cancelLaterFlush ??= clock.after(waitMs, () => {
      delete fleet.cancelLaterFlush;
      void flush(fleet);
    });
    return;
  }
  fleet.cancelLaterFlush?.();
  delete fleet.cancelLaterFlush;
  await fleet.flushing;
  fleet.flushing ??= writeAll(fleet).finally(() => {
    delete fleet.flushing;
  });
  await fleet.flushing;
}

async function writeAll(fleet: Fleet): Promise<void> {
  const { store, onStoreError } = fleet.options;
  fleet.lastWriteStartedMs = fleet.options.clock.nowMs();
  const { changes } = fleet;
  fleet.changes = new Map();
  const batch = fleet.board.takeUnwritten();
  const shared = [...changes.values()].map((change) =>
    shareChange(store, change).catch((error: unknown) => onStoreError(`share that it is ${change.kind}`, error)),
  );
  try {
    if (batch !== undefined && batch.toWrite.size > 0) {
      await store.add(batch.toWrite, fleet.board.sights);
    }
    batch?.settle(true);
  } catch (error) {
    batch?.settle(false);
    onStoreError('add', error);
  }
  await Promise.all(shared);
}
