import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server whose address callers name and that nobody must ever call. */
export interface Canary {
  readonly origin: string;
  readonly calls: () => number;
  readonly close: () => void;
}

export async function startCanary(): Promise<Canary> {
  let calls = 0;
  const server = createServer((_, response) => {
    calls += 1;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, calls: () => calls, close: () => void server.close() };
}
