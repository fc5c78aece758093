import { connectionFailure } from '../core/attempt/connection-failure.ts';
import { addressOf, hostOf } from '../core/hosts/hosts.ts';
import { vendorOf } from '../core/hosts/vendor-of.ts';
import type { AttemptFailure } from '../core/model/attempt-failure.ts';
import { defined } from '../core/model/defined.ts';
import type { Dial, UpstreamCall, UpstreamResponse } from '../core/model/dial.ts';
import type { Deployment, Provider } from '../core/model/gateway-config.ts';
import { protocolAt } from '../core/protocols/spoken-protocols.ts';
import { wellFormedJson } from '../core/wire/json.ts';
import { type AccessTokens, accessTokens } from './access-tokens.ts';
import { type ErrorBody, mayRefuseCredential, readError, refusesCredential } from './credential-refusal.ts';
import type { Credentials, Sign } from './credentials.ts';
import { type HttpAnswer, HttpPool, poolRequest } from './http-pool.ts';
import { currentKey, type ProofSources, type ProvenPlace, type ShownProof, shownProof } from './shown-proof.ts';
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
  const lines = new WeakMap<Deployment, Map<string, Line>>();
  const pools = new Map<string, HttpPool>();
  const { credentials, sign, tokens = accessTokens({ credentials, sign, nowMs: systemClock.nowMs }) } = options;
  const { nowMs = monotonicMs } = options;
  const sources = { credentials, sign, tokens };
  const lineOf = (call: UpstreamCall): Line | undefined => {
    const { deployment, connectMs, request } = call;
    const name = `${connectMs} ${request.operation} ${request.dialect}`;
    const known = lines.get(deployment) ?? new Map<string, Line>();
    const line = known.get(name) ?? newLine(call, pools);
    if (line !== undefined && !known.has(name)) {
      lines.set(deployment, known.set(name, line));
    }
    return line;
  };
  return {
    dial: async (call) => {
      let prepared: PreparedCall | DialFailure;
      try {
        prepared = await prepare(call, lineOf(call), sources);
      } catch (error) {
        return noProof(call, error);
      }
      if ('kind' in prepared) {
        return prepared;
      }
      const sent = await send(call, prepared, prepared.line.pool, nowMs);
      const renewed = 'isRefused' in sent && sent.isRefused ? await renew(call, prepared, sources) : undefined;
      return renewed === undefined ? sent : send(call, renewed, renewed.line.pool, nowMs);
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

/** What of a call depends on nothing but its deployment and what that is asked to do: found once. */
interface Line extends ProvenPlace {
  readonly origin: string;
  readonly path: string;
  readonly pool: HttpPool;
}

function newLine({ deployment, request, connectMs }: UpstreamCall, pools: Map<string, HttpPool>): Line | undefined {
  const { providerSettings: provider } = deployment;
  const address = addressOf(deployment, request);
  if (address === undefined) {
    return undefined;
  }
  const { origin } = new URL(address.baseUrl);
  const url = `${address.baseUrl}${address.path}`;
  const poolName = `${connectMs} ${origin}`;
  const pool = pools.get(poolName) ?? new HttpPool(origin, connectMs);
  pools.set(poolName, pool);
  const host = hostOf(provider);
  return { provider, host, proof: host.proof(provider), url, origin, path: url.slice(origin.length), pool };
}

interface PreparedCall {
  readonly line: Line;
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

const NOTHING_SHOWN: ShownProof = { headers: {} };

async function prepare(
  { request, headers: ofCall }: UpstreamCall,
  line: Line | undefined,
  sources: ProofSources,
  known?: string,
): Promise<PreparedCall | DialFailure> {
  if (line === undefined) {
    return misconfigured('The provider has no baseUrl.');
  }
  const { provider, url } = line;
  const body = wellFormedJson(request.body);
  const headers = {
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'nemorouter',
    ...request.headers,
    ...ofCall,
    ...provider.headers,
  };
  const proof =
    line.proof === 'nothing'
      ? NOTHING_SHOWN
      : await shownProof(line, { method: 'POST', url, headers, body }, sources, known);
  if (proof === undefined) {
    return misconfigured(`The credential ${provider.apiKey ?? 'of AWS'} is missing.`);
  }
  return { line, headers: { ...headers, ...proof.headers }, body, ...defined({ key: proof.key }) };
}

/** The call with the credential that is in the place of the refused one; `undefined` where that one still stands, or time is up. */
async function renew(
  call: UpstreamCall,
  { line, key: refused }: PreparedCall,
  sources: ProofSources,
): Promise<PreparedCall | undefined> {
  if (refused === undefined) {
    return undefined;
  }
  const aborted = new Promise<undefined>((resolve) => call.signal.addEventListener('abort', () => resolve(undefined)));
  const another = currentKey(line, sources, refused).catch(() => undefined);
  const key = await Promise.race([aborted, another]);
  if (key === undefined || key === refused || call.signal.aborted) {
    return undefined;
  }
  const prepared = await prepare(call, line, sources, key);
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

/** A dead connection shows itself within a round trip. One that breaks later had a provider at work, who would be asked twice unseen. */
const STALE_MS = 2000;

/** How a connection that died while it was kept shows itself. */
const RESET_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

async function send(
  call: UpstreamCall,
  prepared: PreparedCall,
  pool: HttpPool,
  nowMs: () => number,
): Promise<SentResponse | DialFailure> {
  const { line, headers, body, key } = prepared;
  const { signal, connectMs } = call;
  const mayBeStale = pool.hasKept();
  const sentAtMs = nowMs();
  let answer: HttpAnswer;
  try {
    answer = await poolRequest(pool, { method: 'POST', path: line.path, headers, body, signal });
  } catch (error) {
    const failure = connectionFailure(error, signal, connectMs);
    const isReset = failure.kind === 'unreachable' && RESET_CODES.has(failure.code);
    return mayBeStale && isReset && nowMs() - sentAtMs < STALE_MS
      ? sendFresh(call, prepared, nowMs)
      : { kind: 'failed', failure };
  }
  const { statusCode: status, headers: told } = answer;
  const sent = { kind: 'answered', status, headers: told, body: answer.body, shown: headers } as const;
  return key === undefined || !mayRefuseCredential(status)
    ? { ...sent, isRefused: false }
    : withRefusal(sent, answer, line.provider);
}

/**
 * Once more over a connection of its own. A kept connection that breaks before the first byte of a response was closed while nobody
 * looked (Lambda freezes between invocations); it says nothing about the provider.
 */
async function sendFresh(
  call: UpstreamCall,
  prepared: PreparedCall,
  nowMs: () => number,
): Promise<SentResponse | DialFailure> {
  const pool = new HttpPool(prepared.line.origin, call.connectMs);
  try {
    return await send(call, prepared, pool, nowMs);
  } finally {
    // Waits for the response's end, then frees the connection.
    void pool.close();
  }
}

/** The response with its error read, to see whether it is the credential's. All protocols of a host have the same errors. */
async function withRefusal(sent: UpstreamResponse, { body }: HttpAnswer, provider: Provider): Promise<SentResponse> {
  const { status, headers } = sent;
  const error = await readError(body);
  const protocol = protocolAt(provider.protocol, vendorOf(provider));
  const isRefused = refusesCredential({ status, headers, body: error.parts }, protocol);
  return { ...sent, body: piecesOf(error), isRefused };
}

/** A body that breaks off does so for its next reader too, who has to know that a credential in it may be cut in two. */
async function* piecesOf({ parts, broken }: ErrorBody): AsyncGenerator<Uint8Array, void, void> {
  yield* parts;
  if (broken !== undefined) {
    throw broken.reason;
  }
}
