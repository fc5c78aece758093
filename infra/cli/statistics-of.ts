import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { dynamoDbStatisticsStore } from '../../functions/gateway/adapters/dynamodb/dynamodb-statistics-store.ts';
import type { Ejection } from '../../functions/gateway/core/statistics/ejection.ts';
import { decayScales } from '../../functions/gateway/core/statistics/forward-decay.ts';
import { clientConfig } from './aws-access.ts';
import { UsageError } from './command.ts';
import type { Target } from './target.ts';

/** How a deployment is set aside in an environment's shared statistics, and how that is changed. */
export interface DeploymentStand {
  readonly id: string;
  /** `undefined`: it is not. */
  readonly ejection: () => Promise<Ejection | undefined>;
  readonly eject: (ejection: Ejection) => Promise<void>;
  readonly lift: (was: Ejection) => Promise<void>;
}

/** Finds a deployment of the environment. Throws `UsageError` for an id that it does not have. */
export function deploymentStand({ name, config, database, statisticsTable }: Target, id: string): DeploymentStand {
  if (!Object.hasOwn(config.deployments, id)) {
    const known = Object.keys(config.deployments).join(', ');
    throw new UsageError(`${name} has no deployment ${JSON.stringify(id)}. It has ${known}.`);
  }
  const client = new DynamoDB(clientConfig(database));
  const store = dynamoDbStatisticsStore({
    client,
    tableName: statisticsTable,
    scales: decayScales(config.statistics),
  });
  return {
    id,
    ejection: async () => (await store.read([id], [])).get(id)?.ejection,
    eject: (ejection) => store.eject(id, ejection),
    lift: (was) => store.lift(id, was),
  };
}
