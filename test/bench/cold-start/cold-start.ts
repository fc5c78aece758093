import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { question } from '../../forms/form-over-fakes.ts';
import { type FunctionInstance, startInstance } from '../../lambda/local-lambda/function-instance.ts';
import { invokeChat } from '../../lambda/local-lambda/invoke-chat.ts';
import { type LambdaOverFakes, lambdaOverFakes } from '../../lambda/local-lambda/lambda-over-fakes.ts';
import { synthesisedFunction } from '../../lambda/local-lambda/synthesised-function.ts';
import { cpuMs } from '../process-usage.ts';
import { type BundleReport, bundleReport } from './bundle-report.ts';

/**
 * What a cold start costs: the code that it loads, the start of an instance under Lambda's own runtime until its first read is on its way and
 * until it asks for its first call, and that first call beside the next ones. `npm run bench:cold-start`; RUNS sets the number of starts.
 */
const RUNS = Number(process.env.RUNS ?? 15);
const MAX_LOADED_BYTES = 500_000;
const MAX_READING_MS = 100;

interface Start {
  /** Until the gateway's first read arrived at DynamoDB or Secrets Manager: process, runtime and what reads are loaded. */
  readonly reading: Cost;
  /** Until the runtime asked for the first call: all is loaded and read. */
  readonly ready: Cost;
  /** Calls until their first bytes, and of the processor until their ends. */
  readonly first: Cost;
  readonly second: Cost;
}

interface Cost {
  readonly ms: number;
  /** Of the processor: hardly changed by whatever else the machine does. */
  readonly cpuMs: number;
}

const deployed = synthesisedFunction('nemorouter-dev-gateway');
const lambda = await lambdaOverFakes();
const empty = await emptyStarts();
const starts: Start[] = [];
for (let run = 0; run < RUNS; run += 1) {
  starts.push(await coldStart(lambda));
}
const report = await profiled(lambda);
await lambda.close();
print(starts, report);

/** Starts of a function that does nothing: what the process and Lambda's runtime take by themselves. */
async function emptyStarts(): Promise<readonly Cost[]> {
  const taskRoot = await mkdtemp(join(tmpdir(), 'nemo-empty-'));
  await writeFile(join(taskRoot, 'index.mjs'), 'export const handler = async () => "";\n');
  const times: Cost[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const instance = await startInstance({ deployed, taskRoot, variables: {} });
    times.push(await costOfStart(instance));
    await instance.close();
  }
  await rm(taskRoot, { recursive: true });
  return times;
}

async function coldStart({ aws, key, startInstance: start }: LambdaOverFakes): Promise<Start> {
  const arrival = aws.nextArrival();
  const instance = await start();
  const arrived = arrival.then((atMs) => ({
    ms: atMs - instance.startedAtMs,
    cpuMs: cpuMs(instance.process.pid ?? 0),
  }));
  const ready = await costOfStart(instance);
  const reading = await arrived;
  const first = await costOfCall(instance, key);
  const second = await costOfCall(instance, key);
  await instance.close();
  return { reading, ready, first, second };
}

async function costOfStart(instance: FunctionInstance): Promise<Cost> {
  const ms = await instance.initMs();
  return { ms, cpuMs: cpuMs(instance.process.pid ?? 0) };
}

async function costOfCall(instance: FunctionInstance, key: string): Promise<Cost> {
  const before = cpuMs(instance.process.pid ?? 0);
  const { status, firstByteMs } = await invokeChat(instance, key, question({ stream: true }));
  if (status !== 200) {
    throw new Error(`The call was answered with ${status}.`);
  }
  await instance.idle();
  return { ms: firstByteMs, cpuMs: cpuMs(instance.process.pid ?? 0) - before };
}

async function profiled({ aws, taskRoot }: LambdaOverFakes): Promise<BundleReport> {
  return bundleReport(taskRoot, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_ENDPOINT_URL_DYNAMODB: aws.origin,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.origin,
    ...deployed.variables,
  });
}

function print(measured: readonly Start[], report: BundleReport): void {
  const { bytesBeforeReads, bytesLoaded, bytesOnDisk, parserBytes, shares } = report;
  const readings = measured.map(({ reading }) => reading);
  const readingMs = median(readings.map(({ ms }) => ms));
  const rows: readonly (readonly [string, string])[] = [
    [
      'code that a start loads, minified',
      `${kilobytes(bytesLoaded)}  ${verdict(bytesLoaded < MAX_LOADED_BYTES, '500 KB')}`,
    ],
    ['  of it before its first reads', kilobytes(bytesBeforeReads)],
    ['  on disk, loaded where it is needed', kilobytes(bytesOnDisk - bytesLoaded)],
    ['parser of HTTP, in WebAssembly', kilobytes(parserBytes)],
    ['start of the process and of an empty function', cost(empty)],
    ['start until its first read is made', `${cost(readings)}  ${verdict(readingMs < MAX_READING_MS, '100 ms')}`],
    ['start until ready: all loaded and read, a call rehearsed', cost(measured.map(({ ready }) => ready))],
    ['first call, until its first byte', cost(measured.map(({ first }) => first))],
    ['second call, until its first byte', cost(measured.map(({ second }) => second))],
  ];
  const [load = 0] = loadavg();
  console.log(`\nCold start, medians of ${RUNS}, providers that answer at once, load ${load.toFixed(1)}\n`);
  for (const [what, value] of rows) {
    console.log(`  ${what.padEnd(58)} ${value}`);
  }
  console.log('\n  By package: bytes in the bundle, processor time of the start in a profile\n');
  for (const { name, bytes, cpuMs } of shares.filter((share) => share.bytes > 5000 || share.cpuMs > 2)) {
    console.log(`  ${name.padEnd(44)} ${kilobytes(bytes).padStart(8)} ${milliseconds(cpuMs).padStart(9)}`);
  }
}

/** Medians: of the time, and of what it took of the processor. */
function cost(costs: readonly Cost[]): string {
  const ofProcessor = median(costs.map(({ cpuMs }) => cpuMs));
  return `${milliseconds(median(costs.map(({ ms }) => ms)))}, of the processor ${milliseconds(ofProcessor)}`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function verdict(isMet: boolean, target: string): string {
  return `(target ${target}: ${isMet ? 'met' : 'MISSED'})`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} KB`;
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}
