import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { parseJson } from '../../../functions/gateway/core/wire/json.ts';
import type { ReceivedRequest } from './vendor-wire.ts';

/** An HTTP server on 127.0.0.1 that hands over whole requests and lets its owner break connections. */
export interface LoopbackServer extends AsyncDisposable {
  /** As `http://127.0.0.1:4010`, without a trailing slash. */
  readonly origin: string;
  /** Resets every open connection. */
  readonly resetConnections: () => void;
  /** Stops listening and ends every connection. */
  readonly close: () => Promise<void>;
}

export interface Exchange {
  readonly request: ReceivedRequest;
  readonly response: ServerResponse;
  /** Aborted when the response is over, however it ended: everything that waits for this exchange waits on it. */
  readonly over: AbortSignal;
}

export interface LoopbackOptions {
  readonly onExchange: (exchange: Exchange) => Promise<void>;
  /** Whether a new connection is reset at once. Default: never. */
  readonly refuses?: () => boolean;
  /** Default: any free port. */
  readonly port?: number;
}

export async function startLoopbackServer(options: LoopbackOptions): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => void receive(incoming, response, options.onExchange));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (options.refuses?.() === true) {
      socket.resetAndDestroy();
    }
  });
  const resetConnections = (): void => {
    for (const socket of sockets) {
      socket.resetAndDestroy();
    }
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port ?? 0, host: '127.0.0.1', backlog: 4096 }, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return { origin: `http://127.0.0.1:${port}`, resetConnections, close, [Symbol.asyncDispose]: close };
}

async function receive(
  incoming: IncomingMessage,
  response: ServerResponse,
  onExchange: LoopbackOptions['onExchange'],
): Promise<void> {
  const over = new AbortController();
  response.on('close', () => over.abort());
  const body = await readBody(incoming);
  if (body !== undefined && !response.destroyed) {
    await onExchange({ request: requestOf(incoming, body), response, over: over.signal });
  }
}

/** The whole body as text; `undefined` where the client hung up before its end. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of incoming) {
      pieces.push(piece);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(pieces).toString('utf8');
}

function requestOf(incoming: IncomingMessage, body: string): ReceivedRequest {
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(headers),
    body: parseJson(body),
  };
}
