import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { FunctionInstance } from './function-instance.ts';
import { payloadOf } from './payload.ts';
import { splitPrelude } from './stream-prelude.ts';

/** What Lambda takes as a request. */
const MAX_EVENT_BYTES = 6 * 1024 * 1024;

export interface FunctionUrlOptions {
  readonly timeoutMs: () => number;
  readonly startInstance: () => Promise<FunctionInstance>;
  /** More calls at once than this are turned away. */
  readonly maxInstances: number;
}

/** A Function URL in front of as many instances as there are calls at once, as Lambda starts them. */
export interface FunctionUrl {
  /** Without a trailing slash. */
  readonly origin: string;
  /** Every instance so far, in the order of their starts. */
  readonly instances: readonly FunctionInstance[];
  /** Resolves when every instance has finished what it does and can take the next call. Rejects where one has died. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

interface UrlState extends FunctionUrlOptions {
  readonly instances: FunctionInstance[];
  readonly busy: Set<FunctionInstance>;
}

export async function startFunctionUrl(options: FunctionUrlOptions): Promise<FunctionUrl> {
  const state: UrlState = { ...options, instances: [], busy: new Set() };
  const server = createServer((request, response) => {
    serve(state, request, response).catch((error: unknown) => refuse(response, 502, String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    instances: state.instances,
    settled: async () => {
      await Promise.all(state.instances.map((instance) => instance.idle()));
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.all(state.instances.map((instance) => instance.close()));
    },
  };
}

async function serve(state: UrlState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const event = payloadOf(request, await buffer(request));
  if (Buffer.byteLength(event) > MAX_EVENT_BYTES) {
    refuse(response, 413, 'Request must be smaller than 6291456 bytes for the InvokeFunction operation');
    return;
  }
  const instance = await idleInstance(state);
  if (instance === undefined) {
    refuse(response, 429, 'Rate Exceeded.');
    return;
  }
  instance.invoke({
    event,
    deadlineMs: Date.now() + state.timeoutMs(),
    onResponse: (streamed) => {
      // Where the instance dies in the middle.
      forward(streamed, response).catch(() => refuse(response, 502, 'Internal Server Error'));
    },
    onError: () => refuse(response, 502, 'Internal Server Error'),
  });
  // One call at a time: it can take the next when it asks for it, or never where it died.
  void instance.idle().then(
    () => state.busy.delete(instance),
    () => refuse(response, 502, 'Internal Server Error'),
  );
}

async function idleInstance(state: UrlState): Promise<FunctionInstance | undefined> {
  const free = state.instances.find((known) => !state.busy.has(known) && known.ended() === undefined);
  if (free !== undefined) {
    state.busy.add(free);
    return free;
  }
  if (state.busy.size >= state.maxInstances) {
    return undefined;
  }
  const instance = await state.startInstance();
  state.instances.push(instance);
  state.busy.add(instance);
  await instance.idle();
  return instance;
}

/** Hands a streamed answer on, piece by piece. A caller who hung up is not noticed: the rest goes nowhere. */
async function forward(streamed: IncomingMessage, response: ServerResponse): Promise<void> {
  let head: Buffer = Buffer.alloc(0);
  for await (const piece of streamed) {
    if (response.headersSent) {
      response.write(piece);
    } else {
      head = Buffer.concat([head, piece]);
      begin(response, head);
    }
  }
  if (streamed.trailers['lambda-runtime-function-error-type'] === undefined) {
    response.end();
  } else {
    // Broken in the middle: what has been sent cannot be taken back, so that the connection is cut.
    refuse(response, 502, 'Internal Server Error');
  }
}

/** Sends status, headers and what is there of the body, once the prelude is whole. */
function begin(response: ServerResponse, head: Buffer): void {
  const split = splitPrelude(head);
  if (split === undefined) {
    return;
  }
  const { statusCode = 200, headers = {}, cookies = [] } = split.prelude;
  response.writeHead(statusCode, { ...headers, ...(cookies.length === 0 ? {} : { 'set-cookie': [...cookies] }) });
  response.flushHeaders();
  if (split.rest.byteLength > 0) {
    response.write(split.rest);
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ Message: message }));
}
