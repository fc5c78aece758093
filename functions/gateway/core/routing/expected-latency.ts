import type { RequestFacts } from '../model/request-facts.ts';
import type { Estimate, RecentEstimate } from '../statistics/estimate.ts';
import type { LastSeen } from '../statistics/last-sights.ts';
import type { Candidate } from './contender.ts';

/** Observations the prior stands for: with this much evidence of its own, a deployment counts half. */
const PRIOR_EVIDENCE = 1;
/** Observations of the last seconds that weigh as much as all that is remembered, where they are not faster. */
const LASTING_EVIDENCE = 4;
/** What a longer memory weighs, in observations, against a shorter one that differs from it by no more than chance. */
const USUAL_CALM_EVIDENCE = 8;
const LASTING_CALM_EVIDENCE = 40;
/** And against one that does not: what was seen last stays believed, also while nobody looks. */
const USUAL_EVIDENCE = 0.05;
/** Spread of the logarithm of times to first token about their mean. */
const SPREAD = 0.4;
/** From this likeness on two times are one. */
const ALIKE = 0.9;
/** A difference of so many standard errors is a chance's no more. */
const SURPRISE = 1.5;
/** A single call may be a straggler: so many tell of a change. */
const ENOUGH_LAST = 2;
/** A call that took up to so many times as long as usual is no surprise. */
const LAST_SLACK = 1.5;
/** What is known by looks alone must be so much better than what is known by calls. */
const CAUTION = 1.1;
/** One that nobody has seen, where others are known and probes will tell: behind all that are as good as the best. */
const UNSEEN_FACTOR = 1.5;
/** What is assumed where the whole fleet knows nothing. */
const UNKNOWN_TTFT_MS = 1000;
const UNKNOWN_MS_PER_TOKEN = 20;
const UNKNOWN_OUTPUT_TOKENS = 200;
/** What a failed attempt costs the caller before the next one answers, in expected latency. */
const FAILURE_PRICE_MS = 2000;

/** What is expected of one deployment for one request. Times in milliseconds. */
export interface ExpectedLatency {
  readonly ttftMs: number;
  readonly latencyMs: number;
  readonly outputTokens: number;
}

/**
 * What is assumed of a deployment that nobody has asked: about as good as the best that is known. Without probes it must get its turn by
 * that; with them it has time until one has told.
 */
export interface LatencyPrior {
  readonly ttftMs: number;
  readonly msPerToken: number;
  readonly outputTokens: number;
}

/** The prior for one request, from all candidates' estimates. `probesTell`: whether probes look at who is not seen. */
export function latencyPrior(estimates: readonly Estimate[], probesTell = false): LatencyPrior {
  let [ttftMs, msPerToken, outputTokens] = [Infinity, Infinity, Infinity];
  for (const estimate of estimates) {
    outputTokens = Math.min(outputTokens, estimate.outputTokens ?? Infinity);
    if (estimate.evidence >= PRIOR_EVIDENCE) {
      ttftMs = Math.min(ttftMs, estimate.ttftTotalMs / estimate.evidence);
      msPerToken = Math.min(msPerToken, estimate.msPerToken ?? Infinity);
    }
  }
  return {
    ttftMs: ttftMs === Infinity ? UNKNOWN_TTFT_MS : ttftMs * (probesTell ? UNSEEN_FACTOR : 1),
    msPerToken: msPerToken === Infinity ? UNKNOWN_MS_PER_TOKEN : msPerToken,
    outputTokens: outputTokens === Infinity ? UNKNOWN_OUTPUT_TOKENS : outputTokens,
  };
}

/**
 * One deployment's expected latency. The mean is total time over ends seen, which for waits in vain is right where an invented end would
 * not be (Epstein and Sobel, "Life Testing", JASA 1953). It begins at the prior, moves to what is usual, from there to what the lasting
 * memory says and from there to what the last seconds say, each as far as its evidence goes and as it differs by more than chance; a prior
 * that stands for k observations is k more ends in k times its mean.
 */
export function expectedLatency(estimate: Estimate, facts: RequestFacts, prior: LatencyPrior): ExpectedLatency {
  const ttftMs = currentTtft(estimate, prior) + failureShare(estimate) * FAILURE_PRICE_MS;
  const outputTokens = Math.min(estimate.outputTokens ?? prior.outputTokens, facts.maxOutputTokens ?? Infinity);
  const answerMs = facts.stream ? 0 : outputTokens * (estimate.msPerToken ?? prior.msPerToken);
  return { ttftMs, latencyMs: ttftMs + answerMs, outputTokens };
}

function currentTtft(estimate: Estimate, prior: LatencyPrior): number {
  const { usual, recent } = estimate;
  const { typicalMs, evidence } = usual;
  // What it is like as a rule: an outage does not move it.
  const usualMs =
    typicalMs === undefined
      ? prior.ttftMs
      : shrunkMean(prior.ttftMs, PRIOR_EVIDENCE, { evidence, ttftTotalMs: typicalMs * evidence });
  const usualWeight =
    typicalMs === undefined ? PRIOR_EVIDENCE : USUAL_EVIDENCE + USUAL_CALM_EVIDENCE * likeness(usualMs, estimate);
  const hasLast = recent.last.length >= ENOUGH_LAST;
  const now = hasLast ? ofNow(recent, usualMs) : recent;
  const lastingMs = shrunkMean(usualMs, usualWeight, lastingSeen(estimate, now));
  // A single slow first token may be a straggler, but a fast one is no accident: the further the last seconds are below what is remembered,
  // the less that weighs. Else a deployment that has recovered is believed only after many looks.
  const ratio = now.evidence > 0 ? Math.min(1, now.ttftTotalMs / (now.evidence * lastingMs)) : 1;
  const lastingWeight = LASTING_EVIDENCE * ratio ** (2 * Math.min(3, now.evidence));
  const meanMs = shrunkMean(lastingMs, lastingWeight + LASTING_CALM_EVIDENCE * likeness(lastingMs, now), now);
  return hasLast ? asLast(meanMs, usualMs, recent) : meanMs;
}

/**
 * Where the last seconds are like most of what is remembered, and not like its mean, most of it tells: the rest is of an outage that is over.
 */
function lastingSeen(estimate: Estimate, recent: Seen): Seen {
  const { evidence, ttftTotalMs } = estimate;
  if (evidence === 0 || recent.evidence === 0) {
    return estimate;
  }
  const ofMean = likeness(ttftTotalMs / evidence, recent);
  // Nearly always: most of it need not be looked for.
  const middleMs = ofMean > ALIKE ? undefined : estimate.seenMiddleMs();
  return middleMs === undefined || likeness(middleMs, recent) <= ofMean
    ? estimate
    : { evidence, ttftTotalMs: evidence * middleMs };
}

/** Where the last calls were about as usual and the last seconds' mean is not, that mean holds what is over: most of them tell. */
function ofNow(recent: RecentEstimate, usualMs: number): Seen {
  const { evidence, ttftTotalMs, last } = recent;
  const usualAtMostMs = usualMs * LAST_SLACK;
  if (ttftTotalMs <= evidence * usualAtMostMs || Math.min(...last.slice(0, ENOUGH_LAST)) > usualAtMostMs) {
    return recent;
  }
  const middleMs = recent.seenMiddleMs();
  return middleMs === undefined ? recent : { evidence, ttftTotalMs: Math.min(ttftTotalMs, evidence * middleMs) };
}

/**
 * What came last outweighs every mean: memories forget by time, and a busy second stays in them beside the few looks that came after it. So
 * a deployment whose last calls were all slower is about as slow as those, and one whose last look was as usual is about its usual self.
 */
function asLast(meanMs: number, usualMs: number, { last, isSparse }: LastSeen): number {
  const newest = last.slice(0, ENOUGH_LAST);
  const isDisplaced = isSparse && meanMs > usualMs * LAST_SLACK;
  const isBack = isDisplaced && (newest[0] ?? Infinity) <= usualMs * LAST_SLACK;
  // Its last two looks and what is usual count alike: a slow deployment does not answer as soon as usual.
  const atMostMs = isBack ? geometricMean([usualMs, ...newest]) * CAUTION : Math.max(usualMs, ...newest);
  return Math.max(atLeast(usualMs, last), Math.min(atMostMs, meanMs));
}

/** A bound from below for the speed of a deployment whose last calls were all slower than usual: what they took, less what may be chance. */
function atLeast(usualMs: number, last: readonly number[]): number {
  // Most are busy and well: nothing more is asked of them.
  if ((last[0] ?? 0) <= usualMs * LAST_SLACK) {
    return 0;
  }
  const usualAt = last.findIndex((timeMs) => timeMs <= usualMs * LAST_SLACK);
  const slow = usualAt === -1 ? last : last.slice(0, usualAt);
  if (slow.length < ENOUGH_LAST) {
    return 0;
  }
  return geometricMean(slow) * Math.exp((-SURPRISE * SPREAD) / Math.sqrt(slow.length));
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

type Seen = Pick<Estimate, 'evidence' | 'ttftTotalMs'>;

/**
 * 1 where what was seen is what was expected, 0 where it differs by many standard errors. What is slower is taken with what was expected as
 * one observation more: a single slow one may be a straggler.
 */
function likeness(expectedMs: number, { evidence, ttftTotalMs }: Seen): number {
  const isFaster = evidence > 0 && ttftTotalMs < evidence * expectedMs;
  const prior = isFaster ? 0 : 1;
  const meanMs = (prior * expectedMs + ttftTotalMs) / (prior + evidence);
  const errors = (Math.log(meanMs / expectedMs) * Math.sqrt(prior + evidence)) / SPREAD;
  return Math.exp(-((errors / SURPRISE) ** 2));
}

function shrunkMean(priorMs: number, priorEvidence: number, seen: Seen): number {
  return (priorMs * priorEvidence + seen.ttftTotalMs) / (priorEvidence + seen.evidence);
}

/**
 * The share of attempts (0 to 1) expected to fail: nobody is assumed to, so that failures are forgiven as their evidence decays. One of many
 * is an accident.
 */
export function failureShare({ recent: { failureRate, requests } }: Estimate): number {
  const accidents = Math.min(1, requests / ACCIDENT_IN);
  return Math.max(0, failureRate * requests - accidents) / (requests + PRIOR_EVIDENCE);
}

/** Recent attempts of which one may fail by accident. */
const ACCIDENT_IN = 10;

/** Below this much evidence a deployment's own distribution says nothing of its tail. */
const MIN_EVIDENCE = 20;

/** The live time to first token, in milliseconds, that `percentile` per cent stay under; `undefined` where too little is known. */
export function ownTail({ standing: { estimate } }: Candidate, percentile: number): number | undefined {
  const evidence = Math.max(estimate.evidence, estimate.usual.evidence);
  return evidence >= MIN_EVIDENCE ? estimate.ttftPercentileMs(percentile) : undefined;
}
