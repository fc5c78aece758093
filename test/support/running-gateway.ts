import OpenAI, { type ClientOptions } from 'openai';
import type { Credentials } from '../../functions/gateway/adapters/credentials.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { GatewayConfig, ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import type { LivePage } from '../../functions/gateway/core/serve/ports.ts';
import type { LocalDynamoDb } from '../../infra/local/local-dynamodb.ts';
import { startLocalSystem } from '../../infra/local/local-system.ts';
import { type FakeProvider, startFakeProvider } from './fake-provider.ts';

export interface RunningGatewayOptions<Name extends string> {
  /** The fakes to start, by the name of their provider: `{ primary: 'openai' }` makes the deployment `primary/fake-model`. */
  readonly fakes: Readonly<Record<Name, ProtocolName | SharedFake>>;
  /** More settings of a fake's deployment, in the configuration file's form. */
  readonly deployments?: Readonly<Partial<Record<Name, object>>>;
  /** More of the configuration file. Routes default to one: `all`, every deployment in order. */
  readonly config?: object;
  /** The database of another gateway. Default: one of its own. */
  readonly dynamoDb?: LocalDynamoDb;
  /** The live page, for a configuration that turns it on. Default: none. */
  readonly page?: LivePage;
  /** The vendors' API keys. Default: the same one for all. */
  readonly credentials?: Credentials;
  /** Host names beside this machine's own. */
  readonly hosts?: readonly string[];
  /** Where the system says that its metrics are. */
  readonly metricsFile?: string;
}

/** A fake that more than one gateway calls. Whoever started it closes it. */
export interface SharedFake {
  readonly protocol: ProtocolName;
  readonly fake: FakeProvider;
  /** More settings of its provider, in the configuration file's form. */
  readonly settings?: object;
}

/** The whole local system over fakes, on a port of its own. */
export interface RunningGateway<Name extends string> extends AsyncDisposable {
  /** With `/v1`. */
  readonly baseUrl: string;
  /** Without `/v1`. */
  readonly origin: string;
  /** A key that works. */
  readonly key: string;
  readonly fakes: Readonly<Record<Name, FakeProvider>>;
  readonly dynamoDb: LocalDynamoDb;
  /** Of every request that has ended, in the order of their ends. */
  readonly records: readonly RequestRecord[];
  /** Resolves with the record of that index once its request has ended. */
  readonly record: (index: number) => Promise<RequestRecord>;
  /** What DynamoDB failed at. */
  readonly storeErrors: readonly string[];
  /** The official client. It does not retry, so that a test sees each answer. */
  readonly openai: (options?: ClientOptions) => OpenAI;
  /** A request with the key, without a client: `path` as `/v1/models`. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  readonly close: () => Promise<void>;
}

/** The vendor's model id of every fake's deployment. */
export const FAKE_MODEL = 'fake-model';

const KEY = 'nemo_key-of-the-tests';

export async function runningGateway<Name extends string>(
  options: RunningGatewayOptions<Name>,
): Promise<RunningGateway<Name>> {
  const started = await startFakes(options.fakes);
  const log = recordLog();
  const storeErrors: string[] = [];
  const system = await startLocalSystem({
    config: configOf(started, options),
    key: KEY,
    port: 0,
    credentials: options.credentials ?? (async () => 'key-of-the-vendor'),
    sign: async () => ({}),
    onRecord: log.add,
    onStoreError: (operation, error) => void storeErrors.push(`${operation}: ${String(error)}`),
    ...(options.dynamoDb === undefined ? {} : { dynamoDb: options.dynamoDb }),
    ...(options.page === undefined ? {} : { page: options.page }),
    ...(options.hosts === undefined ? {} : { hosts: options.hosts }),
    ...(options.metricsFile === undefined ? {} : { metricsFile: options.metricsFile }),
  });
  const { baseUrl, dynamoDb } = system;
  const origin = new URL(baseUrl).origin;
  const close = async (): Promise<void> => {
    await system.close();
    const own = Object.values<StartedFake>(started).filter(({ isShared }) => !isShared);
    await Promise.all(own.map(({ fake }) => fake.close()));
  };
  return {
    baseUrl,
    origin,
    key: KEY,
    fakes: mapValues(started, ({ fake }) => fake),
    dynamoDb,
    records: log.records,
    record: log.record,
    storeErrors,
    openai: (client = {}) => new OpenAI({ baseURL: baseUrl, apiKey: KEY, maxRetries: 0, ...client }),
    fetch: (path, init = {}) => fetch(origin + path, { ...init, headers: withKey(init.headers) }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface StartedFake extends SharedFake {
  readonly isShared: boolean;
}

async function startFakes<Name extends string>(
  fakes: RunningGatewayOptions<Name>['fakes'],
): Promise<Record<Name, StartedFake>> {
  const entries = Object.entries<ProtocolName | SharedFake>(fakes).map(async ([name, given]) => {
    const started =
      typeof given === 'string'
        ? { protocol: given, fake: await startFakeProvider(given), isShared: false }
        : { ...given, isShared: true };
    return [name, started] as const;
  });
  // The entries have the names of `fakes`; `Object.fromEntries` cannot say so.
  return Object.fromEntries(await Promise.all(entries)) as Record<Name, StartedFake>;
}

function configOf<Name extends string>(
  fakes: Readonly<Record<Name, StartedFake>>,
  { deployments, config }: RunningGatewayOptions<Name>,
): GatewayConfig {
  const more: Readonly<Record<string, object | undefined>> = deployments ?? {};
  const entries = Object.entries<StartedFake>(fakes);
  const ids = entries.map(([name]) => deploymentId(name));
  const parsed = parseConfig({
    providers: Object.fromEntries(entries.map(([name, started]) => [name, providerOf(started)])),
    deployments: Object.fromEntries(
      entries.map(([name]) => [deploymentId(name), { provider: name, model: FAKE_MODEL, ...more[name] }]),
    ),
    routes: { all: { strategy: 'ordered', deployments: ids } },
    // A test counts what its calls cause.
    probes: 'off',
    ...config,
  });
  if (parsed.kind === 'invalid') {
    throw new Error(`The test's configuration is wrong: ${JSON.stringify(parsed.problems)}`);
  }
  return parsed.config;
}

/** The id of a fake's deployment. */
export function deploymentId(fake: string): string {
  return `${fake}/${FAKE_MODEL}`;
}

function providerOf({ protocol, fake, settings }: SharedFake): object {
  const region = protocol === 'bedrock' ? { region: 'us-east-1' } : {};
  return { protocol, baseUrl: fake.baseUrl, apiKey: 'KEY_OF_THE_VENDOR', ...region, ...settings };
}

function recordLog(): {
  readonly records: readonly RequestRecord[];
  readonly add: (record: RequestRecord) => void;
  readonly record: (index: number) => Promise<RequestRecord>;
} {
  const records: RequestRecord[] = [];
  const waiting = new Map<number, PromiseWithResolvers<RequestRecord>>();
  return {
    records,
    add: (record) => {
      records.push(record);
      waiting.get(records.length - 1)?.resolve(record);
    },
    record: (index) => {
      const known = records[index];
      const waiter = waiting.get(index) ?? Promise.withResolvers<RequestRecord>();
      waiting.set(index, waiter);
      return known === undefined ? waiter.promise : Promise.resolve(known);
    },
  };
}

function withKey(headers: RequestInit['headers']): Headers {
  const all = new Headers(headers);
  if (!all.has('authorization')) {
    all.set('authorization', `Bearer ${KEY}`);
  }
  return all;
}

function mapValues<Name extends string, From, To>(
  record: Readonly<Record<Name, From>>,
  convert: (value: From) => To,
): Record<Name, To> {
  const entries = Object.entries<From>(record).map(([name, value]) => [name, convert(value)]);
  // The same keys as `record`, which `Object.fromEntries` cannot say.
  return Object.fromEntries(entries) as Record<Name, To>;
}
