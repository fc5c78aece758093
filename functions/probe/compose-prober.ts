import { accessTokens } from '../gateway/adapters/access-tokens.ts';
import type { Credentials, Sign } from '../gateway/adapters/credentials.ts';
import type { DynamoDbCalls } from '../gateway/adapters/dynamodb/dynamodb-calls.ts';
import { dynamoDbStatisticsStore } from '../gateway/adapters/dynamodb/dynamodb-statistics-store.ts';
import { systemClock } from '../gateway/adapters/system-clock.ts';
import { undiciDial } from '../gateway/adapters/undici-dial.ts';
import type { GatewayConfig } from '../gateway/core/model/gateway-config.ts';
import { decayScales } from '../gateway/core/statistics/decay-scales.ts';
import { type ProbeRun, prober } from './core/prober.ts';

/** What differs between Lambda and a laptop: tables, credentials, signatures. */
export interface ComposeProberOptions {
  readonly config: GatewayConfig;
  readonly dynamoDb: DynamoDbCalls;
  readonly statisticsTable: string;
  readonly credentials: Credentials;
  readonly sign: Sign;
  /** Told of each failure of DynamoDB. */
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/** Puts the prober together over the real clock, network and database. The result makes one run. */
export function composeProber(options: ComposeProberOptions): () => Promise<ProbeRun> {
  const { config, dynamoDb, statisticsTable, credentials, sign, onStoreError } = options;
  const scales = decayScales(config.statistics);
  const probeAll = prober({
    config,
    store: dynamoDbStatisticsStore({ client: dynamoDb, tableName: statisticsTable, scales }),
    clock: systemClock,
    random: Math.random,
    onStoreError,
  });
  const tokens = accessTokens({ credentials, sign, nowMs: systemClock.nowMs });
  return async () => {
    // Minutes pass between two runs, and no provider keeps a connection open so long: each makes its own, so that all are measured alike.
    const { dial, close } = undiciDial({ credentials, sign, tokens });
    try {
      return await probeAll(dial);
    } finally {
      await close();
    }
  };
}
