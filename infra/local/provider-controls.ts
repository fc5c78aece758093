import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SideRoute } from '../../functions/gateway/adapters/node-http-server.ts';
import { isFromForeignPage } from './foreign-page.ts';
import type { Condition } from './simulated/condition.ts';
import type { SimulatedProviders, VendorName } from './simulated/simulated-providers.ts';

/** Path prefix of the controls: `GET /local/providers`, `POST /local/providers/{name}/{condition}`. */
const PREFIX = '/local/providers';

/** The conditions that a path names. */
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

/** Those behind which a whole number may follow, as in `slow/20`, and from where to where it makes sense: no vendor can answer with status 99. */
const AMOUNTS: ReadonlyMap<string, { readonly what: string; readonly least: number; readonly most: number }> = new Map([
  ['slow', { what: 'how many times slower', least: 1, most: 1000 }],
  ['failing', { what: 'the HTTP status', least: 400, most: 599 }],
  ['rate-limited', { what: 'Retry-After in seconds', least: 0, most: 3600 }],
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
  [name = '', kind = '', ...amounts]: readonly string[],
): void {
  const vendor = providers.vendors.find((other) => other.name === name);
  const toCondition = CONDITIONS.get(kind);
  const problem = amountProblem(kind, amounts);
  if (name === '') {
    answer(response, 200, conditions(providers));
  } else if (request.method !== 'POST' || isFromForeignPage(request)) {
    answer(response, 405, { error: `Use POST, as in: curl -X POST .../local/providers/openai/down` });
  } else if (vendor === undefined || toCondition === undefined) {
    const names = providers.vendors.map((other) => other.name).join(', ');
    answer(response, 404, { error: `POST ${PREFIX}/{${names}}/{${[...CONDITIONS.keys()].join(', ')}}` });
  } else if (problem !== undefined) {
    answer(response, 400, { error: problem });
  } else {
    const [amount] = amounts;
    providers.setCondition(vendor.name, toCondition(amount === undefined ? undefined : Number(amount)));
    answer(response, 200, conditions(providers));
  }
}

/** What is wrong with what follows the condition, and what may stand there. */
function amountProblem(kind: string, amounts: readonly string[]): string | undefined {
  const [amount, ...more] = amounts;
  const allowed = AMOUNTS.get(kind);
  if (amount === undefined) {
    return undefined;
  }
  if (allowed === undefined || more.length > 0) {
    return `Nothing may follow ${[kind, ...amounts.slice(0, -1)].join('/')}; ${JSON.stringify(amounts.at(-1))} does.`;
  }
  const { what, least, most } = allowed;
  const isGood = /^\d+$/.test(amount) && Number(amount) >= least && Number(amount) <= most;
  return isGood
    ? undefined
    : `Behind ${kind}/ stands ${what}, a whole number from ${least} to ${most}; it is ${JSON.stringify(amount)}.`;
}

function conditions(providers: SimulatedProviders): Readonly<Record<string, Condition>> {
  const entries = providers.vendors.map(({ name }): [VendorName, Condition] => [name, providers.condition(name)]);
  return Object.fromEntries(entries);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
