import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { checkedConfigJson } from '../../../functions/gateway/config/checked-config.ts';
import { configOf, gatewayApp, shipped } from '../../infra/synthesised.ts';
import { type FunctionInstance, startInstance } from './function-instance.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';
import { type DeployedFunction, synthesisedFunction } from './synthesised-function.ts';

/** The bundled prober under Lambda's own runtime, with the services that it calls. */
export interface RunningProber {
  readonly aws: LocalAws;
  readonly instance: FunctionInstance;
  /** What the schedule does: an event, and what comes of it once the instance has finished: its answer as JSON, or the error's text. */
  readonly invoke: () => Promise<ProberAnswer>;
  readonly close: () => Promise<void>;
}

export type ProberAnswer =
  | { readonly kind: 'answered'; readonly json: unknown }
  | { readonly kind: 'failed'; readonly error: string };

export interface RunningProberOptions {
  /** The environment's file. */
  readonly config: object;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Bundled once a process. */
let deployedOnce: DeployedFunction | undefined;

export async function runningProber({ config, variables = {} }: RunningProberOptions): Promise<RunningProber> {
  deployedOnce ??= deployedProber();
  const deployed = deployedOnce;
  const statistics = deployed.variables.NEMO_STATISTICS_TABLE ?? '';
  const aws = await startLocalAws({ statistics, keys: 'unused' });
  const taskRoot = await mkdtemp(join(tmpdir(), 'nemo-probe-'));
  await cp(deployed.code, taskRoot, { recursive: true });
  await writeFile(join(taskRoot, 'config.json'), checkedConfigJson(configOf(config)));
  const endpoints = { AWS_ENDPOINT_URL_DYNAMODB: aws.origin, AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.origin };
  const instance = await startInstance({ deployed, taskRoot, variables: { ...endpoints, ...variables } });
  return {
    aws,
    instance,
    invoke: () => invoke(instance, deployed),
    close: async () => {
      await instance.close();
      await aws.close();
      await rm(taskRoot, { recursive: true });
    },
  };
}

/** `npm run synth` is of `dev`, which has none: it is bundled here, by the same stack. */
function deployedProber(): DeployedFunction {
  const { app } = gatewayApp(shipped('dev', { prober: { everyMinutes: 5, canary: false } }), { isBundled: true });
  const { directory } = app.synth();
  return synthesisedFunction('nemorouter-dev-prober', pathToFileURL(`${directory}/`));
}

async function invoke(instance: FunctionInstance, { timeoutMs }: DeployedFunction): Promise<ProberAnswer> {
  await instance.idle();
  const { promise, resolve } = Promise.withResolvers<ProberAnswer>();
  instance.invoke({
    event: JSON.stringify({ source: 'aws.events', 'detail-type': 'Scheduled Event' }),
    deadlineMs: Date.now() + timeoutMs,
    onResponse: (response) => {
      void text(response).then((answer) => resolve({ kind: 'answered', json: JSON.parse(answer) }));
    },
    onError: (error) => resolve({ kind: 'failed', error }),
  });
  const answer = await promise;
  await instance.idle();
  return answer;
}
