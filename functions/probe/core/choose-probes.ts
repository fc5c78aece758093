import { defined } from '../../gateway/core/model/defined.ts';
import type { Ejection } from '../../gateway/core/statistics/ejection.ts';
import type { Estimate } from '../../gateway/core/statistics/estimate.ts';
import type { Standing } from '../../gateway/core/statistics/standing.ts';

/** A deployment to be asked now. */
export interface ProbeChoice {
  readonly deployment: string;
  /** The ejection whose cooldown is over: the one probe of the fleet must be claimed first. */
  readonly ejection?: Ejection;
}

/** Why a deployment is not asked now. */
export interface Skipped {
  readonly deployment: string;
  readonly why: SkipReason;
}

/** Why a run does not ask a deployment. */
export type SkipReason =
  /** Traffic, or a probe just now, has told how it does. */
  | 'measured'
  | 'cooling-down'
  /** Somebody else of the fleet is trying it. */
  | 'probed-by-another'
  /** The run has asked as many as it may, or has no time left: its turn comes first in the next. */
  | 'too-many'
  | 'out-of-time'
  /** The vendor cannot be asked for what a probe asks. */
  | 'unsupported'
  /** The statistics could not be read. */
  | 'unread';

/** The deployments that a run asks, and those that it skips. */
export interface ProbeChoices {
  /** Each deployment once at most, the most urgent first. */
  readonly chosen: readonly ProbeChoice[];
  readonly skipped: readonly Skipped[];
}

/**
 * Decayed attempts that told something, from which on traffic measures a deployment: a call a minute, at a half-life of a minute. A probe
 * in each half-life leaves a half, a quarter and so on, together at most one: what is above that is not the prober's own. Below it the prior
 * that routing assumes (as good as the best), which stands for one attempt, weighs nearly as much as what is known.
 */
const MEASURED = 1.5;

/** However many deployments there are, a run asks no more than these. */
export const MAX_PROBES = 50;

/**
 * Whom to ask: those whose evidence in the fleet's sums has decayed, and the ejected whose cooldown is over. Never one that is cooling down,
 * and none that traffic measures. Recoveries come first, then the least known, so that in a large fleet all get their turn.
 */
export function chooseProbes(
  deployments: readonly string[],
  look: (deployment: string) => Standing,
  maxProbes = MAX_PROBES,
): ProbeChoices {
  const weighed = [...new Set(deployments)].map((deployment) => weigh(deployment, look(deployment)));
  const wanted = weighed.filter((one) => 'urgency' in one).toSorted((a, b) => a.urgency - b.urgency);
  const surplus = wanted.slice(maxProbes).map(({ deployment }) => ({ deployment, why: 'too-many' as const }));
  return {
    chosen: wanted.slice(0, maxProbes).map(({ urgency: _, ...choice }) => choice),
    skipped: [...weighed.filter((one) => 'why' in one), ...surplus],
  };
}

/** The least first. */
type Wanted = ProbeChoice & { readonly urgency: number };

function weigh(deployment: string, { state, ejection, estimate }: Standing): Wanted | Skipped {
  switch (state) {
    case 'ejected':
      return { deployment, why: 'cooling-down' };
    case 'probing':
      return { deployment, why: 'probed-by-another' };
    case 'due':
      return { deployment, urgency: -1, ...defined({ ejection }) };
    case 'healthy': {
      const known = knownAttempts(estimate);
      return known >= MEASURED ? { deployment, why: 'measured' } : { deployment, urgency: known };
    }
  }
}

/** First tokens seen, and failures. A request that was refused for its own sake tells nothing. */
function knownAttempts({ evidence, requests, failureRate }: Estimate): number {
  return evidence + failureRate * requests;
}
