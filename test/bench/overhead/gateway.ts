import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { sha256Hex } from '../../../functions/gateway/adapters/key-form.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import { embeddedMetricLines } from '../../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import { startLocalSystem } from '../../../infra/local/local-system.ts';
import { reports } from './reporting-process.ts';

// The gateway as users run it, in front of the provider whose port is the first argument and beside the database that the second one
// describes, with so many deployments and so many keys that nobody uses. Runs as a process of its own.
const [, , providerPort, database = '{}', deployments = '2', keys = '0'] = process.argv;
const place = JSON.parse(database);
const names = Array.from({ length: Number(deployments) }, (_, index) => `bench/${index + 1}`);
const DEPLOYMENT = { provider: 'bench', model: 'one', inputPrice: 1, outputPrice: 2 };
const parsed = parseConfig({
  providers: { bench: { protocol: 'openai', baseUrl: `http://127.0.0.1:${providerPort}/v1` } },
  deployments: {
    ...Object.fromEntries(names.map((name) => [name, DEPLOYMENT])),
    'bench/whole': { ...DEPLOYMENT, streaming: false },
  },
  routes: {
    fast: { strategy: 'latency-based', deployments: names.slice(0, 2) },
    whole: { strategy: 'ordered', deployments: ['bench/whole'] },
  },
  keys: Array.from({ length: Number(keys) }, (_, index) => ({
    name: `key-${index}`,
    sha256: sha256Hex(`key-${index}`),
  })),
});
if (parsed.kind === 'invalid') {
  throw new Error(JSON.stringify(parsed.problems));
}
const system = await startLocalSystem({
  config: parsed.config,
  key: 'bench',
  port: 0,
  credentials: async () => undefined,
  sign: async () => ({}),
  dynamoDb: { ...place, client: new DynamoDB({ region: 'local' }), close: async () => undefined },
  // As in production. The bench has sent standard output to nowhere.
  onRecord: (record) => void process.stdout.write(`${embeddedMetricLines(record, 'bench', Date.now()).join('\n')}\n`),
  onStoreError: (operation, error) => console.error(operation, error),
});
reports(new URL(system.baseUrl).origin);
