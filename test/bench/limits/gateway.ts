import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { spentIn } from '../../../functions/gateway/adapters/dynamodb/dynamodb-accounts.ts';
import { ACCOUNT_PREFIX } from '../../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import { monthOf } from '../../../functions/gateway/core/limits/account.ts';
import { startLocalSystem } from '../../../infra/local/local-system.ts';

/** What the gateway's process says when it listens. */
export interface BenchSystem {
  readonly baseUrl: string;
}

// The gateway with the keys of the second argument in front of the provider whose port is the first. Runs as a process of its own.
const [, , providerPort, keys = '[]'] = process.argv;
const parsed = parseConfig({
  providers: { bench: { protocol: 'openai', baseUrl: `http://127.0.0.1:${providerPort}/v1` } },
  // A call of the provider's 10 and 32 tokens costs 2.6 cents.
  deployments: {
    one: { provider: 'bench', model: 'bench-model', maxOutputTokens: 64_000, inputPrice: 1_000, outputPrice: 500 },
  },
  keys: JSON.parse(keys),
});
if (parsed.kind === 'invalid') {
  throw new Error(JSON.stringify(parsed.problems));
}
const { config } = parsed;
const system = await startLocalSystem({
  config,
  key: 'bench',
  port: 0,
  credentials: async () => undefined,
  sign: async () => ({}),
  onRecord: () => undefined,
  onStoreError: (operation, error) => console.error(operation, error),
});
process.on('message', async () => {
  const spent = await Promise.all(config.keys.map(async ({ sha256 }) => [sha256, await spentUsd(sha256)]));
  process.send?.(Object.fromEntries(spent));
});
process.send?.({ baseUrl: system.baseUrl } satisfies BenchSystem);

async function spentUsd(account: string): Promise<number> {
  const { client, keysTable } = system.dynamoDb;
  const Key = { sha256: { S: ACCOUNT_PREFIX + account } };
  const { Item } = await client.send(new GetItemCommand({ TableName: keysTable, Key, ConsistentRead: true }));
  return Number(Item?.[spentIn(monthOf(Date.now()))]?.N ?? 0) / 1e9;
}
