import { readFile } from 'node:fs/promises';
import { defined } from '../core/model/defined.ts';
import { parseJson, stringMember } from '../core/wire/json.ts';
import type { AwsCredentials } from './aws-signature.ts';
import { environmentCredentials } from './environment-credentials.ts';
import { type ExpiringValue, renewedValue } from './renewed-value.ts';

/** The endpoint is on the same machine. */
const ANSWER_MS = 2_000;
const RELATIVE_ORIGIN = 'http://169.254.170.2';

/** Where the role's credentials are read, and how the time is told. */
export interface RoleCredentialsOptions {
  readonly variables: NodeJS.ProcessEnv;
  readonly nowMs: () => number;
}

/**
 * The credentials of the function's role, for a process that outlives them. Where the platform names an endpoint
 * (`AWS_CONTAINER_CREDENTIALS_FULL_URI` or `..._RELATIVE_URI`), they are read there and renewed before they expire; calls at once share
 * one read. Where it names none, they are the environment's and never change. Rejects where there are none that are still good.
 * Source: AWS SDKs and Tools reference, container credential provider.
 */
export function roleCredentials({ variables, nowMs }: RoleCredentialsOptions): () => Promise<AwsCredentials> {
  const url = endpointOf(variables);
  if (url === undefined) {
    return environmentCredentials;
  }
  const credentials = renewedValue(() => readCredentials(url, variables), nowMs);
  return () => credentials();
}

/** Only https, this machine and the two addresses of container platforms: the answer is a secret. */
function endpointOf(variables: NodeJS.ProcessEnv): URL | undefined {
  const relative = variables.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
  const text = relative ? RELATIVE_ORIGIN + relative : variables.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  if (!text) {
    return undefined;
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && !LOCAL_HOSTS.includes(url.hostname)) {
    throw new Error(`Credentials may not be read from ${url.hostname} without https.`);
  }
  return url;
}

const LOCAL_HOSTS: readonly string[] = ['127.0.0.1', 'localhost', '[::1]', '169.254.170.2', '169.254.170.23'];

async function readCredentials(url: URL, variables: NodeJS.ProcessEnv): Promise<ExpiringValue<AwsCredentials>> {
  const authorization = await authorizationOf(variables);
  const response = await fetch(url, {
    headers: authorization === undefined ? {} : { authorization },
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const answer = parseJson(await response.text());
  const credentials = response.ok ? credentialsIn(answer) : undefined;
  if (credentials === undefined) {
    throw new Error(`The endpoint for the credentials of the role answered ${response.status}.`);
  }
  const expiresAtMs = Date.parse(stringMember(answer, 'Expiration') ?? '');
  return { value: credentials, expiresAtMs: Number.isNaN(expiresAtMs) ? Infinity : expiresAtMs };
}

/** The file is read each time: the platform changes what stands there. */
async function authorizationOf(variables: NodeJS.ProcessEnv): Promise<string | undefined> {
  const file = variables.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  return file ? (await readFile(file, 'utf8')).trim() : variables.AWS_CONTAINER_AUTHORIZATION_TOKEN || undefined;
}

function credentialsIn(answer: unknown): AwsCredentials | undefined {
  const field = (name: string): string | undefined => stringMember(answer, name);
  const [accessKeyId, secretAccessKey, sessionToken] = [field('AccessKeyId'), field('SecretAccessKey'), field('Token')];
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey, ...defined({ sessionToken }) };
}
