import type { Decision, DecisionCandidate } from '../../core/status/decision.ts';
import { dollars, duration, percent } from './format.ts';

/** What a strategy ranks by, and how its score reads. */
interface Ranking {
  readonly by: string;
  readonly read: (score: number) => string;
}

const RANKINGS: Readonly<Record<NonNullable<Decision['strategy']>, Ranking>> = {
  'latency-based': { by: 'the time that is expected of each', read: duration },
  'cost-based': { by: 'the price of this call', read: dollars },
  'least-busy': { by: 'calls in flight', read: plain },
  'usage-based': { by: 'the used share of its rate limits', read: percent },
  'simple-shuffle': { by: 'chance', read: plain },
  ordered: { by: 'the order of the route', read: (place) => `place ${place + 1}` },
};

/** How the candidates of a call were ranked. The first is not always the least: a conversation stays where its cache is. */
export function rankedBy({ strategy, candidates = [] }: Pick<Decision, 'strategy' | 'candidates'>): string {
  const ranking = strategy === undefined ? 'what was asked for' : RANKINGS[strategy].by;
  const healthy = candidates.filter(({ state }) => state === 'healthy');
  const [first] = healthy;
  const isKept = first !== undefined && healthy.some(({ score }) => score < first.score);
  const kept = isKept ? ' Among equals the conversation stays where it was.' : '';
  return `Ranked by ${ranking}, who is set aside last.${kept}`;
}

/** A candidate's score, and why it is asked late where it is not healthy. */
export function scoreText(strategy: Decision['strategy'], { score, state }: DecisionCandidate): string {
  const read = strategy === undefined ? plain(score) : RANKINGS[strategy].read(score);
  return state === 'healthy' ? read : `${read}, ${state}`;
}

function plain(score: number): string {
  return String(Number(score.toPrecision(3)));
}
