import type { HeapProfiler, Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';

/** What the bench asks of a process that it measures. */
export type Question = 'usage' | 'memory' | 'begin-profile' | 'end-profile' | 'begin-allocations' | 'end-allocations';

/** Processor time of a whole process, microseconds. */
export interface Usage {
  readonly user: number;
  readonly system: number;
}

/** What each question is answered with. */
export interface Answers extends Record<Question, unknown> {
  readonly usage: Usage;
  /** Bytes resident, after a collection. */
  readonly memory: number;
  readonly 'begin-profile': null;
  readonly 'end-profile': Profiler.Profile;
  readonly 'begin-allocations': null;
  /** Of the JavaScript heap, estimated from samples. What lies outside of it, as the bytes of buffers, is not in it. */
  readonly 'end-allocations': HeapProfiler.SamplingHeapProfileNode;
}

/** Microseconds between two samples of a profile. */
const SAMPLING_US = 250;
/** Bytes between two samples of allocations. */
const SAMPLING_BYTES = 16_384;

/** Tells the bench where this process is reached, and from then on answers its questions. */
export function reports(place: unknown): void {
  const session = new Session();
  session.connect();
  const asked = {
    usage: async () => process.cpuUsage(),
    memory: async () => {
      await session.post('HeapProfiler.collectGarbage');
      return process.memoryUsage.rss();
    },
    'begin-profile': async () => {
      nameJson();
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_US });
      await session.post('Profiler.start');
      return null;
    },
    'end-profile': async () => (await session.post('Profiler.stop')).profile,
    'begin-allocations': async () => {
      const samplingInterval = SAMPLING_BYTES;
      const collected = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
      await session.post('HeapProfiler.startSampling', { samplingInterval, ...collected });
      return null;
    },
    'end-allocations': async () => (await session.post('HeapProfiler.stopSampling')).profile.head,
  } satisfies { readonly [Name in Question]: () => Promise<Answers[Name]> };
  process.on('message', async (question: Question) => {
    process.send?.(await asked[question]());
  });
  process.send?.(place);
}

/** Built-in functions are counted for who calls them: with a frame of its own, JSON is seen. */
function nameJson(): void {
  const { parse, stringify } = JSON;
  JSON.parse = (...args): unknown => parse(...args);
  JSON.stringify = (...args: unknown[]): string => stringify(...(args as Parameters<typeof stringify>));
}
