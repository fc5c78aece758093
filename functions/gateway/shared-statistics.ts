import type { DynamoDbCalls } from './adapters/dynamodb/dynamodb-calls.ts';
import { dynamoDbStatisticsStore } from './adapters/dynamodb/dynamodb-statistics-store.ts';
import { machineClock } from './adapters/system-clock.ts';
import { writeBug } from './adapters/write-bug.ts';
import type { GatewayConfig } from './core/model/gateway-config.ts';
import { type FleetStatistics, fleetStatistics } from './core/statistics/fleet-statistics.ts';
import { decayScales } from './core/statistics/forward-decay.ts';

/** Whose deployments, and the table that their figures stand in. */
export interface SharedStatisticsOptions {
  readonly config: Pick<GatewayConfig, 'deployments' | 'statistics' | 'ejection' | 'probes'>;
  readonly dynamoDb: DynamoDbCalls;
  readonly statisticsTable: string;
  /** Told of each failure of DynamoDB; the request goes on without it. */
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/** The fleet's view of its deployments, in DynamoDB. */
export function sharedStatistics(options: SharedStatisticsOptions): FleetStatistics {
  const { config, dynamoDb, statisticsTable, onStoreError } = options;
  const scales = decayScales(config.statistics);
  return fleetStatistics({
    clock: machineClock(writeBug),
    random: Math.random,
    deployments: Object.keys(config.deployments),
    settings: config.statistics,
    ejection: config.ejection,
    probesConfirm: config.probes !== 'off',
    store: dynamoDbStatisticsStore({ client: dynamoDb, tableName: statisticsTable, scales }),
    onStoreError,
  });
}
