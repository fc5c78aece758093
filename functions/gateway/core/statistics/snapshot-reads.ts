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
  askedAtMs: number;
  /** Its last read began then, or was put behind the one under way. */
  begunAtMs: number;
  /** The last one that gave something began then. */
  readAtMs: number;
  /** The same of its usual memory. */
  usualAtMs: number;
}

/** What nobody has asked for in so long is as good as unread. */
const ASKED_MS = 300_000;
/** The usual memory changes so slowly that it is read this seldom. */
export const USUAL_READ_MS = 30_000;

/**
 * Keeps an instance's snapshot of the store young. Each deployment has its own age, and a read takes what requests have asked for since the
 * read before: what it costs grows with the traffic, and not with how many deployments are configured or have ever been used.
 */
export class SnapshotReads {
  readonly #options: SnapshotReadsOptions;
  readonly #times = new Map<string, ReadTimes>();
  /** Asked for since reads were last planned. */
  readonly #asked = new Set<string>();
  /** What the next read takes. */
  readonly #due = new Set<string>();
  /** Until all reads have ended that are under way or planned. */
  #reading: Promise<void> | undefined;
  #isOnePlanned = false;
  #lastBegunMs = -Infinity;
  /** The share of due reads that is made, until the instant. */
  #share = { share: 1, untilMs: -Infinity };

  /** Nothing has been read at first. */
  constructor(options: SnapshotReadsOptions) {
    this.#options = options;
  }

  /** Reads what is old of these deployments, behind the request; waits, and no longer than `readTimeoutMs`, for what is stale or unread. */
  async prepare(deployments: readonly string[]): Promise<void> {
    const { clock, settings } = this.#options;
    const nowMs = clock.nowMs();
    let begunAtMs = Infinity;
    let readAtMs = Infinity;
    for (const id of deployments) {
      const times = this.#askedFor(id, nowMs);
      begunAtMs = Math.min(begunAtMs, times.begunAtMs);
      readAtMs = Math.min(readAtMs, times.readAtMs);
    }
    const isNew = begunAtMs === -Infinity;
    if (isNew || (nowMs - begunAtMs >= settings.refreshMs && this.#isToRead(nowMs, readAtMs))) {
      this.#planRead(nowMs);
    }
    // Where a read hangs, those who come later have been waited for already.
    const leftMs = isNew ? settings.readTimeoutMs : this.#lastBegunMs + settings.readTimeoutMs - nowMs;
    if (nowMs - readAtMs > settings.staleMs && this.#reading !== undefined && leftMs > 0) {
      await within(clock, leftMs, this.#reading, undefined);
    }
  }

  #askedFor(id: string, nowMs: number): ReadTimes {
    let times = this.#times.get(id);
    if (times === undefined || nowMs - times.askedAtMs > ASKED_MS) {
      times = { askedAtMs: nowMs, begunAtMs: -Infinity, readAtMs: -Infinity, usualAtMs: -Infinity };
      this.#times.set(id, times);
    }
    times.askedAtMs = nowMs;
    this.#asked.add(id);
    return times;
  }

  /**
   * Whether a due read is made. Where the fleet has more calls a second than an item stands reads, all instances draw lots: however many
   * they are, the reads stay under the limit, and each instance's snapshot is older. What was never read always is.
   */
  #isToRead(nowMs: number, readAtMs: number): boolean {
    const { settings, random, board } = this.#options;
    // Behind one that hangs nothing is planned.
    if (this.#reading !== undefined && nowMs - this.#lastBegunMs >= settings.refreshMs) {
      return false;
    }
    const draw = random();
    if (readAtMs === -Infinity) {
      return true;
    }
    if (nowMs >= this.#share.untilMs) {
      let perSecond = 0;
      for (const id of this.#asked) {
        perSecond += board.look(id, nowMs).estimate.requestsPerSecond;
      }
      this.#share = { share: sampledShare(perSecond, settings.readsPerSecond), untilMs: nowMs + settings.refreshMs };
    }
    return draw < this.#share.share;
  }

  /** Has the next read take what was asked for and is not young: now, or when the one under way has ended. */
  #planRead(nowMs: number): void {
    const { settings } = this.#options;
    for (const id of this.#asked) {
      const times = this.#times.get(id);
      // What would be due soon is taken along: one read serves all that callers ask for.
      if (times !== undefined && nowMs - times.begunAtMs >= settings.refreshMs / 2) {
        times.begunAtMs = nowMs;
        this.#due.add(id);
      }
    }
    this.#asked.clear();
    if (this.#isOnePlanned) {
      return;
    }
    const isFirst = this.#reading === undefined;
    this.#isOnePlanned = !isFirst;
    const ended = isFirst ? this.#read() : this.#reading?.then(() => this.#read());
    const reading = ended?.finally(() => {
      this.#reading = this.#reading === reading ? undefined : this.#reading;
    });
    this.#reading = reading;
  }

  async #read(): Promise<void> {
    const { clock, store, scales, board, onStoreError } = this.#options;
    const startedAtMs = clock.nowMs();
    this.#lastBegunMs = startedAtMs;
    this.#isOnePlanned = false;
    const ids = [...this.#due];
    this.#due.clear();
    const read = ids.flatMap((id) => this.#times.get(id) ?? []);
    const isUsualDue = read.some(({ usualAtMs }) => startedAtMs - usualAtMs >= USUAL_READ_MS);
    const paces = PACES.filter((pace) => pace !== 'usual' || isUsualDue);
    const load = board.beginRead(ids, paces);
    const epochs = paces.flatMap((pace) => {
      const epoch = epochAt(startedAtMs, scales[pace]);
      return [epoch, epoch - 1].map((one) => ({ pace, epoch: one }));
    });
    try {
      load(await store.read(ids, epochs));
      for (const times of read) {
        times.readAtMs = startedAtMs;
        times.usualAtMs = isUsualDue ? startedAtMs : times.usualAtMs;
      }
    } catch (error) {
      onStoreError('read', error);
    }
  }
}
