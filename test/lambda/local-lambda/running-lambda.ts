import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { keyItem } from '../../../functions/gateway/adapters/dynamodb/key-item.ts';
import { sha256Hex } from '../../../functions/gateway/adapters/key-form.ts';
import { checkedConfigJson } from '../../../functions/gateway/config/checked-config.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import { type FunctionInstance, startInstance } from './function-instance.ts';
import { type FunctionUrl, startFunctionUrl } from './function-url.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';
import { synthesisedFunction } from './synthesised-function.ts';

export interface RunningLambdaOptions {
  /** The environment's file, without what only the stack needs. */
  readonly config: object;
  /** Variables other than those of the stack; they replace them. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Default: 4. */
  readonly maxInstances?: number;
  /** Lambda's limit for one call. Default: that of the stack. */
  readonly timeoutMs?: () => number;
  /** Default: that of the stack. */
  readonly memoryMb?: number;
  readonly nodeFlags?: readonly string[];
  /** In the place of `config`: the text of the file beside the code, or the file that the stack has put there. */
  readonly configText?: 'as-bundled' | (string & {});
}

/** The bundled gateway under Lambda's own runtime, with its Function URL and the services that it calls. */
export interface RunningLambda extends FunctionUrl {
  readonly aws: LocalAws;
  /** The folder with the code and its configuration. */
  readonly taskRoot: string;
  /** A key that stands in the keys table. */
  readonly key: string;
  /** An instance of its own, which the URL does not know of. Whoever starts it closes it. */
  readonly startInstance: () => Promise<FunctionInstance>;
  /** A request with the key: `path` as `/v1/models`. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** A chat completion with the key. */
  readonly chat: (body: object, headers?: Readonly<Record<string, string>>) => Promise<Response>;
}

export async function runningLambda(options: RunningLambdaOptions): Promise<RunningLambda> {
  const stacks = synthesisedFunction('nemorouter-dev-gateway');
  const deployed = { ...stacks, memoryMb: options.memoryMb ?? stacks.memoryMb };
  const { NEMO_STATISTICS_TABLE: statistics = '', NEMO_KEYS_TABLE: keys = '' } = deployed.variables;
  const aws = await startLocalAws({ statistics, keys });
  const key = `nemo_${randomBytes(32).toString('base64url')}`;
  await aws.dynamoDb.client.send(new PutItemCommand({ TableName: keys, Item: itemOf(key) }));
  const taskRoot = await mkdtemp(join(tmpdir(), 'nemo-task-'));
  await cp(deployed.code, taskRoot, { recursive: true });
  if (options.configText !== 'as-bundled') {
    await writeFile(join(taskRoot, 'config.json'), options.configText ?? configText(options.config));
  }
  const variables = {
    AWS_ENDPOINT_URL_DYNAMODB: aws.origin,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.origin,
    ...options.variables,
  };
  const { nodeFlags = [] } = options;
  const start = (): Promise<FunctionInstance> => startInstance({ deployed, taskRoot, variables, nodeFlags });
  const url = await startFunctionUrl({
    timeoutMs: options.timeoutMs ?? (() => deployed.timeoutMs),
    maxInstances: options.maxInstances ?? 4,
    startInstance: start,
  });
  const withKey = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url.origin + path, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } });
  return {
    ...url,
    aws,
    taskRoot,
    key,
    startInstance: start,
    fetch: withKey,
    chat: (body, headers = {}) =>
      withKey('/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    close: async () => {
      await url.close();
      await aws.close();
      await rm(taskRoot, { recursive: true });
    },
  };
}

function itemOf(key: string): ReturnType<typeof keyItem> {
  return keyItem({ sha256: sha256Hex(key), name: 'test', createdAt: '2026-01-01T00:00:00.000Z', limits: {} });
}

function configText(file: object): string {
  const parsed = parseConfig(file);
  if (parsed.kind === 'invalid') {
    throw new Error(`The test's configuration is wrong: ${JSON.stringify(parsed.problems)}`);
  }
  return checkedConfigJson(parsed.config);
}
