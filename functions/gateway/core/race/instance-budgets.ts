import type { Clock } from '../model/clock.ts';

/**
 * Who has had extra attempts of late at this instance: hedges, and retries at deployments that fail. Their budgets are the fleet's, and one
 * key's slow or failing requests are not to use them up for the others.
 */
export interface KeyShares {
  /** A request of the key has come. */
  readonly came: (key: string) => void;
  /** Whether the key may have one more; notes it where it may. */
  readonly takes: (key: string) => boolean;
}

/** What has been counts half after this long. */
const HALF_LIFE_MS = 60_000;
/** So many are anybody's. */
const FLOOR = 3;
/** A key has this share of the extra attempts in any case, and more where more of the requests are its own. */
const LEAST_SHARE = 0.5;
/** A key whose counts have decayed to less is forgotten. */
const FORGOTTEN = 0.01;
const MAX_KEYS = 10_000;

interface Counts {
  readonly requests: number;
  readonly extras: number;
  readonly atMs: number;
}

const NONE = { requests: 0, extras: 0 };

/** No request so far. */
export function keyShares({ nowMs }: Pick<Clock, 'nowMs'>): KeyShares {
  const keys = new Map<string, Counts>();
  let all: Counts = { ...NONE, atMs: nowMs() };
  return {
    came: (key) => {
      const atMs = nowMs();
      if (keys.size >= MAX_KEYS) {
        forget(keys, atMs);
      }
      const [own, total] = [decayed(keys.get(key), atMs), decayed(all, atMs)];
      keys.set(key, { requests: own.requests + 1, extras: own.extras, atMs });
      all = { requests: total.requests + 1, extras: total.extras, atMs };
    },
    takes: (key) => {
      const atMs = nowMs();
      const [own, total] = [decayed(keys.get(key), atMs), decayed(all, atMs)];
      const share = Math.max(LEAST_SHARE, own.requests / Math.max(1, total.requests));
      const isWithin = own.extras + 1 <= FLOOR + share * (total.extras + 1);
      if (isWithin) {
        keys.set(key, { requests: own.requests, extras: own.extras + 1, atMs });
        all = { requests: total.requests, extras: total.extras + 1, atMs };
      }
      return isWithin;
    },
  };
}

function decayed(counts: Counts | undefined, nowMs: number): Omit<Counts, 'atMs'> {
  if (counts === undefined) {
    return NONE;
  }
  const weight = 2 ** ((counts.atMs - nowMs) / HALF_LIFE_MS);
  return { requests: counts.requests * weight, extras: counts.extras * weight };
}

function forget(keys: Map<string, Counts>, nowMs: number): void {
  for (const [key, counts] of keys) {
    const { requests, extras } = decayed(counts, nowMs);
    if (requests + extras < FORGOTTEN) {
      keys.delete(key);
    }
  }
}

/** How many of this instance's requests may be asked of a second provider after a refusal in words that nobody here knows. */
export interface SecondOpinions {
  /** A request is raced: its share of an opinion. */
  readonly noteRequest: (share: number) => void;
  /** Takes one, where there is one to take. */
  readonly take: () => boolean;
}

/** An instance that has just started has one, and no quiet time saves up more than these. */
const FIRST = 1;
const MOST = 10;

/** The budget of one instance: bad requests cannot double the load of the providers, whatever callers send. */
export function secondOpinions(): SecondOpinions {
  let left = FIRST;
  return {
    noteRequest: (share) => {
      left = Math.min(MOST, left + share);
    },
    take: () => {
      const isAllowed = left >= 1;
      left -= isAllowed ? 1 : 0;
      return isAllowed;
    },
  };
}
