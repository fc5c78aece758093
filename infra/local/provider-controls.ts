import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SideRoute } from '../../functions/gateway/adapters/node-http-server.ts';
import { isFromForeignPage } from './foreign-page.ts';
import type { Condition } from './simulated/condition.ts';
import type { SimulatedProviders, VendorName } from './simulated/simulated-providers.ts';

/** Path prefix of the controls: `GET /local/providers`, `POST /local/providers/{name}/{condition}`. */
const PREFIX = '/local/providers';

/** The conditions that a path names. A number may follow: `slow/20`, `failing/503`, `rate-limited/30`. */
const CONDITIONS: ReadonlyMap<string, (amount: number | undefined) => Condition> = new Map<
  string,
  (amount: number | undefined) => Condition
>([
  ['healthy', () => ({ kind: 'healthy' })],
  ['slow', (factor = 10) => ({ kind: 'slow', factor })],
  ['down', () => ({ kind: 'down' })],
  ['failing', (status = 503) => ({ kind: 'failing', status })],
  ['rate-limited', (retryAfterSeconds = 10) => ({ kind: 'rate-limited', retryAfterSeconds })],
  ['silent', () => ({ kind: 'silent' })],
  ['cutting', () => ({ kind: 'cutting' })],
]);

/** Answers the controls of the simulated providers. On the laptop only: loopback, no key. */
export function providerControls(providers: SimulatedProviders): SideRoute {
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (path !== PREFIX && !path.startsWith(`${PREFIX}/`)) {
      return false;
    }
    control(providers, request, response, path.slice(PREFIX.length + 1).split('/'));
    return true;
  };
}

function control(
  providers: SimulatedProviders,
  request: IncomingMessage,
  response: ServerResponse,
  [name = '', kind = '', amount]: readonly string[],
): void {
  const vendor = providers.vendors.find((other) => other.name === name);
  const condition = CONDITIONS.get(kind)?.(amount === undefined ? undefined : Number(amount));
  if (name === '') {
    answer(response, 200, conditions(providers));
  } else if (request.method !== 'POST' || isFromForeignPage(request)) {
    answer(response, 405, { error: `Use POST, as in: curl -X POST .../local/providers/openai/down` });
  } else if (vendor === undefined || condition === undefined) {
    const names = providers.vendors.map((other) => other.name).join(', ');
    answer(response, 404, { error: `POST ${PREFIX}/{${names}}/{${[...CONDITIONS.keys()].join(', ')}}` });
  } else {
    providers.setCondition(vendor.name, condition);
    answer(response, 200, conditions(providers));
  }
}

function conditions(providers: SimulatedProviders): Readonly<Record<string, Condition>> {
  const entries = providers.vendors.map(({ name }): [VendorName, Condition] => [name, providers.condition(name)]);
  return Object.fromEntries(entries);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
