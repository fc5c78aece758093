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

/** How long calls that are told to end may take to say so: a caller whose body never comes cannot be told. */
const LAST_WORD_MS = 500;

/**
 * Ends a server without breaking a connection: it takes no new calls, those under way have `graceMs` to end by themselves, and the others
 * end with an error in their API's shape. Callers who then still send or read nothing lose their connection. Resolves when all have been recorded, with how many were cut off.
 */
export async function drainServer({ server, underWay, restart }: ServerAtWork, graceMs: number): Promise<number> {
  server.close();
  server.closeIdleConnections();
  await endOf(underWay, graceMs);
  const cutOff = underWay.size;
  restart.abort(RESTARTING);
  await endOf(underWay, LAST_WORD_MS);
  if (underWay.size > 0) {
    server.closeAllConnections();
  }
  await Promise.all(underWay);
  return cutOff;
}

/** Waits until all have ended, for so long at the most. */
async function endOf(underWay: ReadonlySet<Promise<void>>, maxMs: number): Promise<void> {
  const enough = new AbortController();
  await Promise.race([
    Promise.all(underWay).finally(() => enough.abort()),
    sleep(maxMs, undefined, { signal: enough.signal }).catch(() => undefined),
  ]);
}
