import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { keyItem } from '../../functions/gateway/adapters/dynamodb/key-item.ts';
import { sha256Hex } from '../../functions/gateway/adapters/key-form.ts';
import { checkedConfigJson } from '../../functions/gateway/config/checked-config.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { type LocalAws, startLocalAws } from '../lambda/local-lambda/local-aws.ts';
import { bundleOf, writeBundle } from '../support/bundle-of.ts';
import { type FakeProvider, startFakeProvider } from '../support/fake-provider.ts';

/** The bundle of a Web Function as a process of its own, as Lambda runs it, over a local AWS. */
export interface WebProcess {
  readonly origin: string;
  readonly key: string;
  readonly aws: LocalAws;
  readonly process: ChildProcess;
  /** What it wrote to standard output, line by line. */
  readonly lines: readonly string[];
  /** What it wrote to standard error until its end. */
  readonly errors: Promise<string>;
  /** Resolves once there is such a line. */
  readonly line: (fits: (line: string) => boolean) => Promise<void>;
  /** Resolves once there are that many lines that tell of whole requests. */
  readonly requestLines: (count: number) => Promise<void>;
  /** A request with the key. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  readonly chat: (body?: object, init?: RequestInit) => Promise<Response>;
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>;
  /** The signal or the exit code; `undefined` while it runs. */
  readonly ended: () => string | undefined;
  readonly close: () => Promise<void>;
}

/** The same with a vendor of its own: the route `all` asks it. */
export interface RunningWeb extends WebProcess {
  readonly vendor: FakeProvider;
}

const TABLES = { statistics: 'web-statistics', keys: 'web-keys' };
const START_MS = 10_000;

/** `settings` are added to the configuration. */
export async function runningWeb(
  variables: Readonly<Record<string, string>> = {},
  settings: object = {},
): Promise<RunningWeb> {
  const vendor = await startFakeProvider('openai');
  const config = {
    providers: { only: { protocol: 'openai', baseUrl: vendor.baseUrl, apiKey: 'VENDOR_KEY' } },
    deployments: { 'only/model': { provider: 'only', model: 'model' } },
    routes: { all: { strategy: 'ordered', deployments: ['only/model'] } },
    ...settings,
  };
  const web = await startWeb({ config, variables });
  const close = async (): Promise<void> => {
    await web.close();
    await vendor.close();
  };
  return { ...web, vendor, close };
}

export interface WebOptions {
  /** What stands in its file. */
  readonly config: object;
  /** Variables beside those of the stack; they replace them. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Files of its code that are left out, by their names. */
  readonly lost?: RegExp;
}

export async function startWeb({ config, variables = {}, lost }: WebOptions): Promise<WebProcess> {
  const [aws, port] = await Promise.all([startLocalAws(TABLES), freePort()]);
  const key = `nemo_${randomBytes(32).toString('base64url')}`;
  const item = keyItem({ sha256: sha256Hex(key), name: 'test', createdAt: '2026-01-01T00:00:00.000Z', limits: {} });
  await aws.dynamoDb.client.send(new PutItemCommand({ TableName: TABLES.keys, Item: item }));
  aws.setSecret(JSON.stringify({ VENDOR_KEY: 'key-of-the-vendor' }));
  const folder = await taskFolder(config, lost);
  const child = spawn(process.execPath, [join(folder, 'index.mjs')], {
    cwd: folder,
    env: { ...platformVariables(port), ...stackVariables(aws), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors = text(child.stderr);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const origin = `http://127.0.0.1:${port}`;
  await listening(origin);
  const withKey = callerWith(origin, key);
  return {
    origin,
    key,
    aws,
    process: child,
    lines,
    errors,
    exited,
    ended: () => child.signalCode ?? child.exitCode?.toString(),
    line: (fits) => until(() => lines.some(fits)),
    requestLines: (count) => until(() => lines.filter((line) => line.includes('"line":"request"')).length >= count),
    ...withKey,
    close: async () => {
      child.kill('SIGKILL');
      await exited;
      await Promise.all([aws.close(), rm(folder, { recursive: true })]);
    },
  };
}

function callerWith(origin: string, key: string): Pick<WebProcess, 'fetch' | 'chat'> {
  const authorization = `Bearer ${key}`;
  return {
    fetch: (path, init = {}) => fetch(origin + path, { ...init, headers: { authorization, ...init.headers } }),
    chat: (body = {}, init = {}) =>
      fetch(`${origin}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'all', messages: [{ role: 'user', content: 'Hello?' }], ...body }),
        ...init,
      }),
  };
}

async function taskFolder(config: object, lost: RegExp | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nemo-web-'));
  const parsed = parseConfig(config);
  if (parsed.kind === 'invalid') {
    throw new Error(JSON.stringify(parsed.problems));
  }
  const { files } = await bundleOf('web');
  await writeBundle({ files: new Map([...files].filter(([name]) => lost?.test(name) !== true)) }, folder);
  await writeFile(join(folder, 'config.json'), checkedConfigJson(parsed.config));
  return folder;
}

function platformVariables(port: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    AWS_LAMBDA_HTTP_ENDPOINT: `127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_SESSION_TOKEN: 'not-a-token',
  };
}

function stackVariables(aws: LocalAws): NodeJS.ProcessEnv {
  return {
    NEMO_ENVIRONMENT: 'test',
    NEMO_CONFIG_FILE: 'config.json',
    NEMO_STATISTICS_TABLE: TABLES.statistics,
    NEMO_KEYS_TABLE: TABLES.keys,
    NEMO_SECRET_ID: 'credentials',
    AWS_ENDPOINT_URL_DYNAMODB: aws.origin,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.origin,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await sleep(5);
  }
}

async function listening(origin: string): Promise<void> {
  const untilMs = performance.now() + START_MS;
  for (;;) {
    try {
      await (await fetch(`${origin}/health`)).arrayBuffer();
      return;
    } catch (error) {
      if (performance.now() > untilMs) {
        throw error;
      }
      await sleep(20);
    }
  }
}
