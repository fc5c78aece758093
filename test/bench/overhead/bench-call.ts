import { type Dispatcher, Pool } from 'undici';
import type { MeasuredProcess } from './measured-process.ts';

/**
 * A whole body, one that the gateway does not ask for as a stream either, a stream as fast as it goes, one whose tokens come a few
 * milliseconds apart, or one that stays open for seconds.
 */
export type Kind = 'plain' | 'whole' | 'fast stream' | 'paced stream' | 'held stream';

/** Something that serves the bench's call. */
export interface Target {
  readonly name: string;
  readonly pool: Pool;
  readonly bodies: Readonly<Record<Kind, string>>;
  /** Absent for the provider itself. */
  readonly process?: MeasuredProcess<string>;
}

/** How long a call took, milliseconds. */
export interface Timing {
  /** Until the answer's first bytes. */
  readonly firstMs: number;
  readonly totalMs: number;
}

const HEADERS = { authorization: 'Bearer bench', 'content-type': 'application/json' };

/** What is asked for as a model: of one that serves streams, and of one that has none. */
export interface BenchModels {
  readonly streaming: string;
  readonly whole: string;
}

/** A target at this origin. */
export function target(name: string, origin: string, models: BenchModels, process?: MeasuredProcess<string>): Target {
  const bodyOf = (content: string, stream: boolean, model = models.streaming): string =>
    JSON.stringify({ messages: [{ role: 'user', content }], model, stream });
  const bodies = {
    plain: bodyOf('Hello there, how are you today?', false),
    whole: bodyOf('Hello there, how are you today?', false, models.whole),
    'fast stream': bodyOf('Hello there, how are you today?', true),
    'paced stream': bodyOf('Slowly now, how are you today?', true),
    'held stream': bodyOf('Held for now, how are you today?', true),
  };
  return { name, pool: new Pool(origin), bodies, ...(process === undefined ? {} : { process }) };
}

/** Asks once; `onBytes` is told of each piece of the answer. Rejects where the answer is no good: a bench of errors measures nothing. */
export function call(
  { pool, bodies }: Target,
  kind: Kind,
  onBytes: (bytes: Buffer) => void = () => undefined,
): Promise<Timing> {
  const startedMs = performance.now();
  let firstMs: number | undefined;
  let status = 0;
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, statusCode) => {
        status = statusCode;
      },
      onResponseData: (_controller, chunk) => {
        firstMs ??= performance.now() - startedMs;
        bytes += chunk.length;
        onBytes(chunk);
      },
      onResponseEnd: () => {
        if (status === 200 && bytes > LEAST_BYTES[kind]) {
          resolve({ firstMs: firstMs ?? 0, totalMs: performance.now() - startedMs });
        } else {
          reject(new Error(`An answer of status ${status} and ${bytes} bytes.`));
        }
      },
      onResponseError: (_controller, error) => reject(error),
    };
    const path = '/v1/chat/completions';
    pool.dispatch({ method: 'POST', path, headers: HEADERS, body: bodies[kind] }, handler);
  });
}

/** No whole answer of the provider is shorter. */
const LEAST_BYTES: Readonly<Record<Kind, number>> = {
  plain: 200,
  whole: 200,
  'fast stream': 4000,
  'paced stream': 4000,
  'held stream': 4000,
};
