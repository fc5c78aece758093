import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { question } from '../../forms/form-over-fakes.ts';
import { type FunctionInstance, startInstance } from '../../lambda/local-lambda/function-instance.ts';
import { invokeChat } from '../../lambda/local-lambda/invoke-chat.ts';
import { type LambdaOverFakes, lambdaOverFakes } from '../../lambda/local-lambda/lambda-over-fakes.ts';
import { synthesisedFunction } from '../../lambda/local-lambda/synthesised-function.ts';
import { cpuMs } from '../process-usage.ts';
import { bundleReport, type PackageShare } from './bundle-report.ts';

/**
 * What a cold start costs: the bundle's size, the start of an instance under Lambda's own runtime until it asks for its first call, and
 * that first call beside the next ones. `npm run bench:cold-start`; RUNS sets the number of starts.
 */
const RUNS = Number(process.env.RUNS ?? 15);
const MAX_BUNDLE_BYTES = 500_000;
const MAX_LOADED_MS = 100;

interface Start {
  /** Until the gateway's first read arrived at DynamoDB or Secrets Manager: process, runtime and modules are loaded. */
  readonly loadedMs: number;
  /** Until the runtime asked for the first call. */
  readonly readyMs: number;
  /** Of the processor, until then: hardly changed by whatever else the machine does. */
  readonly readyCpuMs: number;
  readonly firstCallMs: number;
  readonly secondCallMs: number;
}

const deployed = synthesisedFunction('nemorouter-dev-gateway');
const { size } = await stat(join(deployed.code, 'index.mjs'));
const lambda = await lambdaOverFakes();
const empty = await emptyStarts();
const starts: Start[] = [];
for (let run = 0; run < RUNS; run += 1) {
  starts.push(await coldStart(lambda));
}
const shares = await profiled(lambda);
await lambda.close();
print(starts, shares);

/** Starts of a function that does nothing: what the process and Lambda's runtime take by themselves. */
async function emptyStarts(): Promise<readonly number[]> {
  const taskRoot = await mkdtemp(join(tmpdir(), 'nemo-empty-'));
  await writeFile(join(taskRoot, 'index.mjs'), 'export const handler = async () => "";\n');
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const instance = await startInstance({ deployed, taskRoot, variables: {} });
    times.push(await instance.initMs());
    await instance.close();
  }
  await rm(taskRoot, { recursive: true });
  return times;
}

async function coldStart({ aws, key, startInstance: start }: LambdaOverFakes): Promise<Start> {
  const seen = aws.arrivedAtMs.length;
  const instance = await start();
  const readyMs = await instance.initMs();
  const loadedMs = (aws.arrivedAtMs[seen] ?? Number.NaN) - instance.startedAtMs;
  const readyCpuMs = cpuMs(instance.process.pid ?? 0);
  const firstCallMs = await timeToFirstByte(instance, key);
  const secondCallMs = await timeToFirstByte(instance, key);
  await instance.close();
  return { loadedMs, readyMs, readyCpuMs, firstCallMs, secondCallMs };
}

async function timeToFirstByte(instance: FunctionInstance, key: string): Promise<number> {
  const { status, firstByteMs } = await invokeChat(instance, key, question({ stream: true }));
  if (status !== 200) {
    throw new Error(`The call was answered with ${status}.`);
  }
  await instance.idle();
  return firstByteMs;
}

async function profiled({ aws, taskRoot }: LambdaOverFakes): Promise<readonly PackageShare[]> {
  return bundleReport('functions/gateway/lambda.ts', taskRoot, {
    PATH: process.env.PATH,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_ENDPOINT_URL_DYNAMODB: aws.origin,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.origin,
    ...deployed.variables,
  });
}

function print(measured: readonly Start[], shares: readonly PackageShare[]): void {
  const loadedMs = median(measured.map((start) => start.loadedMs));
  const rows: readonly (readonly [string, string])[] = [
    ['bundle, minified', `${kilobytes(size)}  ${verdict(size < MAX_BUNDLE_BYTES, '500 KB')}`],
    ['start of the process and of an empty function', milliseconds(median(empty))],
    ['start until the gateway is loaded', `${milliseconds(loadedMs)}  ${verdict(loadedMs < MAX_LOADED_MS, '100 ms')}`],
    [
      'start until ready: statistics and credentials read',
      milliseconds(median(measured.map((start) => start.readyMs))),
    ],
    ["the processor's time until ready", milliseconds(median(measured.map((start) => start.readyCpuMs)))],
    ['first call, until its first byte', milliseconds(median(measured.map((start) => start.firstCallMs)))],
    ['second call, until its first byte', milliseconds(median(measured.map((start) => start.secondCallMs)))],
  ];
  const [load = 0] = loadavg();
  console.log(`\nCold start, medians of ${RUNS}, providers that answer at once, load ${load.toFixed(1)}\n`);
  for (const [what, value] of rows) {
    console.log(`  ${what.padEnd(52)} ${value}`);
  }
  console.log('\n  By package: bytes in the bundle, processor time of the start in a profile\n');
  for (const { name, bytes, cpuMs } of shares.filter((share) => share.bytes > 5000 || share.cpuMs > 2)) {
    console.log(`  ${name.padEnd(44)} ${kilobytes(bytes).padStart(8)} ${milliseconds(cpuMs).padStart(9)}`);
  }
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
