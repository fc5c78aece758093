import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Gateway } from '../core/gateway/gateway.ts';
import type { GatewayRequest, GatewayResponse } from '../core/gateway/ports.ts';
import { type CorsSettings, corsHeaders, preflightHeaders } from './cors.ts';
import { drainServer } from './drain-server.ts';
import { RESTARTING, restartAnswer, restartEvent } from './interrupted-answer.ts';
import { discardBody } from './unread-body.ts';

/** What else a server answers beside the gateway's own paths: `true` where it has taken the request. */
export type SideRoute = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface GatewayServer {
  /** Not yet listening. */
  readonly server: Server;
  /** Breaks off what is under way, and resolves when it has been recorded. */
  readonly close: () => Promise<void>;
  /** Ends without breaking a connection: `drainServer`. Calls under way have `graceMs`. Resolves with how many were cut off. */
  readonly drain: (graceMs: number) => Promise<number>;
}

export interface GatewayServerOptions {
  /** @default none */
  readonly sideRoute?: SideRoute | undefined;
  /** Without it no web page may call. */
  readonly cors?: CorsSettings | undefined;
  /** In place of the server's own bounds. */
  readonly limits?: ServerOptions;
  /** Bodies that nobody reads are read to their end before the answer, up to this many bytes: `discardBody`. @default not at all */
  readonly discardBytes?: number;
}

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
  const restart = new AbortController();
  const server = createServer({ ...SERVER_LIMITS, ...limits }, (request, response) => {
    if (isPreflight(request) && cors !== undefined) {
      answerPreflight(cors, request, response);
    } else if (!sideRoute(request, response)) {
      for (const [name, value] of Object.entries(corsHeaders(cors, request.headers.origin))) {
        response.setHeader(name, value);
      }
      const serving = serve(gateway, { request, response, restarting: restart.signal, discardBytes }).catch(
        (bug: unknown) => failLoudly(response, bug),
      );
      underWay.add(serving);
      void serving.finally(() => underWay.delete(serving));
    }
  });
  server.on('clientError', refuseMalformed);
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await Promise.all(underWay);
  };
  return { server, close, drain: (graceMs) => drainServer({ server, underWay, restart }, graceMs) };
}

/** Bytes that are no HTTP request never become one: this answers on the bare socket, in the shape that callers know. */
function refuseMalformed(failure: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || failure.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
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

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

function answerPreflight(cors: CorsSettings, { headers }: IncomingMessage, response: ServerResponse): void {
  const asked = { origin: headers.origin, headers: headers['access-control-request-headers'] };
  response.writeHead(204, preflightHeaders(cors, asked)).end();
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly restarting: AbortSignal;
  readonly discardBytes: number | undefined;
}

async function serve(gateway: Gateway, { request, response, restarting, discardBytes }: Exchange): Promise<void> {
  const hungUp = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) {
      hungUp.abort({ kind: 'aborted', by: 'caller' });
    }
  });
  const signal = AbortSignal.any([hungUp.signal, restarting]);
  const answer = await gateway(gatewayRequest(request, signal));
  if (discardBytes !== undefined) {
    response.shouldKeepAlive &&= await discardBody(request, discardBytes);
  }
  await send(response, signal.reason === RESTARTING ? restartAnswer(answer, request.url ?? '/') : answer, signal);
  await answer.afterEnd();
}

/** A bug in the gateway: said on stderr with its stack; the caller gets a plain 500, the process stays up. */
function failLoudly(response: ServerResponse, bug: unknown): void {
  process.stderr.write(`${bug instanceof Error ? bug.stack : String(bug)}\n`);
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

function gatewayRequest(request: IncomingMessage, signal: AbortSignal): GatewayRequest {
  const [target = '/', ...query] = (request.url ?? '/').split('?');
  // Clients behind a proxy send the whole URL; servers have to take it (RFC 9112, section 3.2.2).
  const path = target.replace(/^https?:\/\/[^/]*/i, '');
  return {
    method: request.method ?? 'GET',
    path,
    query: query.join('?'),
    headers: singleValued(request.headers),
    readBody: (maxBytes) => readBody(request, maxBytes),
    signal,
  };
}

function singleValued(headers: IncomingMessage['headers']): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(entries);
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | 'too-large' | 'hung-up'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    return 'too-large';
  }
  const parts: Buffer[] = [];
  let size = 0;
  try {
    // The connection stays open after a refusal: the answer goes over it.
    for await (const part of request.iterator({ destroyOnReturn: false })) {
      size += part.length;
      if (size > maxBytes) {
        return 'too-large';
      }
      parts.push(part);
    }
  } catch {
    return 'hung-up';
  }
  return Buffer.concat(parts);
}

async function send(response: ServerResponse, answer: GatewayResponse, signal: AbortSignal): Promise<void> {
  const { status, headers, body } = answer;
  if (typeof body === 'string') {
    sendWhole(response, answer, body);
    return;
  }
  response.writeHead(status, headers);
  for await (const piece of body) {
    if (signal.aborted) {
      break;
    }
    if (!response.write(piece)) {
      await drained(response, signal);
    }
  }
  response.end(signal.reason === RESTARTING ? restartEvent(response.req.url ?? '/') : undefined);
}

function sendWhole(response: ServerResponse, { status, headers }: GatewayResponse, body: string): void {
  // To a HEAD the body is empty, but its length is not nothing.
  const length = response.req.method === 'HEAD' ? {} : { 'content-length': Buffer.byteLength(body) };
  // Where the body was too large to be read, the connection cannot be used for another request.
  const close = status === 413 ? { connection: 'close' } : {};
  response.writeHead(status, { ...headers, ...length, ...close }).end(body);
}

/** Waits until the caller has read on, or has gone. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await once(response, 'drain', { signal }).catch(() => undefined);
}
