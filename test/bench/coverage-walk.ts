import { Session } from 'node:inspector/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { embeddedMetricLines } from '../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import { startLocalSystem } from '../../infra/local/local-system.ts';
import { startFakeProvider } from '../support/fake-provider.ts';

// How much code one call runs: a streamed chat call whose first deployment answers 503 and whose second serves it, over `node:http`, with
// the statistics in embedded DynamoDB and a key without limits. Counted by V8 from the sending of the request to its record.
const FUNCTIONS = new URL('../../functions/', import.meta.url);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const KEY = 'walk';

const failing = await startFakeProvider('openai');
failing.byDefault({ kind: 'status', status: 503 });
const serving = await startFakeProvider('anthropic');
serving.byDefault({ kind: 'answer', text: 'A streamed answer of some words.' });

const parsed = parseConfig({
  providers: {
    failing: { protocol: 'openai', baseUrl: failing.baseUrl },
    serving: { protocol: 'anthropic', baseUrl: serving.baseUrl },
  },
  deployments: {
    'failing/model': { provider: 'failing', model: 'model', inputPrice: 1, outputPrice: 2 },
    'serving/model': { provider: 'serving', model: 'claude-sonnet-4-5', inputPrice: 1, outputPrice: 2 },
  },
  routes: { walk: { strategy: 'ordered', deployments: ['failing/model', 'serving/model'] } },
});
if (parsed.kind === 'invalid') {
  throw new Error(JSON.stringify(parsed.problems));
}

let recorded = Promise.withResolvers<number>();
const system = await startLocalSystem({
  config: parsed.config,
  key: KEY,
  port: 0,
  credentials: async () => undefined,
  sign: async () => ({}),
  onRecord: (record) => {
    embeddedMetricLines(record, 'walk', Date.now());
    recorded.resolve(record.attempts.length);
  },
  onStoreError: (operation, error) => console.error(operation, error),
});

/** One call, from the sending of the request to its record. */
async function call(): Promise<void> {
  recorded = Promise.withResolvers();
  const response = await fetch(`${system.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'walk', stream: true, messages: [{ role: 'user', content: 'Say something.' }] }),
  });
  const text = await response.text();
  const attempts = await recorded.promise;
  if (attempts !== 2 || !text.includes('[DONE]')) {
    throw new Error(`The call was to fail over once and be served: ${attempts} attempts, ${text}`);
  }
}

/** The named functions that run while `work` does, by file: a file counts where any of its code runs. */
async function runOf(session: Session, work: () => Promise<void>): Promise<ReadonlyMap<string, number>> {
  // Taking the coverage sets its counters back.
  await session.post('Profiler.takePreciseCoverage');
  await work();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const ran = result
    .filter(({ url }) => url.startsWith(FUNCTIONS.href))
    .map(({ url, functions }) => ({
      file: relative(ROOT, fileURLToPath(url)),
      ran: functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0),
    }));
  return new Map(
    ran
      .filter((script) => script.ran.length > 0)
      .map((script) => [script.file, script.ran.filter(({ functionName }) => functionName !== '').length]),
  );
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}

/** Files and functions by folder, most files first. */
function byFolder(ran: ReadonlyMap<string, number>): readonly (readonly [string, number, number])[] {
  const folders = Map.groupBy([...ran], ([file]) => file.split('/').slice(0, -1).join('/'));
  return [...folders]
    .map(([folder, files]) => [folder, files.length, sum(files.map(([, functions]) => functions))] as const)
    .sort(([, one], [, other]) => other - one);
}

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
const first = await runOf(session, call);
const second = await runOf(session, call);
session.disconnect();

console.log('files  functions  folder (first call of the instance)');
for (const [folder, files, functions] of byFolder(first)) {
  console.log(`${String(files).padStart(5)}  ${String(functions).padStart(9)}  ${folder}`);
}
for (const [which, ran] of [
  ['First call', first],
  ['Second call', second],
] as const) {
  console.log(`${which}: ${ran.size} files, ${sum(ran.values())} named functions.`);
}
await system.close();
await Promise.all([failing.close(), serving.close()]);
