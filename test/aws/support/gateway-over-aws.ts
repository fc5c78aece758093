import assert from 'node:assert/strict';
import { once } from 'node:events';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { awsSigner } from '../../../functions/gateway/adapters/aws-signature.ts';
import { dynamoDbKeys } from '../../../functions/gateway/adapters/dynamodb/dynamodb-keys.ts';
import { gatewayServer } from '../../../functions/gateway/adapters/node-http-server.ts';
import { secretCredentials } from '../../../functions/gateway/adapters/secret-credentials.ts';
import { systemClock } from '../../../functions/gateway/adapters/system-clock.ts';
import { composeGateway } from '../../../functions/gateway/compose-gateway.ts';
import type { GatewayConfig, ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { member, objectMember, stringMember } from '../../../functions/gateway/core/wire/json.ts';
import { askAws } from '../../../infra/cli/aws-access.ts';
import { readEnvironment } from '../../../infra/environment-file.ts';
import { type FakeProvider, startFakeProvider } from '../../support/fake-provider.ts';
import type { DeployedDev } from './deployed-dev.ts';

/** The gateway of `dev` in this process, with the state and the variables of the deployed function, and fakes for its providers. */
export interface GatewayOverAws {
  /** With `/v1`. */
  readonly baseUrl: string;
  readonly fakes: Readonly<Record<ProtocolName, FakeProvider>>;
  readonly close: () => Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export async function gatewayOverAws(dev: DeployedDev): Promise<GatewayOverAws> {
  const fakes = {
    openai: await startFakeProvider('openai'),
    'openai-responses': await startFakeProvider('openai-responses'),
    anthropic: await startFakeProvider('anthropic'),
    gemini: await startFakeProvider('gemini'),
    bedrock: await startFakeProvider('bedrock'),
  };
  const composed = await composedOver(dev, configOver(fakes));
  const { server, close } = gatewayServer(composed.gateway);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    fakes,
    close: async () => {
      await close();
      await composed.close();
      await Promise.all(Object.values(fakes).map((fake) => fake.close()));
    },
  };
}

async function composedOver(
  { access, names }: DeployedDev,
  config: GatewayConfig,
): Promise<ReturnType<typeof composeGateway>> {
  const path = `/2015-03-31/functions/${names.gatewayFunction}/configuration`;
  const configuration = await askAws(access, { service: 'lambda', method: 'GET', path });
  const variable = (name: string): string =>
    stringMember(objectMember(member(configuration, 'Environment'), 'Variables'), name) ?? assert.fail(name);
  const { region, endpoint = '' } = access;
  const { nowMs } = systemClock;
  const client = new DynamoDB({ region, endpoint, credentials: CREDENTIALS });
  const onStoreError = (operation: string, error: unknown): void =>
    void process.stderr.write(`DynamoDB did not ${operation}: ${String(error)}\n`);
  const keysTable = variable('NEMO_KEYS_TABLE');
  return composeGateway({
    config,
    dynamoDb: client,
    statisticsTable: variable('NEMO_STATISTICS_TABLE'),
    keysTable,
    credentials: secretCredentials({
      secretId: variable('NEMO_SECRET_ID'),
      endpoint,
      sign: awsSigner({ credentials: async () => CREDENTIALS, region, now: nowMs, service: 'secretsmanager' }),
      nowMs,
    }),
    sign: async () => ({}),
    authenticate: dynamoDbKeys({
      client,
      tableName: keysTable,
      clock: systemClock,
      settings: config.limits,
      onStoreError,
    }),
    onRecord: () => undefined,
    onStoreError,
  });
}

function configOver(fakes: GatewayOverAws['fakes']): GatewayConfig {
  const file = readEnvironment('dev');
  assert.equal(file.kind, 'read');
  const { config } = file.environment;
  const providers = Object.entries(config.providers).map(([name, provider]) => [
    name,
    { ...provider, baseUrl: fakes[provider.protocol].baseUrl },
  ]);
  // The emulator may be slower than AWS: limits hold here however long they take.
  const limits = { ...config.limits, storeTimeoutMs: 30_000 };
  return { ...config, limits, providers: Object.fromEntries(providers) };
}
