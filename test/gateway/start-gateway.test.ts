import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dynamoDbOverHttp } from '../../functions/gateway/adapters/dynamodb/dynamodb-over-http.ts';
import type { LambdaEnvironment } from '../../functions/gateway/adapters/lambda-environment.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { startGateway } from '../../functions/gateway/start-gateway.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../infra/local/local-dynamodb.ts';
import { credentialsOf, type LocalSecretsManager, startLocalSecretsManager } from '../support/local-secrets-manager.ts';

const FILE = {
  providers: {
    openai: { apiKey: 'OPENAI_API_KEY' },
    groq: { apiKey: 'GROQ_API_KEY' },
    azure: { baseUrl: 'https://r.openai.azure.com', apiKey: 'AZURE_OPENAI_API_KEY' },
    bedrock: { region: 'us-east-1' },
  },
  deployments: {
    'openai/m': { provider: 'openai', model: 'gpt-5-mini' },
    'groq/m': { provider: 'groq', model: 'llama-3.3-70b-versatile' },
    'azure/m': { provider: 'azure', model: 'my-chat' },
    'bedrock/m': { provider: 'bedrock', model: 'us.amazon.nova-pro-v1:0' },
  },
};

/** What is written to standard output meanwhile, as JSON. */
async function linesOf(work: () => Promise<void>): Promise<readonly JsonObject[]> {
  const own = process.stdout.write;
  const written: string[] = [];
  // The runner's own reports are bytes.
  process.stdout.write = (said: string | Uint8Array) =>
    typeof said === 'string' ? written.push(said) > 0 : own.call(process.stdout, said);
  try {
    await work();
  } finally {
    process.stdout.write = own;
  }
  return written.join('').split('\n').map(parseJson).filter(isJsonObject);
}

describe('the start of a function in AWS', () => {
  let dynamoDb: LocalDynamoDb;
  let secrets: LocalSecretsManager;
  before(async () => {
    dynamoDb = await startLocalDynamoDb();
    secrets = await startLocalSecretsManager();
    process.env.NEMO_KEYS_TABLE = dynamoDb.keysTable;
  });
  after(() => Promise.all([dynamoDb.close(), secrets.close()]));

  /** The lines of one start, with these fields in the environment's secret. */
  async function start(fields: Readonly<Record<string, unknown>> | undefined): Promise<readonly JsonObject[]> {
    const parsed = parseConfig(FILE);
    assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
    secrets.set(fields);
    const { endpoint, accessKeyId, statisticsTable } = dynamoDb;
    const calls = dynamoDbOverHttp({
      endpoint,
      region: 'local',
      credentials: async () => ({ accessKeyId, secretAccessKey: 'local' }),
    });
    const environment: LambdaEnvironment = {
      name: 'test',
      version: '0.2.0',
      config: parsed.config,
      dynamoDb: calls,
      statisticsTable,
      credentials: credentialsOf(secrets, Date.now),
      sign: async () => ({}),
      onStoreError: () => undefined,
    };
    return linesOf(async () => {
      const { close } = await startGateway(environment);
      await close();
      calls.destroy();
    });
  }

  it('warns of each credential that is not set, by its name, before the first call', async () => {
    const lines = await start({ OPENAI_API_KEY: 'key', GROQ_API_KEY: '  ' });
    assert.deepEqual(lines, [
      {
        version: '0.2.0',
        level: 'WARN',
        message: 'credentials are not set: what they are for does not work',
        missing: ['AZURE_OPENAI_API_KEY', 'GROQ_API_KEY'],
      },
    ]);
  });

  it('says nothing where all are set', async () => {
    assert.deepEqual(await start({ OPENAI_API_KEY: 'a', GROQ_API_KEY: 'b', AZURE_OPENAI_API_KEY: 'c' }), []);
  });

  it('says nothing of credentials, and starts, where the secret cannot be read: the first call tells it', async () => {
    assert.deepEqual(await start(undefined), []);
  });
});
