import type { Clock, Random } from '../model/clock.ts';
import type { StatisticsSettings } from '../model/gateway-config.ts';
import { type DecayScales, epochAt } from './forward-decay.ts';
import { sampledShare } from './observation-log.ts';
import type { Scoreboard } from './scoreboard.ts';
import type { StatisticsStore } from './statistics-store.ts';
import { PACES } from './sums.ts';
import { within } from './within.ts';

/** What the reads of a snapshot are made of, and what they are told to. */
export interface SnapshotReadsOptions {
  readonly settings: StatisticsSettings;
  readonly scales: DecayScales;
  readonly store: Pick<StatisticsStore, 'read'>;
  readonly board: Scoreboard;
  readonly clock: Clock;
  readonly random: Random;
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/** When a deployment was asked for and read. Milliseconds since 1970, -Infinity: never. */
interface ReadTimes {
  readonly id: string;
  askedAtMs: number;
  /** Its last read began then. */
  begunAtMs: number;
  /** The last one that gave something began then. */
  readAtMs: number;
  /** The same of its usual memory. */
  usualAtMs: number;
  /** Until the end of the read that is under way. */
  reading: Promise<void> | undefined;
  /** Calls a second of the fleet, as known until the instant. */
  rate: { readonly perSecond: number; readonly untilMs: number };
}

/** What nobody has asked for in so long is as good as unread. */
const ASKED_MS = 300_000;
/** The usual memory changes so slowly that it is read this seldom. */
export const USUAL_READ_MS = 30_000;

/**
 * Keeps an instance's snapshot of the store young. Each deployment has its own age, and a request has its own ones read: what that costs
 * grows with the traffic, and not with how many deployments are configured or have ever been used.
 */
export class SnapshotReads {
  readonly #options: SnapshotReadsOptions;
  readonly #times = new Map<string, ReadTimes>();

  /** Nothing has been read at first. */
  constructor(options: SnapshotReadsOptions) {
    this.#options = options;
  }

  /** Reads what is old of these deployments, behind the request; waits, and no longer than `readTimeoutMs`, for what is stale or unread. */
  async prepare(deployments: readonly string[]): Promise<void> {
    const { clock, settings } = this.#options;
    const nowMs = clock.nowMs();
    const all = deployments.map((id) => this.#askedFor(id, nowMs));
    const isOld = ({ begunAtMs, reading }: ReadTimes, ageMs: number): boolean =>
      reading === undefined && nowMs - begunAtMs >= ageMs;
    if (all.some((each) => isOld(each, settings.refreshMs)) && this.#isToRead(all, nowMs)) {
      // What would be due soon is taken along.
      const due = all.filter((each) => isOld(each, settings.refreshMs / 2));
      const reading = this.#read(due).finally(() => {
        for (const each of due) {
          each.reading = undefined;
        }
      });
      for (const each of due) {
        each.reading = reading;
      }
    }
    // Where a read hangs, those who come later have been waited for already.
    const awaited = all.filter(
      ({ readAtMs, begunAtMs, reading }) =>
        reading !== undefined && nowMs - readAtMs > settings.staleMs && nowMs - begunAtMs < settings.readTimeoutMs,
    );
    if (awaited.length > 0) {
      const lastBegunMs = awaited.reduce((last, { begunAtMs }) => Math.max(last, begunAtMs), -Infinity);
      const reads = Promise.all(new Set(awaited.map(({ reading }) => reading)));
      await within(clock, lastBegunMs + settings.readTimeoutMs - nowMs, reads, undefined);
    }
  }

  #askedFor(id: string, nowMs: number): ReadTimes {
    let times = this.#times.get(id);
    if (times === undefined || nowMs - times.askedAtMs > ASKED_MS) {
      times = {
        id,
        askedAtMs: nowMs,
        begunAtMs: -Infinity,
        readAtMs: -Infinity,
        usualAtMs: -Infinity,
        reading: undefined,
        rate: { perSecond: 0, untilMs: -Infinity },
      };
      this.#times.set(id, times);
    }
    times.askedAtMs = nowMs;
    return times;
  }

  /**
   * Whether a due read is made. Where the fleet has more calls a second to these than an item stands reads, all instances draw lots: however
   * many they are, the reads stay under the limit, and each instance's snapshot is older. What was never read always is.
   */
  #isToRead(all: readonly ReadTimes[], nowMs: number): boolean {
    const { settings, random, board } = this.#options;
    if (all.some(({ begunAtMs }) => begunAtMs === -Infinity)) {
      return true;
    }
    const draw = random();
    if (all.some(({ readAtMs }) => readAtMs === -Infinity)) {
      return true;
    }
    let perSecond = 0;
    for (const each of all) {
      if (nowMs >= each.rate.untilMs) {
        const { requestsPerSecond } = board.look(each.id, nowMs).estimate;
        each.rate = { perSecond: requestsPerSecond, untilMs: nowMs + settings.refreshMs };
      }
      perSecond += each.rate.perSecond;
    }
    return draw < sampledShare(perSecond, settings.readsPerSecond);
  }

  async #read(due: readonly ReadTimes[]): Promise<void> {
    const { clock, store, scales, board, onStoreError } = this.#options;
    const startedAtMs = clock.nowMs();
    for (const each of due) {
      each.begunAtMs = startedAtMs;
    }
    const ids = due.map(({ id }) => id);
    const isUsualDue = due.some(({ usualAtMs }) => startedAtMs - usualAtMs >= USUAL_READ_MS);
    const paces = PACES.filter((pace) => pace !== 'usual' || isUsualDue);
    const load = board.beginRead(ids, paces);
    const epochs = paces.flatMap((pace) => {
      const epoch = epochAt(startedAtMs, scales[pace]);
      return [epoch, epoch - 1].map((one) => ({ pace, epoch: one }));
    });
    try {
      load(await store.read(ids, epochs));
      for (const each of due) {
        each.readAtMs = startedAtMs;
        each.usualAtMs = isUsualDue ? startedAtMs : each.usualAtMs;
      }
    } catch (error) {
      onStoreError('read', error);
    }
  }
}
