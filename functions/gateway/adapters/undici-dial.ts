import { connectionFailure } from '../core/attempt/connection-failure.ts';
import { addressOf } from '../core/hosts/hosts.ts';
import { vendorOf } from '../core/hosts/vendor-of.ts';
import type { AttemptFailure } from '../core/model/attempt-failure.ts';
import { defined } from '../core/model/defined.ts';
import type { Dial, UpstreamCall, UpstreamResponse } from '../core/model/dial.ts';
import type { Protocol } from '../core/protocols/protocol.ts';
import { protocolAt } from '../core/protocols/spoken-protocols.ts';
import { wellFormedJson } from '../core/wire/json.ts';
import { type AccessTokens, accessTokens } from './access-tokens.ts';
import { mayRefuseCredential, readError, refusesCredential } from './credential-refusal.ts';
import type { Credentials, Sign } from './credentials.ts';
import { HttpPool, poolRequest } from './http-pool.ts';
import { currentKey, type ProofSources, secretsOf, shownProof, withoutSecrets } from './shown-proof.ts';
import { monotonicMs, systemClock } from './system-clock.ts';
import { TokenRefusal } from './token-request.ts';

/** What a dial needs beside the call: credentials and signatures. */
export interface UndiciDialOptions {
  readonly credentials: Credentials;
  readonly sign: Sign;
  /** @default tokens of its own */
  readonly tokens?: AccessTokens;
  /** Tells how much time has passed. @default the machine's */
  readonly nowMs?: () => number;
}

/** A dial with the pools behind it. */
export interface UndiciDial {
  readonly dial: Dial;
  /** Closes every connection. */
  readonly close: () => Promise<void>;
}

/**
 * Calls providers through kept-alive connections, one pool an origin and connect time-out. Where a provider refuses the credential and
 * there is another one by now, it calls once more with that: a rotation costs no call and ejects no deployment.
 */
export function undiciDial(options: UndiciDialOptions): UndiciDial {
  const pools = new Map<string, HttpPool>();
  const nowMs = options.nowMs ?? monotonicMs;
  const poolOf = (origin: string, connectMs: number): HttpPool => {
    const name = `${connectMs} ${origin}`;
    const pool = pools.get(name) ?? new HttpPool(origin, connectMs);
    pools.set(name, pool);
    return pool;
  };
  const { credentials, sign, tokens = accessTokens({ credentials, sign, nowMs: systemClock.nowMs }) } = options;
  const sources = { credentials, sign, tokens };
  return {
    dial: async (call) => {
      const prepared = await prepare(call, sources).catch((error: unknown) => noProof(call, error));
      if ('kind' in prepared) {
        return prepared;
      }
      const pool = poolOf(prepared.origin, call.connectMs);
      const sent = await send(call, prepared, { pool, nowMs });
      const renewed = 'isRefused' in sent && sent.isRefused ? await renew(call, prepared, sources) : undefined;
      return renewed === undefined ? sent : send(call, renewed, { pool, nowMs });
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
  /** The API key among the headers. */
  readonly key?: string;
}

interface SentResponse extends UpstreamResponse {
  /** Whether the provider does not take the credential that it was shown. */
  readonly isRefused: boolean;
}

type DialFailure = { readonly kind: 'failed'; readonly failure: AttemptFailure };

async function prepare(call: UpstreamCall, sources: ProofSources, known?: string): Promise<PreparedCall | DialFailure> {
  const { deployment, request } = call;
  const { providerSettings } = deployment;
  const address = addressOf(deployment, request);
  if (address === undefined) {
    return misconfigured('The provider has no baseUrl.');
  }
  const url = `${address.baseUrl}${address.path}`;
  const origin = originOf(address.baseUrl);
  const body = wellFormedJson(request.body);
  const headers = {
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'nemorouter',
    ...request.headers,
    ...providerSettings.headers,
  };
  const proof = await shownProof(providerSettings, { method: 'POST', url, headers, body }, sources, known);
  if (proof === undefined) {
    return misconfigured(`The credential ${providerSettings.apiKey ?? 'of AWS'} is missing.`);
  }
  const path = url.slice(origin.length);
  const { key } = proof;
  return { origin, path, headers: { ...headers, ...proof.headers }, body, ...defined({ key }) };
}

/** Of the base URLs in the configuration, of which there are few. */
const ORIGINS = new Map<string, string>();

function originOf(baseUrl: string): string {
  const known = ORIGINS.get(baseUrl);
  if (known !== undefined) {
    return known;
  }
  const { origin } = new URL(baseUrl);
  ORIGINS.set(baseUrl, origin);
  return origin;
}

/** The call with the credential that is in the place of the refused one; `undefined` where that one still stands, or time is up. */
async function renew(
  call: UpstreamCall,
  { key: refused }: PreparedCall,
  sources: ProofSources,
): Promise<PreparedCall | undefined> {
  if (refused === undefined) {
    return undefined;
  }
  const aborted = new Promise<undefined>((resolve) => call.signal.addEventListener('abort', () => resolve(undefined)));
  const another = currentKey(call.deployment.providerSettings, sources, refused).catch(() => undefined);
  const key = await Promise.race([aborted, another]);
  if (key === undefined || key === refused || call.signal.aborted) {
    return undefined;
  }
  const prepared = await prepare(call, sources, key);
  return 'kind' in prepared ? undefined : prepared;
}

/** A store of credentials or a token server that does not answer: that passes, unlike a credential that is missing or refused. */
function noProof({ signal }: UpstreamCall, error: unknown): DialFailure {
  return error instanceof TokenRefusal
    ? misconfigured(error.message)
    : { kind: 'failed', failure: connectionFailure(error, signal) };
}

function misconfigured(message: string): DialFailure {
  return { kind: 'failed', failure: { kind: 'misconfigured', status: 401, vendor: { status: 401, message } } };
}

interface Line {
  readonly pool: HttpPool;
  readonly nowMs: () => number;
}

async function send(
  call: UpstreamCall,
  prepared: PreparedCall,
  { pool, nowMs }: Line,
): Promise<SentResponse | DialFailure> {
  const mayBeStale = pool.hasKept();
  const sentAtMs = nowMs();
  try {
    return await exchange(call, prepared, pool);
  } catch (error) {
    const failure = connectionFailure(error, call.signal, call.connectMs);
    const isReset = failure.kind === 'unreachable' && RESET_CODES.has(failure.code);
    return mayBeStale && isReset && nowMs() - sentAtMs < STALE_MS
      ? sendFresh(call, prepared)
      : { kind: 'failed', failure };
  }
}

/** A dead connection shows itself within a round trip. One that breaks later had a provider at work, who would be asked twice unseen. */
const STALE_MS = 2000;

/** How a connection that died while it was kept shows itself. */
const RESET_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Once more over a connection of its own. A kept connection that breaks before the first byte of a response was closed while nobody
 * looked (Lambda freezes between invocations); it says nothing about the provider.
 */
async function sendFresh(call: UpstreamCall, prepared: PreparedCall): Promise<SentResponse | DialFailure> {
  const pool = new HttpPool(prepared.origin, call.connectMs);
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
  { signal, deployment }: UpstreamCall,
  { path, headers: sent, body, key }: PreparedCall,
  pool: HttpPool,
): Promise<SentResponse> {
  const response = await poolRequest(pool, { method: 'POST', path, headers: sent, body, signal });
  const { statusCode: status, headers } = response;
  const secrets = secretsOf(sent);
  if (key === undefined || !mayRefuseCredential(status)) {
    const isError = status >= 300;
    const answer = isError ? withoutSecrets(response.body, secrets) : response.body;
    return { kind: 'answered', status, headers, body: answer, secrets, isRefused: false };
  }
  const error = await readError(response.body);
  return {
    kind: 'answered',
    status,
    headers,
    body: withoutSecrets(error, secrets),
    secrets,
    isRefused: refusesCredential({ status, headers, body: error }, protocolOf(deployment)),
  };
}

/** Whose errors are read: all protocols of a host have the same. */
function protocolOf({ providerSettings }: UpstreamCall['deployment']): Protocol {
  return protocolAt(providerSettings.protocol, vendorOf(providerSettings));
}
