import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import {
  type Exchange,
  type LoopbackServer,
  startLoopbackServer,
} from '../../infra/local/simulated/loopback-server.ts';
import type { ReceivedRequest, VendorWire } from '../../infra/local/simulated/vendor-wire.ts';
import { failureMoves, type Move, movesOf } from './fake-provider-moves.ts';
import type { Step } from './fake-provider-step.ts';
import { type Gate, gate } from './gate.ts';
import { wireOf } from './wire-of.ts';

/** A vendor on a loopback port that does what a test tells it and remembers what it was asked. */
export interface FakeProvider {
  /** For the configuration's `baseUrl`, with the vendor's prefix (`/v1`), without a trailing slash. */
  readonly baseUrl: string;
  /** In order of arrival. */
  readonly requests: readonly FakeRequest[];
  /** Resolves with the request of that index once it has arrived. */
  readonly arrival: (index: number) => Promise<FakeRequest>;
  /** Each next request takes one step, in order. */
  readonly script: (...steps: readonly Step[]) => void;
  /** What happens when the script is used up. At first: a plain answer. */
  readonly byDefault: (step: Step | ((request: FakeRequest) => Step)) => void;
  /** From now on requests wait (after they were recorded) until `release`. */
  readonly hold: () => void;
  readonly release: () => void;
  /** Resets every open connection, idle ones too, as a vendor's load balancer does. */
  readonly resetConnections: () => void;
  readonly close: () => Promise<void>;
}

export interface FakeRequest extends ReceivedRequest {
  /** Of `performance.now()`. */
  readonly atMs: number;
  /** Counts the connections from 0: the same number means that one was reused. */
  readonly connection: number;
  /** How it ended, once it has. */
  readonly ended: Promise<FakeEnd>;
  /** Whether the client hung up before the answer was whole. */
  readonly abortedByClient: boolean;
}

export type FakeEnd = 'answered' | 'aborted-by-client' | 'broken-by-fake';

export interface FakeProviderOptions {
  /** Take any path and any body for a chat request, instead of refusing wrong ones as the vendor would. Default: false. */
  readonly acceptsAnything?: boolean;
}

/** Starts a fake that speaks a protocol, or a vendor's form of one. It checks paths and bodies as the vendor does, but no credentials and no model names. */
export async function startFakeProvider(
  protocol: ProtocolName | VendorWire,
  options: FakeProviderOptions = {},
): Promise<FakeProvider> {
  const wire = typeof protocol === 'string' ? wireOf(protocol) : protocol;
  const state = fakeState();
  const server = await startLoopbackServer({
    onExchange: async (exchange) => {
      const arrived = record(exchange, state);
      const moves = nextMoves(arrived, { wire, state, options });
      await Promise.race([state.held?.opened, arrived.request.ended]);
      await play(moves, exchange, arrived);
    },
  });
  return fakeProvider(server, wire, state);
}

interface FakeState {
  readonly requests: FakeRequest[];
  readonly arrivals: Map<number, PromiseWithResolvers<FakeRequest>>;
  readonly connections: Map<Socket, number>;
  readonly arrived: Arrived[];
  readonly script: Step[];
  fallback: (request: FakeRequest) => Step;
  held: Gate | undefined;
}

function fakeState(): FakeState {
  return {
    requests: [],
    arrivals: new Map(),
    connections: new Map(),
    arrived: [],
    script: [],
    fallback: () => ({ kind: 'answer' }),
    held: undefined,
  };
}

function fakeProvider(server: LoopbackServer, wire: VendorWire, state: FakeState): FakeProvider {
  return {
    baseUrl: server.origin + wire.basePath,
    requests: state.requests,
    arrival: (index) => arrivalOf(index, state).promise,
    script: (...steps) => void state.script.push(...steps),
    byDefault: (step) => {
      state.fallback = typeof step === 'function' ? step : () => step;
    },
    hold: () => {
      state.held ??= gate();
    },
    release: () => {
      state.held?.open();
      state.held = undefined;
    },
    resetConnections: () => {
      breakAllOff(state);
      server.resetConnections();
    },
    close: () => {
      breakAllOff(state);
      return server.close();
    },
  };
}

function breakAllOff(state: FakeState): void {
  for (const arrived of state.arrived) {
    arrived.breakOff();
  }
}

/** A request that has arrived, and the means to note that the fake itself broke it off. */
interface Arrived {
  readonly request: FakeRequest;
  readonly breakOff: () => void;
}

function record({ request, response, over }: Exchange, state: FakeState): Arrived {
  let broken = false;
  let end: FakeEnd | undefined;
  const { promise, resolve } = Promise.withResolvers<FakeEnd>();
  over.addEventListener('abort', () => {
    const interrupted = broken ? 'broken-by-fake' : 'aborted-by-client';
    end = response.writableFinished ? 'answered' : interrupted;
    resolve(end);
  });
  const recorded: FakeRequest = {
    ...request,
    atMs: performance.now(),
    connection: connectionOf(response, state.connections),
    ended: promise,
    get abortedByClient() {
      return end === 'aborted-by-client';
    },
  };
  state.requests.push(recorded);
  arrivalOf(state.requests.length - 1, state).resolve(recorded);
  const breakOff = (): void => {
    broken = true;
  };
  state.arrived.push({ request: recorded, breakOff });
  return { request: recorded, breakOff };
}

function connectionOf(response: ServerResponse, connections: Map<Socket, number>): number {
  const known = response.socket === null ? undefined : connections.get(response.socket);
  if (known === undefined && response.socket !== null) {
    connections.set(response.socket, connections.size);
  }
  return known ?? connections.size - 1;
}

function arrivalOf(index: number, state: FakeState): PromiseWithResolvers<FakeRequest> {
  const arrival = state.arrivals.get(index) ?? Promise.withResolvers<FakeRequest>();
  state.arrivals.set(index, arrival);
  return arrival;
}

function nextMoves(
  arrived: Arrived,
  context: { readonly wire: VendorWire; readonly state: FakeState; readonly options: FakeProviderOptions },
): readonly Move[] {
  const { wire, state, options } = context;
  const read = wire.readRequest(arrived.request);
  if (read.kind === 'failure' && options.acceptsAnything !== true) {
    return failureMoves(read);
  }
  const request = read.kind === 'failure' ? ANY_CHAT : read;
  const step = state.script.shift() ?? state.fallback(arrived.request);
  return movesOf(step, { wire, request, ordinal: state.requests.length });
}

/** What a request is taken for that no vendor would understand. */
const ANY_CHAT = {
  kind: 'chat',
  model: 'any-model',
  streaming: true,
  includeUsage: true,
  prompt: {
    lastUserText: '',
    toolResult: undefined,
    tools: [],
    toolChoice: 'auto',
    json: undefined,
    inputTokens: 1,
    maxTokens: undefined,
  },
} as const;

async function play(moves: readonly Move[], exchange: Exchange, arrived: Arrived): Promise<void> {
  for (const move of moves) {
    if (exchange.over.aborted) {
      return;
    }
    await perform(move, exchange, arrived);
  }
}

async function perform(move: Move, { response }: Exchange, arrived: Arrived): Promise<void> {
  switch (move.do) {
    case 'send-headers':
      response.writeHead(move.status, move.headers);
      response.flushHeaders();
      return;
    case 'write':
      // Waits until the kernel has it, so that what follows cannot overtake it; a client that hung up is no error here.
      await Promise.race([
        new Promise<void>((resolve) => response.write(move.bytes, () => resolve())),
        arrived.request.ended,
      ]);
      return;
    case 'delay':
      await Promise.race([sleep(move.ms, undefined, { ref: false }), arrived.request.ended]);
      return;
    case 'wait':
      await Promise.race([move.until, arrived.request.ended]);
      return;
    case 'fall-silent':
      await arrived.request.ended;
      return;
    case 'end':
      response.end();
      return;
    case 'drop':
      arrived.breakOff();
      response.socket?.destroy();
      return;
    case 'reset':
      arrived.breakOff();
      response.socket?.resetAndDestroy();
      return;
  }
}
