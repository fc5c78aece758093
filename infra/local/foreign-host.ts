import type { SideRoute } from '../../functions/gateway/adapters/node-http-server.ts';
import { isLoopbackHost } from './foreign-page.ts';

/**
 * Refuses requests that name another host than this machine: a web page may point a name of its own here (DNS rebinding), and its browser
 * then sends that name. `allowed`: further host names, without ports, under which the operator reaches the gateway.
 */
export function refusesForeignHosts(allowed: readonly string[] = []): SideRoute {
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  return (request, response) => {
    const { host = '' } = request.headers;
    const [, name = ''] = /^([^:]+)(?::\d+)?$/.exec(host.toLowerCase()) ?? [];
    if (isLoopbackHost(host) || names.has(name)) {
      return false;
    }
    const message = `This local gateway answers at 127.0.0.1 and localhost, not at ${JSON.stringify(host.slice(0, 100))}. To allow a name: NEMO_HOSTS=NAME npm start`;
    const error = { message, type: 'invalid_request_error', code: 'foreign_host', param: null };
    response.writeHead(421, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify({ error }));
    return true;
  };
}
