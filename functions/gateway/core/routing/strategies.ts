import type { StrategyName } from '../model/gateway-config.ts';
import { costBased } from './strategies/cost-based.ts';
import { latencyBased } from './strategies/latency-based.ts';
import { leastBusy } from './strategies/least-busy.ts';
import { ordered } from './strategies/ordered.ts';
import { simpleShuffle } from './strategies/simple-shuffle.ts';
import { usageBased } from './strategies/usage-based.ts';
import type { Strategy } from './strategy.ts';

/** Every strategy a route can name. */
export const STRATEGIES = {
  'latency-based': latencyBased,
  'cost-based': costBased,
  'least-busy': leastBusy,
  'usage-based': usageBased,
  'simple-shuffle': simpleShuffle,
  ordered,
} as const satisfies Record<StrategyName, Strategy>;
