import type { KeyShares, SecondOpinions } from '../race/instance-budgets.ts';
import type { ModelDirectory } from '../routing/model-directory.ts';
import type { RoutingMemory } from '../routing/routing-memory.ts';
import type { DecisionLog } from '../status/decision-log.ts';
import type { GatewayPorts } from './ports.ts';

/** How many calls each key has open at this instance, by its account or name. */
export type OpenCalls = Map<string, number>;

/** What every request of one gateway shares. */
export interface GatewayState {
  readonly ports: GatewayPorts;
  readonly directory: ModelDirectory;
  /** Hedges of this instance in races that are not over: the statistics may not have them yet. */
  readonly hedges: { racing: number };
  /** Who has had extra attempts of late. */
  readonly shares: KeyShares;
  readonly openCalls: OpenCalls;
  /** This instance's budget of second opinions. */
  readonly opinions: SecondOpinions;
  /** What this instance remembers of its plans. */
  readonly routing: RoutingMemory;
  /** The last decisions, where the configuration turns the status page on. */
  readonly decisions?: DecisionLog;
}
