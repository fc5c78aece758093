import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Gateway } from '../core/serve/gateway.ts';
import type { GatewayRequest } from '../core/serve/ports.ts';
import { type CorsSettings, corsHeaders, preflightHeaders } from './cors.ts';
import { drainServer } from './drain-server.ts';
import { RESTARTING, restartAnswer } from './interrupted-answer.ts';
import { type BodyReader, bodyReader, drainBody } from './request-body.ts';
import { sendAnswer } from './send-answer.ts';
import { singleValued } from './single-valued.ts';
import { atTurnEnd } from './turn-end.ts';
import { writeBug } from './write-bug.ts';

/** What else a server answers beside the gateway's own paths: `true` where it has taken the request. */
export type SideRoute = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A gateway behind `node:http`. */
export interface GatewayServer {
  /** Not yet listening. */
  readonly server: Server;
  /** Breaks off what is under way, and resolves when it has been recorded. */
  readonly close: () => Promise<void>;
  /** Ends without breaking a connection: `drainServer`. Calls under way have `graceMs`. Resolves with how many were cut off. */
  readonly drain: (graceMs: number) => Promise<number>;
}

/** What a server beside the gateway may be told: a side route, web pages, bounds. */
export interface GatewayServerOptions {
  /** @default none */
  readonly sideRoute?: SideRoute | undefined;
  /** Without it no web page may call. */
  readonly cors?: CorsSettings | undefined;
  /** In place of the server's own bounds. */
  readonly limits?: ServerOptions;
  /** Bytes of request bodies that are held while they arrive, of all callers together. @default 96 MB */
  readonly maxHeldBytes?: number;
  /** A caller who reads nothing of a stream for so long counts as gone. @default 60 seconds */
  readonly readStallMs?: number;
  /** Bodies that nobody reads are read to their end before the answer, up to this many bytes: `drainBody`. @default not at all */
  readonly discardBytes?: number;
}

const MAX_HELD_BYTES = 96 * 1024 * 1024;
const READ_STALL_MS = 60_000;

/** Bounds on callers who are slow or send too much, so that none of them holds a connection for nothing. */
const SERVER_LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  /** Of 6 MB over a slow line. */
  requestTimeout: 120_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  /** Two readings of one request are what smuggling lives of: Node's parser stays strict. */
  insecureHTTPParser: false,
  requireHostHeader: true,
} as const;

/** The gateway as a plain HTTP server, for laptops and tests. */
export function gatewayServer(gateway: Gateway, options: GatewayServerOptions = {}): GatewayServer {
  const { sideRoute = () => false, cors, limits, discardBytes } = options;
  const underWay = new Set<Promise<void>>();
  const { maxHeldBytes = MAX_HELD_BYTES, readStallMs = READ_STALL_MS } = options;
  const restart = new AbortController();
  const calls = new Set<AbortController>();
  restart.signal.addEventListener('abort', () => abortAll(calls, restart.signal.reason));
  const served: Served = {
    gateway,
    bodies: bodyReader(maxHeldBytes),
    readStallMs,
    calls,
    restarting: restart.signal,
    discardBytes,
  };
  const server = createServer({ ...SERVER_LIMITS, ...limits }, (request, response) => {
    if (cors !== undefined && isPreflight(request)) {
      answerPreflight(cors, request, response);
    } else if (!sideRoute(request, response)) {
      if (cors !== undefined) {
        response.setHeaders(new Map(Object.entries(corsHeaders(cors, request.headers.origin))));
      }
      const serving = serve(served, request, response).catch((bug: unknown) => failLoudly(response, bug));
      underWay.add(serving);
      void serving.finally(() => underWay.delete(serving));
    }
  });
  refusesMalformed(server);
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await Promise.all(underWay);
  };
  return { server, close, drain: (graceMs) => drainServer({ server, underWay, restart }, graceMs) };
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

function answerPreflight(cors: CorsSettings, { headers }: IncomingMessage, response: ServerResponse): void {
  const asked = { origin: headers.origin, headers: headers['access-control-request-headers'] };
  response.writeHead(204, preflightHeaders(cors, asked)).end();
}

interface Served {
  readonly gateway: Gateway;
  readonly bodies: BodyReader;
  readonly readStallMs: number;
  /** Of the calls under way. One signal that follows two others costs each call more than a set of them. */
  readonly calls: Set<AbortController>;
  /** Aborted when every call has to end, because the process does. */
  readonly restarting: AbortSignal;
  readonly discardBytes: number | undefined;
}

async function serve(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { gateway, bodies, readStallMs, discardBytes, calls, restarting } = served;
  // Its signal is aborted when the caller hangs up, and when every call has to end.
  const call = new AbortController();
  const { signal } = call;
  calls.add(call);
  response.once('close', () => {
    calls.delete(call);
    if (!response.writableFinished) {
      call.abort({ kind: 'aborted', by: 'caller' });
    }
  });
  if (restarting.aborted) {
    call.abort(restarting.reason);
  }
  // Who asks for a state may have closed his half with the request, and hears nothing after the turn.
  if (request.method === 'POST') {
    await new Promise<void>(atTurnEnd);
  }
  const answer = await gateway(gatewayRequest(request, bodies, signal));
  if (discardBytes !== undefined) {
    response.shouldKeepAlive &&= await drainBody(request, discardBytes);
  }
  const given = signal.reason === RESTARTING ? restartAnswer(answer, request.url ?? '/') : answer;
  await sendAnswer(response, given, { signal, readStallMs });
  calls.delete(call);
  // Not awaited here, where the request and its answer would be held until then.
  return answer.afterEnd();
}

function abortAll(calls: Iterable<AbortController>, reason: unknown): void {
  for (const call of calls) {
    call.abort(reason);
  }
}

/** A bug in the gateway: said on stderr with its stack; the caller gets a plain 500, the process stays up. */
function failLoudly(response: ServerResponse, bug: unknown): void {
  writeBug(bug);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error = {
    message: 'The gateway has a bug: see its log.',
    type: 'server_error',
    code: 'internal_error',
    param: null,
  };
  response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}

function gatewayRequest(request: IncomingMessage, bodies: BodyReader, signal: AbortSignal): GatewayRequest {
  const [target = '/', ...query] = (request.url ?? '/').split('?');
  // Clients behind a proxy send the whole URL; servers have to take it (RFC 9112, section 3.2.2).
  const path = target.replace(/^https?:\/\/[^/]*/i, '');
  return {
    method: request.method ?? 'GET',
    path,
    query: query.join('?'),
    headers: singleValued(request.headers),
    readBody: (maxBytes) => bodies.read(request, maxBytes),
    signal,
  };
}

interface UnderWay {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Answers bytes that are no HTTP request on the bare socket, in the shape that callers know; they never become a request. Where answers to
 * earlier requests of the connection are still under way, these are finished first and the connection closed: nothing is written into it.
 */
function refusesMalformed(server: Server): void {
  const answering = new WeakMap<Duplex, readonly UnderWay[]>();
  server.prependListener('request', (request, response) => {
    const before = (answering.get(request.socket) ?? []).filter((one) => !one.response.writableFinished);
    answering.set(request.socket, [...before, { request, response }]);
  });
  server.on('clientError', (failure: NodeJS.ErrnoException, socket) => {
    const underWay = answering.get(socket)?.findLast(isOfAnother);
    if (!socket.writable || failure.code === 'ECONNRESET') {
      socket.destroy();
    } else if (underWay !== undefined) {
      closeAfter(underWay.response, socket);
    } else {
      refuse(failure, socket);
    }
  });
}

/** Whether bytes that come now are none of this request's, which has not been answered in full. */
function isOfAnother({ request, response }: UnderWay): boolean {
  return !response.writableFinished && (request.complete || response.headersSent);
}

function closeAfter(response: ServerResponse, socket: Duplex): void {
  response.shouldKeepAlive = false;
  response.once('close', () => socket.destroy());
}

function refuse(failure: NodeJS.ErrnoException, socket: Duplex): void {
  const [line, message] = MALFORMED.get(failure.code ?? '') ?? [
    '400 Bad Request',
    'This is not a well-formed HTTP request: check for control characters in its headers and for a wrong content-length.',
  ];
  const error = { message, type: 'invalid_request_error', param: null, code: 'malformed_http' };
  const body = JSON.stringify({ error });
  const head = [`HTTP/1.1 ${line}`, 'content-type: application/json', `content-length: ${Buffer.byteLength(body)}`];
  socket.end(`${[...head, 'connection: close'].join('\r\n')}\r\n\r\n${body}`);
}

/** Status line and message for the codes of Node's HTTP parser that say more than "malformed". */
const MALFORMED: ReadonlyMap<string, readonly [line: string, message: string]> = new Map([
  ['HPE_HEADER_OVERFLOW', ['431 Request Header Fields Too Large', 'The headers exceed 16 KB: send less in them.']],
  ['ERR_HTTP_REQUEST_TIMEOUT', ['408 Request Timeout', 'The request did not arrive in time: send it whole.']],
]);
