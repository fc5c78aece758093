import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { sha256Hex } from '../../../functions/gateway/adapters/key-form.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import type { GatewayConfig } from '../../../functions/gateway/core/model/gateway-config.ts';
import { type LocalSystem, startLocalSystem } from '../../../infra/local/local-system.ts';
import { flawOf, type RecordedCall, recordedCall } from './soak-account.ts';
import { type FromLoad, keyOf, type ToLoad } from './soak-messages.ts';

/**
 * Some thousands of concurrent calls, most of them streams, against providers that fail in every way at random: nothing may leak and every
 * call must be accounted for. Two gateways share a database, as instances do. Prints each check and `N passed, N failed`.
 */

const CALLS = 3000;
const ROUNDS = ['warm-up', 'first', 'second', 'third'] as const;
/** What a call may leave behind in memory: nothing that lasts. The heap differs by some MB from one look to the next; a record has thousands. */
const MAX_BYTES_PER_CALL = 1000;
/** Kept connections are closed after seconds of idleness, by either side. */
const SETTLED_WITHIN_MS = 20_000;

if (process.argv.includes('--help')) {
  process.stdout.write(
    `npm run test:soak: ${CALLS * ROUNDS.length} calls with faults; takes two minutes and no options.\n`,
  );
  process.exit();
}

type Ready = Extract<FromLoad, { kind: 'ready' }>;
type Done = Extract<FromLoad, { kind: 'done' }>;

const records = new Map<number, RecordedCall[]>();
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
const names = ready.providers.map((_, index) => `p${index}`);
const systems = await Promise.all([startGateway(ready), startGateway(ready)]);
const heaps: number[] = [];
for (const round of ROUNDS) {
  toLoad({ kind: 'call', baseUrls: systems.map(({ baseUrl }) => baseUrl), calls: CALLS });
  report(round, await fromLoad('done'));
  const { sockets, timers } = await settled();
  check(`${sockets} connections and ${timers} timers are left when nothing goes on`, sockets + timers === 0);
  heaps.push(heapInUse());
}
const [, afterFirst = 0, , afterThird = 0] = heaps;
const growth = (afterThird - afterFirst) / (2 * CALLS);
say(`the heap after each round: ${heaps.map((bytes) => `${(bytes / 2 ** 20).toFixed(2)} MB`).join(', ')}`);
check(`it grew by ${Math.round(growth)} bytes a call from the first round to the third`, growth < MAX_BYTES_PER_CALL);
await close();
const left = process.getActiveResourcesInfo().filter((name) => /TCP|TLS|HTTP|Timeout|Immediate/.test(name));
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
  const client = new DynamoDB({
    endpoint: dynamoDbEndpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const closeClient = async (): Promise<void> => client.destroy();
  return startLocalSystem({
    config: configOf(providers),
    key: 'nemo_key-of-nobody',
    port: 0,
    credentials: async () => 'key-of-the-vendor',
    sign: async () => ({}),
    onRecord: (record) => {
      const call = Number(record.keyName);
      records.set(call, [...(records.get(call) ?? []), recordedCall(record, names)]);
    },
    onStoreError: (operation, error) => check(`DynamoDB did ${operation}: ${String(error)}`, false),
    dynamoDb: {
      client,
      endpoint: dynamoDbEndpoint,
      accessKeyId: 'local',
      accessKeyFile: '',
      statisticsTable,
      keysTable,
      // No answers are kept here.
      answersTable: 'nemo-answers',
      close: closeClient,
    },
  });
}

function configOf(providers: Ready['providers']): GatewayConfig {
  const ids = names.map((name) => `${name}/model`);
  const route = { deployments: ids, hedge: { percentile: 95, budget: 0.1 } };
  const parsed = parseConfig({
    providers: Object.fromEntries(
      providers.map(({ protocol, baseUrl }, index) => [names[index], providerOf(protocol, baseUrl)]),
    ),
    deployments: Object.fromEntries(
      ids.map((id, index) => [id, { provider: names[index], model: 'model', prefill: true }]),
    ),
    routes: {
      fastest: { strategy: 'latency-based', ...route },
      continued: { strategy: 'ordered', ...route, onStreamCut: 'continue', sameTargetRetries: 1 },
    },
    timeouts: { firstTokenMs: 4000, stallMs: 3000, connectMs: 5000, deadlineMs: 20_000 },
    maxAttempts: 4,
    // The providers count what the calls cause.
    probes: 'off',
    keys: Array.from({ length: CALLS }, (_, call) => ({ name: String(call), sha256: sha256Hex(keyOf(call)) })),
  });
  if (parsed.kind === 'invalid') {
    throw new Error(JSON.stringify(parsed.problems));
  }
  return parsed.config;
}

function providerOf(protocol: string, baseUrl: string): object {
  return { protocol, baseUrl, apiKey: 'KEY_OF_THE_VENDOR', ...(protocol === 'bedrock' ? { region: 'us-east-1' } : {}) };
}

interface Leftovers {
  readonly sockets: number;
  readonly timers: number;
}

/** What is left once it does not get less any more, or none is: kept connections and the later writes of statistics take their time. */
async function settled(): Promise<Leftovers> {
  const untilMs = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const resources = process.getActiveResourcesInfo();
    const sockets = resources.filter((name) => name === 'TCPSocketWrap').length;
    const timers = resources.filter((name) => name === 'Timeout').length;
    if (sockets + timers === 0 || performance.now() > untilMs) {
      return { sockets, timers };
    }
    await sleep(250);
  }
}

function heapInUse(): number {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

/** Checks one round, and forgets it: what the soak itself keeps must not grow. */
function report(round: string, { outcomes, seen }: Done): void {
  const answered = outcomes.filter((outcome) => outcome.kind === 'answered');
  const honest = answered.filter(({ isHostile }) => !isHostile);
  const whole = honest.filter(({ isDone }) => isDone).length;
  const faulted = answered.filter(({ isHostile, status }) => isHostile && status === 500).length;
  const left = outcomes.filter(({ kind }) => kind === 'hung-up').length;
  const requests = sum(seen.flatMap((calls) => calls.requests));
  const attempts = sum([...records.values()].flat().flatMap((record) => record.attempts));
  say(`${round} round: ${whole} whole, ${honest.length - whole} with an error, ${left} left`);
  say(`       ${answered.length - honest.length} were hostile`);
  check('no hostile request found a bug', faulted === 0);
  const flaws = outcomes.flatMap((outcome, call) => {
    const flaw = flawOf({
      outcome,
      seen: seen[call] ?? { requests: [], brokenOff: [] },
      records: records.get(call) ?? [],
    });
    return flaw === undefined ? [] : `call ${call}: ${flaw}`;
  });
  check(`each of ${CALLS} calls has one record, as its caller saw it: ${flaws[0] ?? 'yes'}`, flaws.length === 0);
  say(`       ${attempts} attempts are recorded, and the providers got ${requests} requests`);
  // Not while nobody knows yet how slow anybody is.
  check('nine of ten got a whole answer', round === 'warm-up' || whole >= honest.length * 0.9);
  records.clear();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

async function close(): Promise<void> {
  await Promise.all(systems.map((system) => system.close()));
  toLoad({ kind: 'stop' });
  await once(worker, 'exit');
  await sleep(200);
}
