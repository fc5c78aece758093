import { isJsonObject, member, parseJson, stringMember } from '../core/wire/json.ts';
import type { awsSigner } from './aws-signature.ts';
import type { Credentials } from './credentials.ts';
import { bodyText, HttpPool, poolRequest } from './http-pool.ts';

/** How long the secret is remembered: a rotated credential is used at the latest after this. */
const REMEMBERED_MS = 300_000;
/** Between two reads because a credential was refused: at first, and at most. */
const MIN_WAIT_MS = 5_000;
const MAX_WAIT_MS = 60_000;
/** Secrets Manager is in the same region: what takes longer has failed, and the request still has time to say so. */
const CONNECT_MS = 1000;
const ANSWER_MS = 3000;

/** The secret that holds the credentials, and how its service is asked. */
export interface SecretCredentialsOptions {
  readonly secretId: string;
  /** `https://secretsmanager.{region}.amazonaws.com`, or an emulator's. */
  readonly endpoint: string;
  /** Signs for the service `secretsmanager`. */
  readonly sign: ReturnType<typeof awsSigner>;
  readonly nowMs: () => number;
}

/**
 * The providers' credentials: the fields of one Secrets Manager secret, a JSON object. Read when first needed and again when old, when a
 * provider has refused one, and when one is missing: a rotated credential works at once. Where AWS does not answer, the old ones serve
 * on; where there are none yet, it rejects.
 * One POST is all that is needed, hence no SDK client in the bundle. Source: AWS Secrets Manager API reference, GetSecretValue.
 */
export function secretCredentials(options: SecretCredentialsOptions): Credentials {
  const memory = secretMemory(options);
  const again = rereads(options.nowMs);
  return async (name, refused) => {
    const isFresh = await memory.upToDate();
    const known = memory.field(name);
    if ((known !== undefined && known !== refused) || isFresh) {
      return known;
    }
    if (again.begin(name)) {
      await memory.read().catch(() => undefined);
      again.end(name, memory.field(name) !== known);
    } else {
      await memory.reading()?.catch(() => undefined);
    }
    return memory.field(name);
  };
}

/** The secret as it was last read. */
interface SecretMemory {
  /** Reads where it must, behind the caller where it can. Whether the caller had to wait, so that what it gets is new. */
  readonly upToDate: () => Promise<boolean>;
  /** Reads, or joins the read that is under way. */
  readonly read: () => Promise<void>;
  readonly reading: () => Promise<void> | undefined;
  readonly field: (name: string) => string | undefined;
}

function secretMemory(options: SecretCredentialsOptions): SecretMemory {
  let secret: unknown;
  let readAtMs = -Infinity;
  let reading: Promise<void> | undefined;
  const start = async (): Promise<void> => {
    try {
      secret = parseJson(await secretString(options));
    } finally {
      // Without any secret nothing works: then the next call tries again.
      readAtMs = secret === undefined ? -Infinity : options.nowMs();
      reading = undefined;
    }
  };
  const read = (): Promise<void> => {
    reading ??= start();
    return reading;
  };
  const upToDate = async (): Promise<boolean> => {
    const isOld = options.nowMs() - readAtMs > REMEMBERED_MS;
    if (secret === undefined) {
      await read();
      return true;
    }
    if (isOld) {
      read().catch(() => undefined);
    }
    return false;
  };
  return { upToDate, read, reading: () => reading, field: (name) => secretField(secret, name) };
}

/** A field's text. A service account's file may stand there as it is, as JSON in JSON. */
function secretField(secret: unknown, name: string): string | undefined {
  const value = member(secret, name);
  return isJsonObject(value) ? JSON.stringify(value) : stringMember(secret, name);
}

/**
 * When the secret may be read once more because a credential in it does not do. A storm of refusals makes one read; a credential that is
 * really wrong makes fewer and fewer: an instance asks again after 5, 10, 20, 40 and then every 60 s, so that two hundred instances cost
 * some cents an hour.
 */
function rereads(nowMs: () => number): {
  readonly begin: (name: string) => boolean;
  readonly end: (name: string, isChanged: boolean) => void;
} {
  const waits = new Map<string, { readonly untilMs: number; readonly waitMs: number }>();
  let restsUntilMs = -Infinity;
  return {
    begin: (name) => {
      const atMs = nowMs();
      if (atMs < Math.max(restsUntilMs, waits.get(name)?.untilMs ?? -Infinity)) {
        return false;
      }
      restsUntilMs = atMs + MIN_WAIT_MS;
      return true;
    },
    end: (name, isChanged) => {
      const waitMs = Math.min(MAX_WAIT_MS, (waits.get(name)?.waitMs ?? MIN_WAIT_MS / 2) * 2);
      if (isChanged) {
        waits.delete(name);
      } else {
        waits.set(name, { untilMs: nowMs() + waitMs, waitMs });
      }
    },
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
  const pool = new HttpPool(endpoint, CONNECT_MS);
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await poolRequest(pool, { method: 'POST', path: '/', headers, body, signal });
    return { status: response.statusCode, answer: parseJson(await bodyText(response.body)) };
  } finally {
    void pool.close();
  }
}
