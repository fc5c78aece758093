import type { Clock } from '../model/clock.ts';
import type { GatewayConfig } from '../model/gateway-config.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { FleetStatistics } from '../statistics/fleet-statistics.ts';
import { type EjectionMarks, ejectionMarks } from './ejection-marks.ts';
import { RANGES, type RangeFigures, type RangeName, rangeFigures } from './range-figures.ts';
import { type Rollup, type RollupKind, rollupsOf } from './rollup.ts';
import { type RollupLedger, rollupLedger, slotAt, slotted } from './rollup-ledger.ts';
import type { RollupStore } from './rollup-store.ts';

/** What an instance adds to the fleet's past, and how it reads it. Nothing here rejects. */
export interface RollupLog {
  readonly note: (record: RequestRecord) => void;
  /** Writes what has been noted, unless that was done within the last minute. Call when the caller has been served. */
  readonly flush: () => Promise<void>;
  /** The figures of a range that ends now; `undefined` where the store does not answer. They are up to two seconds old. */
  readonly read: (range: RangeName) => Promise<RangeFigures | undefined>;
  /** Writes what is left. Nothing is written later. */
  readonly close: () => Promise<void>;
}

/** What a log works with. */
export interface RollupLogOptions {
  readonly config: Pick<GatewayConfig, 'deployments'> & { readonly routes: Readonly<Record<string, unknown>> };
  readonly store: RollupStore;
  readonly clock: Clock;
  readonly look: FleetStatistics['look'];
  /** Told of each failure of the store. */
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/** Between two writes: an instance that is ended without warning loses so much of the past, and nothing else. */
const FLUSH_MS = 60_000;
/** How often it is looked at who is set aside: a mark is as exact as that, and a busy instance looks for its calls' sake anyway. */
const MARKS_MS = 1000;
/** Several who look at once, or often, cost one read. */
const KEPT_MS = 2000;
/** Deployments and routes that have a past: of thousands it would be dear, and nobody reads so many rows. */
const MAX_NAMES = 100;

/** Keys that an instance tells apart in a quarter of an hour: a list of their names is written with them. */
const MAX_KEYS = 50;
/** The name that all others have together. */
const OTHER_KEYS = 'other keys';

interface Log {
  readonly options: RollupLogOptions;
  readonly names: Readonly<Record<Exclude<RollupKind, 'key'>, readonly string[]>>;
  readonly marks: EjectionMarks;
  pending: RollupLedger;
  keys: { readonly slot: number; readonly names: Set<string> };
  lastWriteMs: number;
  lastMarksMs: number;
  /** Writes and reads, one after the other: what is being written would count twice or not at all. */
  queue: Promise<unknown>;
  cancelLaterFlush?: () => void;
  readonly kept: Map<RangeName, { readonly atMs: number; readonly figures: Promise<RangeFigures | undefined> }>;
}

/** A log in which nothing is noted. */
export function rollupLog(options: RollupLogOptions): RollupLog {
  const { deployments, routes } = options.config;
  const names = {
    deployment: Object.keys(deployments).slice(0, MAX_NAMES),
    route: Object.keys(routes).slice(0, MAX_NAMES),
  };
  const log: Log = {
    options,
    names,
    marks: ejectionMarks(),
    pending: rollupLedger(),
    keys: { slot: -1, names: new Set() },
    lastWriteMs: -Infinity,
    lastMarksMs: -Infinity,
    queue: Promise.resolve(),
    kept: new Map(),
  };
  return {
    note: (record) => note(log, record),
    flush: () => flush(log),
    read: (range) => keptFigures(log, range),
    close: async () => {
      log.cancelLaterFlush?.();
      await inTurn(log, () => write(log));
    },
  };
}

function note(log: Log, record: RequestRecord): void {
  const nowMs = log.options.clock.nowMs();
  const entries = rollupsOf(record).flatMap((entry) => {
    if (entry.kind === 'key') {
      return [{ ...entry, name: keyName(log, entry.name, nowMs) }];
    }
    return log.names[entry.kind].includes(entry.name) ? [entry] : [];
  });
  for (const rollup of entries.flatMap((entry) => slotted(entry, nowMs))) {
    log.pending.add(rollup);
  }
}

function keyName(log: Log, name: string, nowMs: number): string {
  const slot = slotAt(nowMs, 'quarter');
  if (log.keys.slot !== slot) {
    log.keys = { slot, names: new Set() };
  }
  const { names } = log.keys;
  if (names.size < MAX_KEYS) {
    names.add(name);
  }
  return names.has(name) ? name : OTHER_KEYS;
}

async function flush(log: Log): Promise<void> {
  const { clock } = log.options;
  const waitMs = log.lastWriteMs + FLUSH_MS - clock.nowMs();
  if (waitMs > 0) {
    log.cancelLaterFlush ??= clock.after(waitMs, () => {
      delete log.cancelLaterFlush;
      void flush(log);
    });
    if (clock.nowMs() - log.lastMarksMs >= MARKS_MS) {
      await inTurn(log, () => writeMarks(log));
    }
    return;
  }
  log.cancelLaterFlush?.();
  delete log.cancelLaterFlush;
  log.lastWriteMs = clock.nowMs();
  await inTurn(log, () => write(log));
}

function inTurn<Value>(log: Log, work: () => Promise<Value>): Promise<Value> {
  const turn = log.queue.then(work);
  log.queue = turn;
  return turn;
}

async function write(log: Log): Promise<void> {
  const { store, onStoreError } = log.options;
  const taken = log.pending.all();
  log.pending = rollupLedger();
  try {
    await Promise.all([taken.length === 0 ? undefined : store.add(taken), writeMarks(log)]);
  } catch (error) {
    onStoreError('add to the past', error);
    for (const rollup of taken) {
      log.pending.add(rollup);
    }
  }
}

async function writeMarks(log: Log): Promise<void> {
  const { names, marks } = log;
  const { look, store, clock, onStoreError } = log.options;
  const nowMs = clock.nowMs();
  log.lastMarksMs = nowMs;
  const changes = names.deployment.flatMap((id) => marks.changes(id, look(id), nowMs));
  await Promise.all(changes.map((mark) => store.mark(mark))).catch((error: unknown) => onStoreError('mark', error));
}

function keptFigures(log: Log, range: RangeName): Promise<RangeFigures | undefined> {
  const nowMs = log.options.clock.nowMs();
  const kept = log.kept.get(range);
  if (kept !== undefined && nowMs - kept.atMs < KEPT_MS) {
    return kept.figures;
  }
  const figures = inTurn(log, () => readFigures(log, range));
  log.kept.set(range, { atMs: nowMs, figures });
  return figures;
}

async function readFigures(log: Log, range: RangeName): Promise<RangeFigures | undefined> {
  const { store, clock, config, look, onStoreError } = log.options;
  const nowMs = clock.nowMs();
  const { step } = RANGES[range];
  const fromSlot = slotAt(nowMs - RANGES[range].lengthMs, step);
  const read = (kind: RollupKind, names: readonly string[]) => store.read({ kind, names, step, fromSlot });
  const isWanted = (rollup: Rollup): boolean => rollup.step === step && rollup.slot >= fromSlot;
  try {
    const { deployment, route } = log.names;
    const keys = store.keyNames(step, fromSlot).then((names) => read('key', names));
    const marks = store.marks(deployment, nowMs - RANGES[range].lengthMs);
    const stored = await Promise.all([read('deployment', deployment), read('route', route), keys]);
    const rollups = rollupLedger();
    for (const rollup of [...stored.flat(), ...log.pending.all().filter(isWanted)]) {
      rollups.add(rollup);
    }
    const isHealthy = (id: string): boolean => look(id).state === 'healthy';
    return rangeFigures({ range, nowMs, config, rollups: rollups.all(), marks: await marks, isHealthy });
  } catch (error) {
    onStoreError('read the past', error);
    return undefined;
  }
}
