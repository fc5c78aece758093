import { parseJson, stringMember } from '../core/json.ts';
import type { awsSigner } from './aws-signature.ts';
import { httpPool, poolRequest } from './http-pool.ts';
import type { Credentials } from './undici-dial.ts';

/** How long the secret is remembered: a rotated credential is used at the latest after this. */
const REMEMBERED_MS = 300_000;
/** Secrets Manager is in the same region: what takes longer has failed, and the request still has time to say so. */
const CONNECT_MS = 1000;
const ANSWER_MS = 3000;

export interface SecretCredentialsOptions {
  readonly secretId: string;
  /** `https://secretsmanager.{region}.amazonaws.com`, or an emulator's. */
  readonly endpoint: string;
  /** Signs for the service `secretsmanager`. */
  readonly sign: ReturnType<typeof awsSigner>;
  readonly nowMs: () => number;
}

/**
 * The providers' credentials: the fields of one Secrets Manager secret, a JSON object. Read when first needed and again when old.
 * Where AWS does not answer, the old ones serve on; where there are none yet, it rejects.
 * One POST is all that is needed, hence no SDK client in the bundle. Source: AWS Secrets Manager API reference, GetSecretValue.
 */
export function secretCredentials(options: SecretCredentialsOptions): Credentials {
  let secret: unknown;
  let readAtMs = -Infinity;
  let reading: Promise<void> | undefined;
  const read = async (): Promise<void> => {
    try {
      secret = parseJson(await secretString(options));
    } finally {
      // Without any secret nothing works: then the next call tries again.
      readAtMs = secret === undefined ? -Infinity : options.nowMs();
      reading = undefined;
    }
  };
  return async (name) => {
    if (options.nowMs() - readAtMs > REMEMBERED_MS) {
      reading ??= read();
    }
    if (secret === undefined) {
      await reading;
    } else {
      reading?.catch(() => undefined);
    }
    return stringMember(secret, name);
  };
}

async function secretString({ secretId, endpoint, sign }: SecretCredentialsOptions): Promise<string> {
  const url = `${endpoint}/`;
  const body = JSON.stringify({ SecretId: secretId });
  const headers = await sign({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
    body,
  });
  const { status, answer } = await post(endpoint, headers, body);
  const text = stringMember(answer, 'SecretString');
  if (status !== 200 || text === undefined) {
    throw new Error(
      `Secrets Manager did not give the secret ${secretId}: ${status} ${stringMember(answer, '__type') ?? ''}`,
    );
  }
  return text;
}

/** Over a connection of its own: the next read is minutes away. */
async function post(
  endpoint: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<{ readonly status: number; readonly answer: unknown }> {
  const pool = httpPool(endpoint, CONNECT_MS);
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await poolRequest(pool, { method: 'POST', path: '/', headers, body, signal });
    return { status: response.statusCode, answer: parseJson(await response.body.text()) };
  } finally {
    void pool.close();
  }
}
