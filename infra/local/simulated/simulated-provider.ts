import type { ServerResponse } from 'node:http';
import type { Clock, Random } from '../../../functions/gateway/core/model/clock.ts';
import { defined } from '../../../functions/gateway/core/model/defined.ts';
import type { Condition } from './condition.ts';
import { embeddingOf } from './embedding-of.ts';
import { drawPace, type LatencyProfile, type Pace } from './latency-model.ts';
import { type Exchange, startLoopbackServer } from './loopback-server.ts';
import { composeAnswer } from './simulated-model.ts';
import {
  meaningOfStatus,
  type VendorWire,
  type WireChat,
  type WireEmbeddings,
  type WireFailure,
  type WireRequest,
} from './vendor-wire.ts';

/** One simulated vendor: what it is, and where its time and chance come from. */
export interface SimulatedProviderOptions {
  readonly wire: VendorWire;
  /** As a reader knows it: `OpenAI`. */
  readonly title: string;
  readonly apiKey: string;
  /** The model ids that it serves. */
  readonly models: readonly string[];
  readonly latency: LatencyProfile;
  readonly clock: Clock;
  readonly random: Random;
  /** Default: any free port. */
  readonly port?: number;
}

export interface SimulatedProvider {
  readonly baseUrl: string;
  readonly condition: () => Condition;
  /** Holds for calls that begin from now on; `down` also breaks those under way. */
  readonly setCondition: (condition: Condition) => void;
  readonly close: () => Promise<void>;
}

export async function startSimulatedProvider(options: SimulatedProviderOptions): Promise<SimulatedProvider> {
  let condition: Condition = { kind: 'healthy' };
  const startMs = options.clock.nowMs();
  let answered = 0;
  const server = await startLoopbackServer({
    refuses: () => condition.kind === 'down',
    onExchange: (exchange) => {
      answered += 1;
      const pace = drawPace(options.latency, options.clock.nowMs() - startMs, options.random);
      const id = `sim${answered.toString(36).padStart(6, '0')}`;
      return answer({ exchange, options, condition, pace: slowed(pace, condition), id });
    },
    ...defined({ port: options.port }),
  });
  return {
    baseUrl: server.origin + options.wire.basePath,
    condition: () => condition,
    setCondition: (next) => {
      condition = next;
      if (next.kind === 'down') {
        server.resetConnections();
      }
    },
    close: server.close,
  };
}

function slowed(pace: Pace, condition: Condition): Pace {
  const factor = condition.kind === 'slow' ? condition.factor : 1;
  return { ttftMs: pace.ttftMs * factor, tokenGapMs: pace.tokenGapMs * factor };
}

/** One call under way. */
interface Call {
  readonly exchange: Exchange;
  readonly options: SimulatedProviderOptions;
  /** As it was when the call came. */
  readonly condition: Condition;
  readonly pace: Pace;
  readonly id: string;
}

async function answer(call: Call): Promise<void> {
  if (call.condition.kind === 'silent') {
    return;
  }
  const read = readCall(call);
  if (read.kind === 'failure') {
    refuse(read, call.exchange.response);
  } else if (read.kind === 'embeddings') {
    await answerEmbeddings(read, call);
  } else {
    await (read.streaming ? streamChat(read, call) : answerChat(read, call));
  }
}

/** What is asked, or why it is refused: first the vendor's condition, then the key, the request and the model. */
function readCall({ exchange, options, condition }: Call): WireRequest | WireFailure {
  const { wire } = options;
  if (condition.kind === 'failing') {
    return wire.failure(meaningOfStatus(condition.status), { status: condition.status });
  }
  if (wire.credential(exchange.request.headers) !== options.apiKey) {
    return wire.failure('unauthorized');
  }
  const read = wire.readRequest(exchange.request);
  if (read.kind === 'failure') {
    return read;
  }
  if (!options.models.includes(read.model)) {
    return wire.failure('not-found', { model: read.model });
  }
  return condition.kind === 'rate-limited'
    ? wire.failure('rate-limited', { model: read.model, retryAfterSeconds: condition.retryAfterSeconds })
    : read;
}

function refuse(failure: WireFailure, response: ServerResponse): void {
  response.writeHead(failure.status, failure.headers).end(failure.body);
}

async function answerEmbeddings(request: WireEmbeddings, call: Call): Promise<void> {
  const dimensions = request.dimensions ?? DEFAULT_DIMENSIONS;
  const vectors = request.inputs.map((input) => embeddingOf(input, dimensions));
  await pause(call.pace.ttftMs, call);
  sendJson(call.options.wire.embeddings?.(vectors, request), call);
}

/** As of text-embedding-3-small. */
const DEFAULT_DIMENSIONS = 1536;

async function answerChat(request: WireChat, call: Call): Promise<void> {
  const composed = composeAnswer(request, aboutOf(call));
  await pause(call.pace.ttftMs + call.pace.tokenGapMs * composed.usage.outputTokens, call);
  sendJson(call.options.wire.body(composed), call);
}

function sendJson(body: unknown, { exchange, options, condition, id }: Call): void {
  const { over, response } = exchange;
  if (over.aborted) {
    return;
  }
  const bytes = Buffer.from(JSON.stringify(body));
  const length = { 'content-type': 'application/json', 'content-length': bytes.length };
  response.writeHead(200, { ...options.wire.answerHeaders(id), ...length });
  if (condition.kind === 'cutting') {
    response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.destroy());
  } else {
    response.end(bytes);
  }
}

/** Headers and the prelude go out at once, as real vendors' do: only tokens take their time. */
async function streamChat(request: WireChat, call: Call): Promise<void> {
  const { exchange, options, condition, pace, id } = call;
  const { over, response } = exchange;
  const stream = options.wire.stream(composeAnswer(request, aboutOf(call)), request);
  const sent = condition.kind === 'cutting' ? stream.content.slice(0, stream.content.length / 2) : stream.content;
  response.writeHead(200, { ...options.wire.answerHeaders(id), 'content-type': options.wire.streamContentType });
  response.flushHeaders();
  response.write(Buffer.concat(stream.prelude));
  for (const [index, bytes] of sent.entries()) {
    await pause(index === 0 ? pace.ttftMs : pace.tokenGapMs, call);
    if (over.aborted) {
      return;
    }
    response.write(bytes);
  }
  if (sent.length < stream.content.length) {
    response.socket?.destroy();
  } else {
    response.end(Buffer.concat(stream.ending));
  }
}

function aboutOf({ options, id }: Call): Parameters<typeof composeAnswer>[1] {
  return { vendorTitle: options.title, id, nowMs: options.clock.nowMs() };
}

/** Waits, but no longer than the exchange lasts. */
function pause(ms: number, { exchange, options }: Call): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = options.clock.after(ms, resolve);
  const giveUp = (): void => {
    cancel();
    resolve();
  };
  exchange.over.addEventListener('abort', giveUp);
  // A long answer waits often: listeners that stayed would add up.
  return promise.finally(() => exchange.over.removeEventListener('abort', giveUp));
}
