import type { AttemptFailure } from '../core/failover/attempt-failure.ts';
import { connectionFailure } from '../core/failover/connection-failure.ts';
import type { Dial, UpstreamCall, UpstreamResponse } from '../core/failover/dial.ts';
import { PROTOCOLS } from '../core/protocols/protocols.ts';
import type { SignableRequest } from './aws-signature.ts';
import { type HttpPool, httpPool, poolRequest } from './http-pool.ts';
import { secretsOf, withoutSecrets } from './without-secrets.ts';

/** Looks up a credential by its name; `undefined` where there is none. */
export type Credentials = (name: string) => Promise<string | undefined>;

/** Signs a request for a provider without an API key: the headers to add. */
export type Sign = (request: SignableRequest, region: string) => Promise<Readonly<Record<string, string>>>;

export interface UndiciDialOptions {
  readonly credentials: Credentials;
  readonly sign: Sign;
}

/** A dial with the pools behind it. */
export interface UndiciDial {
  readonly dial: Dial;
  /** Closes every connection. */
  readonly close: () => Promise<void>;
}

/**
 * Calls providers through kept-alive connections, one pool an origin and connect time-out.
 */
export function undiciDial(options: UndiciDialOptions): UndiciDial {
  const pools = new Map<string, HttpPool>();
  const poolOf = (origin: string, connectMs: number): HttpPool => {
    const name = `${connectMs} ${origin}`;
    const pool = pools.get(name) ?? httpPool(origin, connectMs);
    pools.set(name, pool);
    return pool;
  };
  return {
    dial: async (call) => {
      const prepared = await prepare(call, options).catch((error: unknown) => noCredential(call, error));
      return 'kind' in prepared ? prepared : send(call, prepared, poolOf(prepared.origin, call.connectMs));
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

interface PreparedCall {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type DialFailure = { readonly kind: 'failed'; readonly failure: AttemptFailure };

async function prepare(call: UpstreamCall, options: UndiciDialOptions): Promise<PreparedCall | DialFailure> {
  const { deployment, request } = call;
  const { providerSettings } = deployment;
  const protocol = PROTOCOLS[providerSettings.protocol];
  const baseUrl = providerSettings.baseUrl ?? protocol.defaultBaseUrl(providerSettings.region);
  if (baseUrl === undefined) {
    return misconfigured('The provider has no baseUrl.');
  }
  const url = `${baseUrl}${request.path}`;
  const { origin } = new URL(baseUrl);
  const body = JSON.stringify(request.body);
  const headers = {
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'nemorouter',
    ...request.headers,
    ...providerSettings.headers,
  };
  const proof = await authorize(call, { method: 'POST', url, headers, body }, options);
  return proof === undefined
    ? misconfigured(`The credential ${providerSettings.apiKey ?? 'of AWS'} is missing.`)
    : { origin, path: url.slice(origin.length), headers: { ...headers, ...proof }, body };
}

/** The store of credentials did not answer: that passes, unlike a credential that is missing. */
function noCredential({ signal }: UpstreamCall, error: unknown): DialFailure {
  return { kind: 'failed', failure: connectionFailure(error, signal) };
}

/** The headers that prove who we are; none for a provider that wants none; `undefined` where the credential is missing. */
async function authorize(
  { deployment }: UpstreamCall,
  request: SignableRequest,
  { credentials, sign }: UndiciDialOptions,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { apiKey, protocol, region } = deployment.providerSettings;
  if (apiKey !== undefined) {
    const key = await credentials(apiKey);
    return key === undefined ? undefined : PROTOCOLS[protocol].authorization(key);
  }
  if (protocol !== 'bedrock' || region === undefined) {
    return {};
  }
  try {
    return await sign(request, region);
  } catch {
    // The credentials provider found none: what it says may name files and hosts of the operator's.
    return undefined;
  }
}

function misconfigured(message: string): DialFailure {
  return { kind: 'failed', failure: { kind: 'misconfigured', status: 401, vendor: { status: 401, message } } };
}

async function send(
  call: UpstreamCall,
  prepared: PreparedCall,
  pool: HttpPool,
): Promise<UpstreamResponse | DialFailure> {
  const mayBeStale = pool.stats.free > 0;
  try {
    return await exchange(call, prepared, pool);
  } catch (error) {
    const failure = connectionFailure(error, call.signal, call.connectMs);
    const isStale = mayBeStale && failure.kind === 'unreachable' && RESET_CODES.has(failure.code);
    return isStale ? sendFresh(call, prepared) : { kind: 'failed', failure };
  }
}

/** How a connection that died while it was kept shows itself. */
const RESET_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Once more over a connection of its own. A kept connection that breaks before the first byte of a response was closed while nobody
 * looked (Lambda freezes between invocations); it says nothing about the provider.
 */
async function sendFresh(call: UpstreamCall, prepared: PreparedCall): Promise<UpstreamResponse | DialFailure> {
  const pool = httpPool(prepared.origin, call.connectMs);
  try {
    return await exchange(call, prepared, pool);
  } catch (error) {
    return { kind: 'failed', failure: connectionFailure(error, call.signal, call.connectMs) };
  } finally {
    // Waits for the response's end, then frees the connection.
    void pool.close();
  }
}

async function exchange(
  { signal }: UpstreamCall,
  { path, headers, body }: PreparedCall,
  pool: HttpPool,
): Promise<UpstreamResponse> {
  const response = await poolRequest(pool, { method: 'POST', path, headers, body, signal });
  return {
    kind: 'answered',
    status: response.statusCode,
    headers: singleValued(response.headers),
    body: response.statusCode < 300 ? response.body : withoutSecrets(response.body, secretsOf(headers)),
  };
}

function singleValued(headers: NodeJS.Dict<string | string[]>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(entries);
}
