import type { Random } from '../model/clock.ts';
import { missingPrices } from '../model/cost.ts';
import type { Deployment, Route } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { estimateAtPrompt, promptFactor } from '../statistics/estimate.ts';
import type { Standing } from '../statistics/standing.ts';
import type { Candidate } from './contender.ts';
import { type Equals, equalsOf } from './equals.ts';
import { expectedLatency, failureShare, type LatencyPrior, latencyPrior } from './expected-latency.ts';
import { exploreTarget } from './explore.ts';
import type { RememberedPlan } from './routing-memory.ts';
import { STRATEGIES } from './strategies.ts';
import type { ScoreContext, Strategy } from './strategy.ts';

/** The candidates of one request in the order in which they are tried. A permutation of those that qualify. */
export interface Plan {
  readonly candidates: readonly Candidate[];
  /** Whether the first is there to learn about it, not for its score. */
  readonly explored: boolean;
  /** Deployments that count as equally good: what the route's next plan is to know. */
  readonly equals: ReadonlySet<string>;
}

/** What a plan is made of: one request, the deployments that may serve it, and what is known of them. */
export interface PlanContext {
  readonly route: Route;
  readonly facts: RequestFacts;
  /** Deployments of the route that qualify, in its order. */
  readonly qualified: readonly Deployment[];
  /** As after a prompt of the usual size. */
  readonly look: (deployment: string) => Standing;
  readonly random: Random;
  /** A prompt of so many tokens takes twice as long to read as none. @default size does not count */
  readonly promptDoublingTokens?: number;
  /** @default nothing is remembered */
  readonly remembered?: RememberedPlan;
  /** Whether probes look at deployments that nobody has seen. @default false */
  readonly probesTell?: boolean;
}

const NOTHING_REMEMBERED: RememberedPlan = { equals: new Set() };

/** Ranks the qualified deployments: the healthy by strategy, then the ejected by the end of their cooldown. All ejected: as if none were. */
export function planCandidates(context: PlanContext): Plan {
  const { qualified, look, probesTell } = context;
  const sighted = qualified.map((deployment, position) => ({ deployment, position, standing: look(deployment.id) }));
  const prior = latencyPrior(
    sighted.map(({ standing }) => standing.estimate),
    probesTell,
  );
  const scored = sighted.map((each) => candidateOf(each, prior, context));
  const healthy = scored.filter((candidate) => candidate.state === 'healthy');
  if (healthy.length === 0) {
    return { candidates: ranked(scored, context).order, explored: false, equals: new Set() };
  }
  const { order, members: equals } = ranked(healthy, context);
  const chosen = STRATEGIES[context.route.strategy].adapts ? exploreTarget(order, context) : undefined;
  const rest = scored
    .filter((candidate) => candidate.state !== 'healthy')
    .toSorted((a, b) => (a.standing.ejection?.untilMs ?? 0) - (b.standing.ejection?.untilMs ?? 0));
  return chosen === undefined
    ? { candidates: [...order, ...rest], explored: false, equals }
    : { candidates: [chosen, ...order.filter((candidate) => candidate !== chosen), ...rest], explored: true, equals };
}

/** The plan with one candidate moved to the front: the one whose probe this request has claimed. */
export function withProbeFirst(plan: Plan, probe: Candidate): Plan {
  const others = plan.candidates.filter((candidate) => candidate !== probe);
  return { ...plan, candidates: [{ ...probe, state: 'probing' }, ...others] };
}

/**
 * The ejected candidate whose cooldown is over and which this request should try, if it can claim the probe. In an ordered route only one
 * that comes before the first healthy one: no other would be asked anyway.
 */
export function dueProbe(plan: Plan, route: Route): Candidate | undefined {
  const first = plan.candidates[0];
  // Where all are ejected, the first is tried anyway.
  return first?.state !== 'healthy'
    ? undefined
    : plan.candidates.find(
        ({ state, score }) => state === 'due' && (route.strategy !== 'ordered' || score < first.score),
      );
}

/** A deployment with its place in the route's list, from 0, and what is known of it. */
interface Sighted {
  readonly deployment: Deployment;
  readonly position: number;
  readonly standing: Standing;
}

/** No vendor keeps shorter prefixes. */
const LEAST_KEPT_TOKENS = 1024;

function candidateOf(sighted: Sighted, prior: LatencyPrior, context: PlanContext): Candidate {
  const { deployment, standing } = sighted;
  const { facts, remembered } = context;
  const turn = remembered?.turn;
  const { cachedShare } = standing.estimate.usual;
  // Of the conversation's last turn, what the vendor has read; a share of that is kept, and of this turn for later ones.
  const warmTokens = turn?.deployment === deployment.id ? Math.min(turn.promptTokens, facts.promptTokens) : 0;
  const keptTokens = (turn?.promptTokens ?? facts.promptTokens) * cachedShare;
  // A draw for both scores.
  const draw = context.random();
  const scoring: Scoring = { ...sighted, prior, context, random: () => draw };
  const now = scored(scoring, warmTokens * cachedShare);
  const isPlain = warmTokens > 0 || keptTokens < LEAST_KEPT_TOKENS;
  return {
    deployment,
    standing: { ...standing, estimate: now.estimate },
    score: now.score,
    // Where a conversation is warm, what this turn has. Elsewhere this turn is cold and the next ones may be warm: half of either.
    placementScore: isPlain ? now.score : (now.score + scored(scoring, keptTokens).score) / 2,
    state: standing.state,
    expectedTtftMs: now.ttftMs,
    isTied: false,
    promptFactor: now.promptFactor,
    warmTokens,
  };
}

interface Scored extends Pick<Candidate, 'score' | 'promptFactor'>, Pick<ScoreContext, 'ttftMs' | 'estimate'> {}

interface Scoring extends Sighted {
  readonly prior: LatencyPrior;
  readonly context: PlanContext;
  readonly random: Random;
}

/** What is expected of a deployment whose vendor need not read `cachedTokens` of the prompt. */
function scored(scoring: Scoring, cachedTokens: number): Scored {
  const { deployment, position, standing, prior, context, random } = scoring;
  const { facts, route, promptDoublingTokens = 0 } = context;
  const factor = promptFactor(facts.promptTokens - cachedTokens, promptDoublingTokens);
  const estimate = estimateAtPrompt(standing.estimate, factor);
  const expected = expectedLatency(estimate, facts, { ...prior, ttftMs: prior.ttftMs * factor });
  const { score } = STRATEGIES[route.strategy];
  return {
    score: score === 'place' ? position : score({ deployment, facts, random, estimate, cachedTokens, ...expected }),
    ttftMs: expected.ttftMs,
    estimate,
    promptFactor: factor,
  };
}

/** From this share of expected failures on a deployment counts as failing. */
const FAILING_SHARE = 0.25;

/** By score; equals spread by conversation, and conversations stay. */
function ranked(
  candidates: readonly Candidate[],
  { route, facts, remembered = NOTHING_REMEMBERED }: PlanContext,
): Equals {
  const { ties, failingLast }: Strategy = STRATEGIES[route.strategy];
  const sorted = candidates.toSorted(
    (a, b) =>
      (failingLast ? failingRank(a) - failingRank(b) : 0) ||
      a.placementScore - b.placementScore ||
      a.expectedTtftMs - b.expectedTtftMs,
  );
  const [best] = sorted;
  if (ties === 'exact' || best === undefined) {
    return { order: sorted, members: new Set() };
  }
  const peers = failingLast ? sorted.filter((each) => failingRank(each) === failingRank(best)) : sorted;
  const { affinityKey } = facts;
  const { order, members } = equalsOf({ sorted: peers, band: route.band, affinityKey, remembered });
  const tied = (candidate: Candidate): Candidate =>
    order.length > 1 && members.has(candidate.deployment.id) ? { ...candidate, isTied: true } : candidate;
  const others = sorted.filter((candidate) => !order.includes(candidate));
  return { order: [...order.map(tied), ...others], members };
}

/** Those that have failed often come after the others. */
function failingRank({ standing }: Candidate): number {
  return failureShare(standing.estimate) >= FAILING_SHARE ? 1 : 0;
}

/** A vendor's count may be this much smaller than ours: only what is surely too long is kept away. */
const SAFETY = 0.6;

/**
 * Which deployments can serve the request, or why none can. What a vendor's protocol cannot express is found by its encoder. `countsMoney`:
 * the key has a limit of dollars, which what has no price would not count against.
 */
export function qualify(
  deployments: readonly Deployment[],
  facts: Pick<RequestFacts, 'tags' | 'promptTokens'>,
  countsMoney = false,
): { readonly qualified: readonly Deployment[]; readonly unmet: readonly string[] } {
  const tagged = deployments.filter((deployment) => facts.tags.every((tag) => deployment.tags.includes(tag)));
  if (tagged.length === 0) {
    return { qualified: [], unmet: facts.tags.length === 0 ? [] : [`the tags ${shownTags(facts.tags)}`] };
  }
  const priced = tagged.filter((deployment) => !countsMoney || missingPrices(deployment).length === 0);
  if (priced.length === 0) {
    return { qualified: [], unmet: ["a price, which this key's limit of US dollars needs"] };
  }
  const fitting = priced.filter((deployment) => facts.promptTokens * SAFETY <= (deployment.contextWindow ?? Infinity));
  return {
    qualified: fitting,
    unmet: fitting.length === 0 ? [`a context window for about ${facts.promptTokens} tokens`] : [],
  };
}

/** As many tags as an error repeats, and as much of each. */
const MAX_SHOWN = 20;
const MAX_SHOWN_CHARS = 64;

function shownTags(tags: readonly string[]): string {
  const shown = tags.slice(0, MAX_SHOWN).map((tag) => tag.slice(0, MAX_SHOWN_CHARS));
  const more = tags.length > MAX_SHOWN ? ` and ${tags.length - MAX_SHOWN} more` : '';
  return shown.join(', ') + more;
}
