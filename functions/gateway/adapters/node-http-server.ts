import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Gateway } from '../core/gateway/gateway.ts';
import type { GatewayRequest, GatewayResponse } from '../core/gateway/ports.ts';

/** What else a server answers beside the gateway's own paths: `true` where it has taken the request. */
export type SideRoute = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface GatewayServer {
  /** Not yet listening. */
  readonly server: Server;
  /** Breaks off what is under way, and resolves when it has been recorded. */
  readonly close: () => Promise<void>;
}

/** The gateway as a plain HTTP server, for laptops and tests. */
export function gatewayServer(gateway: Gateway, sideRoute: SideRoute = () => false): GatewayServer {
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    if (!sideRoute(request, response)) {
      const serving = serve(gateway, request, response).catch((bug: unknown) => failLoudly(response, bug));
      underWay.add(serving);
      void serving.finally(() => underWay.delete(serving));
    }
  });
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await Promise.all(underWay);
  };
  return { server, close };
}

async function serve(gateway: Gateway, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const hungUp = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) {
      hungUp.abort({ kind: 'aborted', by: 'caller' });
    }
  });
  const answer = await gateway(gatewayRequest(request, hungUp.signal));
  await send(response, answer, hungUp.signal);
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
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  return {
    method: request.method ?? 'GET',
    path,
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
    for await (const part of request) {
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
    // Where the body was too large to be read, the connection cannot be used for another request.
    const close = status === 413 ? { connection: 'close' } : {};
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body), ...close }).end(body);
    return;
  }
  response.writeHead(status, headers);
  for await (const piece of body) {
    if (!response.write(piece) && !signal.aborted) {
      await drained(response, signal);
    }
    if (signal.aborted) {
      break;
    }
  }
  response.end();
}

/** Waits until the caller has read on, or has gone. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await once(response, 'drain', { signal }).catch(() => undefined);
}
