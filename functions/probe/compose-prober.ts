import { accessTokens } from '../gateway/adapters/access-tokens.ts';
import type { Credentials, Sign } from '../gateway/adapters/credentials.ts';
import type { DynamoDbCalls } from '../gateway/adapters/dynamodb/dynamodb-calls.ts';
import { dynamoDbRollups } from '../gateway/adapters/dynamodb/dynamodb-rollups.ts';
import { dynamoDbStatisticsStore } from '../gateway/adapters/dynamodb/dynamodb-statistics-store.ts';
import { systemClock } from '../gateway/adapters/system-clock.ts';
import { undiciDial } from '../gateway/adapters/undici-dial.ts';
import type { GatewayConfig } from '../gateway/core/model/gateway-config.ts';
import { decayScales } from '../gateway/core/statistics/forward-decay.ts';
import { rollupOfProbe } from '../gateway/core/status/rollup.ts';
import { slotted } from '../gateway/core/status/rollup-ledger.ts';
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
  const past = dynamoDbRollups({ client: dynamoDb, tableName: statisticsTable });
  /** For the live page alone: a run is not lost with it. */
  const note = async ({ records }: ProbeRun): Promise<void> => {
    const entries = records.flatMap((record) => slotted(rollupOfProbe(record), systemClock.nowMs()));
    await past.add(entries).catch((error: unknown) => onStoreError('add to the past', error));
  };
  const tokens = accessTokens({ credentials, sign, nowMs: systemClock.nowMs });
  return async () => {
    // Minutes pass between two runs, and no provider keeps a connection open so long: each makes its own, so that all are measured alike.
    const { dial, close } = undiciDial({ credentials, sign, tokens });
    try {
      const run = await probeAll(dial);
      await (config.statusPage ? note(run) : undefined);
      return run;
    } finally {
      await close();
    }
  };
}
