import { request } from 'undici';
import { parseJson, stringMember } from '../core/json.ts';
import type { awsSigner } from './aws-signature.ts';
import type { Credentials } from './undici-dial.ts';

/** How long the secret is remembered: a rotated credential is used at the latest after this. */
const REMEMBERED_MS = 300_000;

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
  const response = await request(url, { method: 'POST', headers, body });
  const answer = parseJson(await response.body.text());
  const text = stringMember(answer, 'SecretString');
  if (response.statusCode !== 200 || text === undefined) {
    throw new Error(
      `Secrets Manager did not give the secret ${secretId}: ${response.statusCode} ${stringMember(answer, '__type') ?? ''}`,
    );
  }
  return text;
}
