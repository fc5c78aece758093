import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** What one instance of a function is given to do. */
export interface Invocation {
  /** JSON. */
  readonly event: string;
  /** The instant (milliseconds since 1970) at which Lambda would kill it. */
  readonly deadlineMs: number;
  /** Takes the instance's answer as it streams in. Trailers are there when it has ended. */
  readonly onResponse: (response: IncomingMessage) => void;
  /** Takes the error that the runtime reports in place of an answer. */
  readonly onError: (error: string) => void;
}

/** Lambda's side of one instance: the HTTP API through which the runtime fetches its work and answers it. */
export interface RuntimeApi {
  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Resolves when the runtime asks for work the next time (at once if it is waiting for some). Rejects with an error of the start. */
  readonly idle: () => Promise<void>;
  /** Gives work to an idle runtime. */
  readonly invoke: (invocation: Invocation) => void;
  readonly close: () => void;
}

const PREFIX = '/2018-06-01/runtime';

/** Starts the API. `onIdle` is called whenever the runtime has finished everything and asks for more. Source: AWS, "Lambda runtime API". */
export async function startRuntimeApi(functionArn: string, onIdle: () => void): Promise<RuntimeApi> {
  const state: ApiState = {
    functionArn,
    onIdle,
    idle: Promise.withResolvers(),
    waiting: undefined,
    current: undefined,
  };
  // Who waits for it gets it; unhandled it would end the process.
  state.idle.promise.catch(() => undefined);
  const server = createServer((request, response) => void serve(state, request, response));
  // A runtime may think for minutes before its first byte. Lambda waits.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    address: `127.0.0.1:${port}`,
    idle: () => state.idle.promise,
    invoke: (invocation) => invoke(state, invocation),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface ApiState {
  readonly functionArn: string;
  readonly onIdle: () => void;
  idle: PromiseWithResolvers<void>;
  /** The runtime's open request for work. */
  waiting: ServerResponse | undefined;
  current: Invocation | undefined;
}

async function serve(state: ApiState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '';
  if (path === `${PREFIX}/invocation/next`) {
    state.waiting = response;
    state.current = undefined;
    state.onIdle();
    state.idle.resolve();
    return;
  }
  if (path === `${PREFIX}/init/error`) {
    state.idle.reject(new Error(`The function did not start: ${await text(request)}`));
    accept(response);
    return;
  }
  if (path.endsWith('/response')) {
    state.current?.onResponse(request);
    request.once('close', () => accept(response));
    return;
  }
  state.current?.onError(await text(request));
  accept(response);
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
}

function invoke(state: ApiState, invocation: Invocation): void {
  const { waiting } = state;
  if (waiting === undefined) {
    throw new Error('The instance is busy: Lambda gives it one call at a time.');
  }
  state.waiting = undefined;
  state.current = invocation;
  state.idle = Promise.withResolvers();
  state.idle.promise.catch(() => undefined);
  waiting
    .writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': randomUUID(),
      'lambda-runtime-deadline-ms': String(invocation.deadlineMs),
      'lambda-runtime-invoked-function-arn': state.functionArn,
      'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0',
    })
    .end(invocation.event);
}
