import type { Dispatcher } from 'undici';
import UndiciPool from 'undici/lib/dispatcher/pool.js';
import { type Arrivals, takeWhile } from '../core/model/arrivals.ts';
import type { ResponseBody } from '../core/model/dial.ts';
import { singleValued } from './single-valued.ts';
import { atTurnEnd, sendAtTurnEnd } from './turn-end.ts';

/** As long as providers keep idle connections open, and Lambda's freezing makes longer ones useless. */
const KEEP_ALIVE_MS = 60_000;

/** Kept-alive HTTP/1.1 connections to one origin. Whoever calls times the answer, so undici's own limits on headers and body are off. */
export class HttpPool extends UndiciPool {
  /** Requests whose answers have not ended. */
  running = 0;
  #connections = 0;

  /** `origin` without a path. `connectMs`: how long a connection may take to be made. */
  constructor(origin: string, connectMs: number) {
    super(origin, {
      connect: { timeout: connectMs },
      connections: null,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      allowH2: false,
    });
    this.on('connect', () => {
      this.#connections += 1;
    });
    this.on('disconnect', () => {
      this.#connections -= 1;
    });
  }

  /** Whether a connection is kept for the next request. undici's own figures look at every connection, for each of six numbers. */
  hasKept(): boolean {
    return this.#connections > this.running;
  }
}

/** A request to be sent over a pool. */
export interface PoolRequest extends Pick<Dispatcher.DispatchOptions, 'method' | 'path' | 'headers' | 'body'> {
  /** Ends the exchange, for its reason, until the answer's body has ended. */
  readonly signal?: AbortSignal;
}

/** Sends a request over the pool. Resolves with the answer's head and its body, whatever its status. */
export function poolRequest(pool: HttpPool, { signal, ...request }: PoolRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    pool.running += 1;
    const exchange = new HttpExchange(pool, { resolve, reject }, signal);
    sendAtTurnEnd(() => pool.dispatch(request, exchange));
  });
}

/** A whole body as text. Rejects where it breaks off. */
export async function bodyText({ arrivals }: AnswerBody): Promise<string> {
  const parts: Uint8Array[] = [];
  await takeWhile(arrivals, (part) => parts.push(part) > 0);
  return Buffer.concat(parts).toString();
}

/** An answer whose head has come. */
export interface HttpAnswer {
  readonly statusCode: number;
  /** Names in lower case; what came several times is joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AnswerBody;
}

/** An answer's body: each step is all that has come by then. */
export interface AnswerBody extends ResponseBody {
  readonly arrivals: Arrivals<Uint8Array>;
  /** Reads no further. The connection is closed, unless the body has ended. */
  readonly destroy: () => void;
}

/** Bytes that wait for their reader until no more are taken from the connection. */
const MAX_WAITING_BYTES = 64 * 1024;

/**
 * One request's way through undici's dispatcher, told by callbacks, and its answer's body as it arrives. undici's own `request` puts a
 * stream of Node's between them, at several times the price for each piece.
 */
class HttpExchange implements Dispatcher.DispatchHandler, AnswerBody, Arrivals<Uint8Array> {
  readonly arrivals = this;
  readonly #pool: HttpPool;
  readonly #head: Pick<PromiseWithResolvers<HttpAnswer>, 'resolve' | 'reject'>;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#stop(this.#signal?.reason);
  #controller: Dispatcher.DispatchController | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #wake: (() => void) | undefined;
  #hasBegun = false;
  #hasEnded = false;
  #failure: { readonly reason: unknown } | undefined;

  /** `head` is told of the answer's head, or why none came. The exchange ends with `signal`, for its reason. */
  constructor(
    pool: HttpPool,
    head: Pick<PromiseWithResolvers<HttpAnswer>, 'resolve' | 'reject'>,
    signal?: AbortSignal,
  ) {
    this.#pool = pool;
    this.#head = head;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== undefined) {
      controller.abort(this.#failure.reason as Error);
    }
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // Those below say that the answer is still to come.
    if (statusCode >= 200) {
      this.#hasBegun = true;
      const answer = { statusCode, headers: singleValued(headers), body: this };
      atTurnEnd(() => this.#head.resolve(answer));
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.byteLength;
    this.#tell();
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      controller.pause();
    }
  }

  onResponseEnd(): void {
    this.#hasEnded = true;
    this.#pool.running -= 1;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#tell();
  }

  onResponseError(_controller: Dispatcher.DispatchController, reason: unknown): void {
    this.#fail(reason);
  }

  isReady(wake: () => void): boolean {
    if (this.#waitingBytes > 0 || this.#hasEnded || this.#failure !== undefined) {
      return true;
    }
    this.#wake = wake;
    return false;
  }

  take(): Uint8Array | undefined {
    const [first] = this.#waiting;
    if (first === undefined || this.#waitingBytes === 0) {
      if (this.#failure !== undefined) {
        throw this.#failure.reason;
      }
      return undefined;
    }
    const bytes = this.#waiting.length === 1 ? first : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#controller?.resume();
    return bytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (let bytes = await this.#next(); bytes !== undefined; bytes = await this.#next()) {
        yield bytes;
      }
    } finally {
      this.destroy();
    }
  }

  destroy(): void {
    this.#stop(new Error('The answer is read no further.'));
  }

  async #next(): Promise<Uint8Array | undefined> {
    let next: Uint8Array | undefined;
    await takeWhile(this, (bytes) => {
      next = bytes;
      return false;
    });
    return next;
  }

  #tell(): void {
    const wake = this.#wake;
    if (wake !== undefined) {
      this.#wake = undefined;
      atTurnEnd(wake);
    }
  }

  #stop(reason: unknown): void {
    if (!this.#hasEnded && this.#failure === undefined) {
      this.#fail(reason);
      this.#controller?.abort(reason as Error);
    }
  }

  #fail(reason: unknown): void {
    if (this.#failure !== undefined || this.#hasEnded) {
      return;
    }
    this.#failure = { reason };
    this.#pool.running -= 1;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    if (!this.#hasBegun) {
      this.#head.reject(reason);
    }
    this.#tell();
  }
}
