import { type AccessTokens, accessTokens, wantsToken } from './adapters/access-tokens.ts';
import type { Credentials, Sign } from './adapters/credentials.ts';
import { dynamoDbAccounts } from './adapters/dynamodb/dynamodb-accounts.ts';
import type { DynamoDbCalls } from './adapters/dynamodb/dynamodb-calls.ts';
import { dynamoDbRollups } from './adapters/dynamodb/dynamodb-rollups.ts';
import { randomHexSource } from './adapters/random-hex.ts';
import { machineClock, systemClock } from './adapters/system-clock.ts';
import { undiciDial } from './adapters/undici-dial.ts';
import type { GoogleTokenServers } from './adapters/workload-identity-token.ts';
import { writeBug } from './adapters/write-bug.ts';
import { keyLimiter } from './core/limits/key-limiter.ts';
import { defined } from './core/model/defined.ts';
import type { Dial } from './core/model/dial.ts';
import type { GatewayConfig } from './core/model/gateway-config.ts';
import type { AnswerStore } from './core/serve/answer-store.ts';
import { createGateway, type Gateway } from './core/serve/gateway.ts';
import type { GatewayPorts } from './core/serve/ports.ts';
import type { FleetStatistics } from './core/statistics/fleet-statistics.ts';
import type { Standing } from './core/statistics/standing.ts';
import { type RollupLog, rollupLog } from './core/status/rollup-log.ts';
import { sharedStatistics } from './shared-statistics.ts';

/** What differs between Lambda and a laptop: tables, credentials, signatures, where records go. */
export interface ComposeOptions extends Pick<GatewayPorts, 'authenticate' | 'onRecord' | 'page'> {
  readonly config: GatewayConfig;
  readonly dynamoDb: DynamoDbCalls;
  readonly statisticsTable: string;
  readonly keysTable: string;
  /** @default statistics of its own, of which nothing has been read yet */
  readonly statistics?: FleetStatistics | undefined;
  /** Absent where no answers are kept. */
  readonly answers?: AnswerStore | undefined;
  readonly credentials: Credentials;
  readonly sign: Sign;
  /** How providers are reached. @default over the network */
  readonly dial?: Dial;
  /** Told of each failure of DynamoDB; the request goes on without it. */
  readonly onStoreError: (operation: string, error: unknown) => void;
  /** Where Google gives tokens. @default Google's own */
  readonly googleServers?: GoogleTokenServers;
  /** The platform's id of the request that is being answered, to be its id in the log too. @default an id of our own for each */
  readonly platformId?: () => string | undefined;
}

/** A gateway over the real clock, network and database. */
export interface ComposedGateway {
  readonly gateway: Gateway;
  readonly statistics: FleetStatistics;
  /** Gets the tokens that the first calls would wait for. Never rejects. */
  readonly prepareTokens: () => Promise<void>;
  /** Writes what has been observed and closes the connections to the providers. */
  readonly close: () => Promise<void>;
}

/** Frames of a bug's stack: from a decoder out to the function that serves the request there are more than V8's ten. */
export const STACK_FRAMES = 30;

/** Puts the gateway together: the pure core and the adapters that both Lambda and the local server use. */
export function composeGateway(options: ComposeOptions): ComposedGateway {
  const { config, dynamoDb, keysTable, onStoreError } = options;
  Error.stackTraceLimit = STACK_FRAMES;
  const shared = { clock: machineClock(writeBug), random: Math.random, onBug: writeBug };
  const { statistics = sharedStatistics(options) } = options;
  const limiter = keyLimiter({
    clock: shared.clock,
    settings: config.limits,
    store: dynamoDbAccounts({ client: dynamoDb, tableName: keysTable }),
    onStoreError,
  });
  const { credentials, sign, googleServers } = options;
  const tokens = accessTokens({ credentials, sign, nowMs: systemClock.nowMs, ...defined({ googleServers }) });
  const { dial, close: closeConnections } = undiciDial({ credentials, sign, tokens });
  const { authenticate, onRecord, page } = options;
  const pages = page === undefined ? {} : { page };
  const randomHex = randomHexSource();
  const ids = { randomHex, ...defined({ newId: options.platformId }) };
  const callers = { authenticate, keyLimiter: limiter, ...defined({ answers: options.answers }) };
  const rollups = config.statusPage ? fleetRollups(options, statistics) : undefined;
  const past = rollups === undefined ? {} : { rollups };
  const gateway = createGateway({
    ...shared,
    ...ids,
    ...callers,
    ...pages,
    ...past,
    config,
    statistics,
    dial: options.dial ?? dial,
    onRecord,
  });
  const close = async (): Promise<void> => {
    await Promise.all([statistics.close(), limiter.close(), rollups?.close()]);
    await closeConnections();
  };
  return { gateway, statistics, close, prepareTokens: () => prepared(config, tokens) };
}

/** The fleet's past, in the table of its statistics. */
function fleetRollups(
  { config, dynamoDb, statisticsTable, onStoreError }: ComposeOptions,
  statistics: FleetStatistics,
): RollupLog {
  const store = dynamoDbRollups({ client: dynamoDb, tableName: statisticsTable });
  const look = (deployment: string): Standing => statistics.look(deployment);
  return rollupLog({ config, store, clock: machineClock(writeBug), look, onStoreError });
}

/** A token that cannot be had now is the next asker's to report. */
async function prepared({ providers }: GatewayConfig, tokens: AccessTokens): Promise<void> {
  const wanting = Object.values(providers).filter(wantsToken);
  await Promise.all(wanting.map((provider) => tokens(provider).catch(() => undefined)));
}
