import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { RESTARTING } from './interrupted-answer.ts';

/** A server with the calls that it is answering. */
export interface ServerAtWork {
  readonly server: Server;
  readonly underWay: ReadonlySet<Promise<void>>;
  /** Its signal ends every call, each with an error that says so. */
  readonly restart: AbortController;
}

/**
 * Ends a server without breaking a connection: it takes no new calls, those under way have `graceMs` to end by themselves, and the others
 * end with an error in their API's shape. Resolves when all have been recorded, with how many were cut off.
 */
export async function drainServer({ server, underWay, restart }: ServerAtWork, graceMs: number): Promise<number> {
  server.close();
  server.closeIdleConnections();
  const enough = new AbortController();
  await Promise.race([
    Promise.all(underWay).finally(() => enough.abort()),
    sleep(graceMs, undefined, { signal: enough.signal }).catch(() => undefined),
  ]);
  const cutOff = underWay.size;
  restart.abort(RESTARTING);
  await Promise.all(underWay);
  return cutOff;
}
