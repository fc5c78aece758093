/** Which web pages may call the gateway: the `aws.cors` of a configuration. In AWS the Function URL itself does this. */
export interface CorsSettings {
  /** Origins, or `*`. */
  readonly allowedOrigins: readonly string[];
  readonly maxAgeSeconds: number;
}

/** What scripts of a web page may read of an answer; browsers hide the rest. */
export const EXPOSED_HEADERS: readonly string[] = [
  'x-request-id',
  'x-nemo-request-id',
  'x-nemo-routed-model',
  'x-nemo-routing',
  'x-nemo-attempts',
  'x-nemo-latency-ms',
  'x-nemo-ttft-ms',
  'x-nemo-overhead-ms',
  'server-timing',
  'retry-after',
  'x-should-retry',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset-tokens',
];

/** The headers that let the page at `origin` read an answer. None where it may not. */
export function corsHeaders(cors: CorsSettings, origin: string | undefined): Readonly<Record<string, string>> {
  const isAllowed = origin !== undefined && (cors.allowedOrigins.includes('*') || cors.allowedOrigins.includes(origin));
  return isAllowed
    ? {
        'access-control-allow-origin': origin,
        'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
        vary: 'origin',
      }
    : {};
}

/** What a browser is told that asks before it calls (an OPTIONS request). Without the headers of `corsHeaders` it will not call. */
export function preflightHeaders(
  cors: CorsSettings,
  asked: { readonly origin: string | undefined; readonly headers: string | undefined },
): Readonly<Record<string, string>> {
  const allowed = corsHeaders(cors, asked.origin);
  if (Object.keys(allowed).length === 0) {
    return { vary: 'origin' };
  }
  return {
    ...allowed,
    'access-control-allow-methods': 'GET, POST',
    // OpenAI's clients send headers of their own that change with their versions.
    'access-control-allow-headers': asked.headers ?? '*',
    'access-control-max-age': String(cors.maxAgeSeconds),
  };
}
