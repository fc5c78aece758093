import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { dynamoDbStatisticsStore } from '../../functions/gateway/adapters/dynamodb/dynamodb-statistics-store.ts';
import { systemClock } from '../../functions/gateway/adapters/system-clock.ts';
import { modelDirectory } from '../../functions/gateway/core/routing/model-directory.ts';
import { fleetStatistics } from '../../functions/gateway/core/statistics/fleet-statistics.ts';
import { decayScales } from '../../functions/gateway/core/statistics/forward-decay.ts';
import { type FleetStatus, fleetStatus } from '../../functions/gateway/core/status/fleet-status.ts';
import { clientConfig } from './aws-access.ts';
import type { Command } from './command.ts';
import { healthText } from './health-text.ts';
import type { Target } from './target.ts';

/** Shows the live sums: who is fast, who is ejected and why, in which order each route would try them now. */
export const health: Command = {
  works: 'anywhere',
  summary: 'show the live sums: who is fast, who is ejected; exit code 1 where a route has nobody healthy',
  operands: [],
  options: {},
  run: async (input) => {
    const target = await input.target();
    const status = await statusOf(target);
    const isBad = status.routes.some(({ plan }) => plan.every(({ state }) => state !== 'healthy'));
    return { text: healthText(target.name, status), json: { environment: target.name, ...status }, isBad };
  },
};

/** An operator waits longer for DynamoDB than a request does. */
const READ_TIMEOUT_MS = 20_000;

/** Reads the sums as a gateway that starts does, and writes nothing. Rejects where DynamoDB does not answer. */
async function statusOf({ config, database, statisticsTable }: Target): Promise<FleetStatus> {
  const client = new DynamoDB(clientConfig(database));
  const failures: unknown[] = [];
  const statistics = fleetStatistics({
    deployments: Object.keys(config.deployments),
    settings: { ...config.statistics, readTimeoutMs: READ_TIMEOUT_MS },
    ejection: config.ejection,
    store: dynamoDbStatisticsStore({ client, tableName: statisticsTable, scales: decayScales(config.statistics) }),
    clock: systemClock,
    random: Math.random,
    onStoreError: (_, error) => void failures.push(error),
  });
  await statistics.prepare(Object.keys(config.deployments));
  client.destroy();
  if (failures.length > 0) {
    throw failures[0];
  }
  const { routes, deployments } = modelDirectory(config);
  return fleetStatus({
    routes: Object.keys(config.routes).flatMap((name) => routes.get(name) ?? []),
    deployments: [...deployments.values()],
    look: (deployment) => statistics.look(deployment),
    nowMs: systemClock.nowMs(),
  });
}
