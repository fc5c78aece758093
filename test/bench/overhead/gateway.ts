import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import { embeddedMetricLines } from '../../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import { startLocalSystem } from '../../../infra/local/local-system.ts';

// The gateway as users run it, in front of the provider whose port is the argument. Runs as a process of its own.
const parsed = parseConfig({
  providers: { bench: { protocol: 'openai', baseUrl: `http://127.0.0.1:${process.argv[2]}/v1` } },
  deployments: {
    'bench/one': { provider: 'bench', model: 'one', inputPrice: 1, outputPrice: 2 },
    'bench/two': { provider: 'bench', model: 'two', inputPrice: 1, outputPrice: 2 },
  },
  routes: { fast: { strategy: 'latency-based', deployments: ['bench/one', 'bench/two'] } },
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
  // Metric lines are made as in production, and thrown away.
  onRecord: (record) => void embeddedMetricLines(record, 'bench', Date.now()),
  onStoreError: (operation, error) => console.error(operation, error),
});
process.send?.(system.baseUrl);
