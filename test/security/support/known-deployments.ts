import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import type { Clock } from '../../../functions/gateway/core/model/clock.ts';
import { type FleetStatistics, fleetStatistics } from '../../../functions/gateway/core/statistics/fleet-statistics.ts';
import { memoryStore } from '../../bench/routing/memory-store.ts';

/** First tokens from which on a deployment's tail is known. */
const CALLS = 24;

/** Statistics of deployments that have answered after `ttftMs` so far: what is later is late, and hedged where the route hedges. */
export function knownDeployments(ids: readonly string[], ttftMs: number, clock: Clock): FleetStatistics {
  const parsed = parseConfig({
    providers: { one: { protocol: 'openai', baseUrl: 'http://v.test/v1' } },
    deployments: { a: { provider: 'one', model: 'model' } },
  });
  if (parsed.kind === 'invalid') {
    throw new Error(JSON.stringify(parsed.problems));
  }
  const { statistics: settings, ejection } = parsed.config;
  const statistics = fleetStatistics({
    deployments: ids,
    settings,
    ejection,
    store: memoryStore(clock),
    clock,
    random: () => 0.5,
    onStoreError: (operation, error) => {
      throw new Error(operation, { cause: error });
    },
  });
  const atMs = clock.nowMs();
  for (const deployment of ids) {
    for (let call = 0; call < CALLS; call += 1) {
      statistics.observe({ kind: 'first-token', ttftMs, deployment, startedAtMs: atMs - ttftMs, atMs });
    }
  }
  return statistics;
}
