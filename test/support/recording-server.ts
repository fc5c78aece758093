import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseJson } from '../../functions/gateway/core/wire/json.ts';

/** One request as it came in. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, still percent-encoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** `undefined` where the body is not JSON. */
  readonly body: unknown;
}

/** A server on 127.0.0.1 that keeps what it was asked and answers as a test says. */
export interface RecordingServer extends AsyncDisposable {
  readonly origin: string;
  readonly seen: readonly SeenRequest[];
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

export async function startRecordingServer(
  answer: (request: SeenRequest, response: ServerResponse) => void,
): Promise<RecordingServer> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const { method = '', url = '' } = incoming;
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const sent = await text(incoming);
    const request = { method, url, headers, text: sent, body: parseJson(sent) };
    seen.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    seen,
    forget: () => void seen.splice(0),
    close,
    [Symbol.asyncDispose]: close,
  };
}
