import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SideRoute } from '../../functions/gateway/adapters/node-http-server.ts';
import { isFromForeignPage } from './foreign-page.ts';
import type { SteadyLoad } from './load-steady.ts';

/** `GET` tells how the load stands; `POST` with `/start` or `/stop` behind it changes that. */
const PREFIX = '/local/load';

/** Answers the control of the steady load. On the laptop only: loopback, no key, simulated providers. */
export function loadControl(load: SteadyLoad): SideRoute {
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (path === PREFIX) {
      answer(response, 200, load.state());
      return true;
    }
    if (path.startsWith(`${PREFIX}/`)) {
      change(load, request, response, path.slice(PREFIX.length + 1));
      return true;
    }
    return false;
  };
}

function change(load: SteadyLoad, request: IncomingMessage, response: ServerResponse, what: string): void {
  if (request.method !== 'POST' || isFromForeignPage(request)) {
    answer(response, 405, { error: `Use POST, as in: curl -X POST ...${PREFIX}/start` });
  } else if (what !== 'start' && what !== 'stop') {
    answer(response, 404, { error: `POST ${PREFIX}/start or ${PREFIX}/stop` });
  } else {
    load[what]();
    answer(response, 200, load.state());
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
