import { once } from 'node:events';
import type { Server } from 'node:http';
import { configuredKeys } from '../../functions/gateway/adapters/configured-keys.ts';
import type { CorsSettings } from '../../functions/gateway/adapters/cors.ts';
import type { Credentials, Sign } from '../../functions/gateway/adapters/credentials.ts';
import { dynamoDbKeys } from '../../functions/gateway/adapters/dynamodb/dynamodb-keys.ts';
import {
  type DynamoDbOverHttpOptions,
  dynamoDbOverHttp,
} from '../../functions/gateway/adapters/dynamodb/dynamodb-over-http.ts';
import { sha256Hex } from '../../functions/gateway/adapters/key-form.ts';
import { gatewayServer, type SideRoute } from '../../functions/gateway/adapters/node-http-server.ts';
import { systemClock } from '../../functions/gateway/adapters/system-clock.ts';
import type { GoogleTokenServers } from '../../functions/gateway/adapters/workload-identity-token.ts';
import { composeGateway } from '../../functions/gateway/compose-gateway.ts';
import { defined } from '../../functions/gateway/core/model/defined.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import type { LivePage } from '../../functions/gateway/core/serve/ports.ts';
import { keptAnswers } from '../../functions/gateway/kept-answers.ts';
import { refusesForeignHosts } from './foreign-host.ts';
import { describesLocalSystem, type LocalDescription } from './local-description.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from './local-dynamodb.ts';

export interface LocalSystemOptions {
  readonly config: GatewayConfig;
  /** An operator's key that works beside those of the configuration. */
  readonly key: string;
  /** 0: any free port. */
  readonly port: number;
  readonly credentials: Credentials;
  readonly sign: Sign;
  readonly onRecord: (record: RequestRecord) => void;
  readonly onStoreError: (operation: string, error: unknown) => void;
  readonly sideRoute?: SideRoute;
  /** Where Google gives tokens. @default Google's own */
  readonly googleServers?: GoogleTokenServers;
  /** The live page, where the configuration turns it on. */
  readonly page?: LivePage;
  /** Where the embedded-metric lines go, an absolute path: for the operator's commands. */
  readonly metricsFile?: string;
  /** The configuration's `aws.cors`. Without it no web page may call. */
  readonly cors?: CorsSettings;
  /** Host names, without ports, that callers may use beside 127.0.0.1 and localhost. @default none */
  readonly hosts?: readonly string[];
  /** The database of another system, to share it; that one closes it. Default: one of its own. */
  readonly dynamoDb?: LocalDynamoDb;
}

/** The whole system in one process: the gateway behind `node:http`, and DynamoDB in memory. */
export interface LocalSystem {
  /** With `/v1`: what a client calls `base_url`. */
  readonly baseUrl: string;
  readonly dynamoDb: LocalDynamoDb;
  /** Calls under way have `graceMs` to end by themselves, and end then with an error that says so. Without it they break off. */
  readonly close: (graceMs?: number) => Promise<void>;
}

const HOST = '127.0.0.1';

export async function startLocalSystem(options: LocalSystemOptions): Promise<LocalSystem> {
  const { config, credentials, sign, onRecord, onStoreError } = options;
  const dynamoDb = options.dynamoDb ?? (await startLocalDynamoDb());
  const calls = dynamoDbOverHttp(accessTo(dynamoDb));
  const ofFile = configuredKeys([...config.keys, { name: 'local', sha256: sha256Hex(options.key), operator: true }]);
  const ofTable = dynamoDbKeys({
    client: calls,
    tableName: dynamoDb.keysTable,
    clock: systemClock,
    settings: config.limits,
    onStoreError,
  });
  const composed = composeGateway({
    config,
    dynamoDb: calls,
    statisticsTable: dynamoDb.statisticsTable,
    keysTable: dynamoDb.keysTable,
    answers: keptAnswers({ config, dynamoDb: calls, answersTable: dynamoDb.answersTable, onStoreError }),
    credentials,
    sign,
    authenticate: async (key) => (await ofFile(key)) ?? ofTable(key),
    onRecord,
    onStoreError,
    ...defined({ page: options.page, googleServers: options.googleServers }),
  });
  const { sideRoute: other = () => false, metricsFile } = options;
  const facts = { config, dynamoDb: placeOf(dynamoDb), ...defined({ metricsFile }) };
  const describes = describesLocalSystem(facts, credentials);
  const refusesForeign = refusesForeignHosts(options.hosts);
  const { server, close, drain } = gatewayServer(composed.gateway, {
    sideRoute: (request, response) =>
      refusesForeign(request, response) || describes(request, response) || other(request, response),
    cors: options.cors,
  });
  const port = await listen(server, options.port);
  return {
    baseUrl: `http://${HOST}:${port}/v1`,
    dynamoDb,
    close: async (graceMs) => {
      await (graceMs === undefined ? close() : drain(graceMs));
      await close();
      await composed.close();
      calls.destroy();
      await (options.dynamoDb === undefined ? dynamoDb.close() : undefined);
    },
  };
}

function placeOf({ endpoint, accessKeyFile, statisticsTable, keysTable }: LocalDynamoDb): LocalDescription['dynamoDb'] {
  return { endpoint, accessKeyFile, statisticsTable, keysTable };
}

/** Nothing checks the signature. */
function accessTo({ endpoint, accessKeyId }: LocalDynamoDb): DynamoDbOverHttpOptions {
  return { endpoint, region: 'local', credentials: async () => ({ accessKeyId, secretAccessKey: 'local' }) };
}

/** Callers at once who wait to be let in: Node's 511 are too few for thousands, and the system resets some of those behind them. */
const BACKLOG = 4096;

async function listen(server: Server, port: number): Promise<number> {
  server.listen({ port, host: HOST, backlog: BACKLOG });
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
