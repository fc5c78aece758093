import { loadavg } from 'node:os';
import { question } from '../../forms/form-over-fakes.ts';
import type { FunctionInstance } from '../../lambda/local-lambda/function-instance.ts';
import { invokeChat } from '../../lambda/local-lambda/invoke-chat.ts';
import { type LambdaOverFakes, lambdaOverFakes } from '../../lambda/local-lambda/lambda-over-fakes.ts';
import { cpuMs, peakMb, resetPeak } from '../process-usage.ts';
import { limitCpu } from './cpu-share.ts';

/**
 * How much memory the function needs, and how slow it is with the share of a processor that Lambda gives to so much memory: the bundle
 * under Lambda's own runtime, with the heap that Lambda would allow it. `npm run bench:memory`; CALLS and RUNS set the numbers.
 */
const SIZES_MB = [256, 512, 1024, 1769];
/** What Lambda gives a whole processor for. Source: AWS Lambda, "Configure Lambda function memory". */
const MB_PER_CPU = 1769;
const CALLS = Number(process.env.CALLS ?? 200);
const RUNS = Number(process.env.RUNS ?? 5);

/** Pieces of a long answer: 10 MB of text in 20,000 chunks. */
const CHUNKS = Array.from({ length: 20_000 }, (_, index) => `${index} `.padEnd(512, 'x'));
/** Below Lambda's 6 MB with everything around it. */
const IMAGE = `data:image/png;base64,${'A'.repeat(5_800_000)}`;

interface Speed {
  readonly readyMs: number;
  readonly readyAtShareMs: number;
  readonly firstCallMs: number;
  readonly callP50Ms: number;
  readonly callP95Ms: number;
  readonly cpuMsPerCall: number;
}

interface Peaks {
  readonly started: number;
  readonly calls: number;
  readonly stream: number;
  readonly plain: number;
  readonly request: number;
}

const speeds = new Map<number, Speed>();
const peaks = new Map<number, Peaks>();
for (const memoryMb of SIZES_MB) {
  const lambda = await lambdaOverFakes({ memoryMb });
  speeds.set(memoryMb, await speedOf(lambda, Math.min(1, memoryMb / MB_PER_CPU)));
  peaks.set(memoryMb, await peaksOf(lambda));
  await lambda.close();
}
print();

async function speedOf(lambda: LambdaOverFakes, share: number): Promise<Speed> {
  const ready: number[] = [];
  const readyAtShare: number[] = [];
  const first: number[] = [];
  const calls: number[] = [];
  let cpu = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const free = await lambda.startInstance();
    ready.push(await free.initMs());
    await free.close();
    const instance = await lambda.startInstance();
    const unlimited = limited(instance, share);
    readyAtShare.push(await instance.initMs());
    first.push(await firstByte(instance, lambda.key));
    const before = cpuMs(pidOf(instance));
    for (let call = 0; call < CALLS / RUNS; call += 1) {
      calls.push(await firstByte(instance, lambda.key));
    }
    cpu += cpuMs(pidOf(instance)) - before;
    await instance.close();
    unlimited();
  }
  return {
    readyMs: quantile(ready, 0.5),
    readyAtShareMs: quantile(readyAtShare, 0.5),
    firstCallMs: quantile(first, 0.5),
    callP50Ms: quantile(calls, 0.5),
    callP95Ms: quantile(calls, 0.95),
    cpuMsPerCall: cpu / calls.length,
  };
}

function limited(instance: FunctionInstance, share: number): () => void {
  const undo = share < 1 ? limitCpu(pidOf(instance), share) : () => undefined;
  if (undo === undefined) {
    throw new Error('This machine does not let its processor be shared out (control groups): run it as root on Linux.');
  }
  return undo;
}

async function peaksOf(lambda: LambdaOverFakes): Promise<Peaks> {
  const instance = await lambda.startInstance();
  const pid = pidOf(instance);
  await instance.idle();
  const started = peakMb(pid);
  const during = async (body: object, times = 1): Promise<number> => {
    resetPeak(pid);
    for (let call = 0; call < times; call += 1) {
      await firstByte(instance, lambda.key, body);
    }
    return peakMb(pid);
  };
  const calls = await during(question({ stream: true }), CALLS);
  lambda.first.script({ kind: 'answer', chunks: CHUNKS });
  const stream = await during(question({ stream: true }));
  lambda.first.script({ kind: 'answer', chunks: CHUNKS });
  const plain = await during(question());
  const content = [{ type: 'image_url', image_url: { url: IMAGE } }];
  const request = await during(question({ stream: true, messages: [{ role: 'user', content }] }));
  await instance.close();
  return { started, calls, stream, plain, request };
}

/** Milliseconds until the first byte of a call's body. Resolves when the instance has finished everything. */
async function firstByte(instance: FunctionInstance, key: string, body = question({ stream: true })): Promise<number> {
  const { status, firstByteMs } = await invokeChat(instance, key, body);
  if (status !== 200) {
    throw new Error(`The call was answered with ${status}.`);
  }
  await instance.idle();
  return firstByteMs;
}

function pidOf({ process: { pid } }: FunctionInstance): number {
  if (pid === undefined) {
    throw new Error('The instance did not start.');
  }
  return pid;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN;
}

function print(): void {
  const [load = 0] = loadavg();
  console.log(`Load ${load.toFixed(1)}; ${RUNS} starts and ${CALLS} calls each; a provider that answers at once.\n`);
  console.log('Milliseconds with the share of a processor that goes with the memory:\n');
  console.log(
    '| memory | processor | start, whole processor | start at its share | first call | p50 | p95 | CPU a call |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  for (const [memoryMb, speed] of speeds) {
    const share = `${Math.round(Math.min(1, memoryMb / MB_PER_CPU) * 100)} %`;
    const { readyMs, readyAtShareMs, firstCallMs, callP50Ms, callP95Ms, cpuMsPerCall } = speed;
    const cells = [readyMs, readyAtShareMs, firstCallMs, callP50Ms, callP95Ms, cpuMsPerCall];
    console.log(`| ${[`${memoryMb} MB`, share, ...cells.map((ms) => ms.toFixed(1))].join(' | ')} |`);
  }
  console.log('\nMemory resident at the peak, in MB:\n');
  console.log('| memory | started | many calls | stream of 10 MB | plain answer of 10 MB | request of 6 MB |');
  console.log('|---|---|---|---|---|---|');
  for (const [memoryMb, { started, calls, stream, plain, request }] of peaks) {
    const cells = [started, calls, stream, plain, request].map((mb) => mb.toFixed(0));
    console.log(`| ${[`${memoryMb} MB`, ...cells].join(' | ')} |`);
  }
}
