import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import type { GatewayConfig } from '../../../functions/gateway/core/config/gateway-config.ts';
import type { RequestRecord } from '../../../functions/gateway/core/metrics/request-record.ts';
import { type LocalSystem, startLocalSystem } from '../../../infra/local/local-system.ts';
import type { CallOutcome, FromLoad, ToLoad } from './soak-messages.ts';

/**
 * Some thousands of concurrent calls, most of them streams, against providers that fail in every way at random: nothing may leak and every
 * call must be accounted for. Two gateways share a database, as instances do. Prints each check and `N passed, N failed`.
 */

const WARM_UP_CALLS = 800;
const CALLS = 1600;
const KEY = 'nemo_key-of-the-soak';
/** What a call may leave behind in memory: nothing that lasts, but the heap is never quite the same. */
const MAX_BYTES_PER_CALL = 512;

type Ready = Extract<FromLoad, { kind: 'ready' }>;
type Ending = Pick<RequestRecord, 'ending' | 'status'>;

const endings = new Map<string, Ending>();
let recordedTwice = 0;
let recordedAttempts = 0;
const checks: { readonly name: string; readonly passed: boolean }[] = [];

function check(name: string, passed: boolean): void {
  checks.push({ name, passed });
  say(`${passed ? 'ok    ' : 'FAILED'} ${name}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const beganMs = performance.now();
const worker = new Worker(new URL('./soak-load.ts', import.meta.url));
const ready = await fromLoad('ready');
const systems = await Promise.all([startGateway(ready), startGateway(ready)]);

let { providerCalls: knownCalls } = await callMany(WARM_UP_CALLS);
const heaps = [await settledHeap()];
for (const round of ['first', 'second'] as const) {
  recordedAttempts = 0;
  const done = await callMany(CALLS);
  // A caller who has left is recorded a little later.
  await sleep(300);
  report(round, done);
  heaps.push(await settledHeap());
}
const [before = 0, between = 0, after = 0] = heaps;
// The least of two growths: what lasts grows every time, what only happens to be there does not.
const growth = Math.min(between - before, after - between);
check(`the heap grew by ${Math.round(growth / CALLS)} bytes a call`, growth < CALLS * MAX_BYTES_PER_CALL);
await close();
const left = leftovers();
check(`no socket, server or timer is left: ${left.join(', ') || 'none'}`, left.length === 0);
const failed = checks.filter(({ passed }) => !passed).length;
say(`${Math.round((performance.now() - beganMs) / 1000)} s; ${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function fromLoad<Kind extends FromLoad['kind']>(kind: Kind): Promise<Extract<FromLoad, { kind: Kind }>> {
  const [message] = (await once(worker, 'message')) as [FromLoad];
  if (message.kind !== kind) {
    throw new Error(`The load said ${message.kind}, not ${kind}.`);
  }
  return message as Extract<FromLoad, { kind: Kind }>;
}

function toLoad(message: ToLoad): void {
  worker.postMessage(message);
}

function startGateway({ dynamoDbEndpoint, statisticsTable, keysTable, providers }: Ready): Promise<LocalSystem> {
  const client = new DynamoDBClient({
    endpoint: dynamoDbEndpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const close = async (): Promise<void> => client.destroy();
  return startLocalSystem({
    config: configOf(providers),
    key: KEY,
    port: 0,
    credentials: async () => 'key-of-the-vendor',
    sign: async () => ({}),
    onRecord: ({ requestId, ending, status, attempts }) => {
      recordedAttempts += attempts.length;
      recordedTwice += endings.has(requestId) ? 1 : 0;
      endings.set(requestId, { ending, status });
    },
    onStoreError: (operation, error) => check(`DynamoDB did ${operation}: ${String(error)}`, false),
    dynamoDb: { client, endpoint: dynamoDbEndpoint, statisticsTable, keysTable, close },
  });
}

function configOf(providers: Ready['providers']): GatewayConfig {
  const ids = providers.map((_, index) => `p${index}/model`);
  const route = { deployments: ids, hedge: { percentile: 95, budget: 0.1 } };
  const parsed = parseConfig({
    providers: Object.fromEntries(
      providers.map(({ protocol, baseUrl }, index) => [`p${index}`, providerOf(protocol, baseUrl)]),
    ),
    deployments: Object.fromEntries(
      ids.map((id, index) => [id, { provider: `p${index}`, model: 'model', prefill: true }]),
    ),
    routes: {
      fastest: { strategy: 'latency-based', ...route },
      continued: { strategy: 'ordered', ...route, onStreamCut: 'continue', sameTargetRetries: 1 },
    },
    timeouts: { firstTokenMs: 400, stallMs: 300, deadlineMs: 5000 },
    maxAttempts: 4,
  });
  if (parsed.kind === 'invalid') {
    throw new Error(JSON.stringify(parsed.problems));
  }
  return parsed.config;
}

function providerOf(protocol: string, baseUrl: string): object {
  return { protocol, baseUrl, apiKey: 'KEY_OF_THE_VENDOR', ...(protocol === 'bedrock' ? { region: 'us-east-1' } : {}) };
}

async function callMany(calls: number): Promise<Extract<FromLoad, { kind: 'done' }>> {
  toLoad({ kind: 'call', baseUrls: systems.map(({ baseUrl }) => baseUrl), key: KEY, calls });
  return fromLoad('done');
}

/** Bytes in use when nothing is going on. */
async function settledHeap(): Promise<number> {
  // The drains of kept connections and the later writes of statistics take a second.
  await sleep(1500);
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.();
    await sleep(50);
  }
  return process.memoryUsage().heapUsed;
}

/** Checks one round, and forgets it: what the soak itself keeps must not grow. */
function report(round: string, { outcomes, providerCalls }: Extract<FromLoad, { kind: 'done' }>): void {
  const answered = outcomes.filter((outcome) => outcome.kind === 'answered');
  const broken = outcomes.filter((outcome) => outcome.kind === 'broken');
  const whole = answered.filter(({ isDone }) => isDone);
  const left = outcomes.filter((outcome) => outcome.kind === 'hung-up').length;
  const errors = answered.length - whole.length;
  const calls = providerCalls - knownCalls;
  knownCalls = providerCalls;
  say(`${round} round: ${whole.length} whole, ${errors} with an error, ${left} left; providers got ${calls} calls`);
  check(`no caller saw bytes that are neither: ${broken[0]?.reason ?? 'none did'}`, broken.length === 0);
  check(
    'no answer was both, and none neither',
    answered.every(({ isDone, hasError }) => isDone !== hasError),
  );
  check('every answer is recorded, as its caller saw it', answered.every(agreesWithRecord));
  check('no call is recorded twice', recordedTwice === 0);
  // Beside the recorded attempts there are calls that a reset of a kept connection has made happen twice.
  check(`${recordedAttempts} attempts are recorded`, recordedAttempts >= calls * 0.95 && recordedAttempts <= CALLS * 4);
  check('nine of ten got a whole answer', whole.length >= answered.length * 0.9);
  endings.clear();
}

function agreesWithRecord({ requestId, isDone, status }: Extract<CallOutcome, { kind: 'answered' }>): boolean {
  const record = endings.get(requestId);
  return record?.status === status && (record.ending === 'complete') === isDone;
}

async function close(): Promise<void> {
  await Promise.all(systems.map((system) => system.close()));
  toLoad({ kind: 'stop' });
  await once(worker, 'exit');
  await sleep(200);
}

/** What would keep the process alive: nothing of the gateways may. */
function leftovers(): readonly string[] {
  return process.getActiveResourcesInfo().filter((name) => /TCP|TLS|HTTP|Timeout|Immediate/.test(name));
}
