import type { AwsSettings } from '../../functions/gateway/config/aws-settings.ts';
import { defined } from '../../functions/gateway/core/model/defined.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import { readEnvironment } from '../environment-file.ts';
import { readAccessKeyFile } from '../local/access-key-file.ts';
import { type LocalDescription, readLocalDescription } from '../local/local-description.ts';
import { type ResourceNames, resourceNames } from '../resource-names.ts';
import type { AwsAccess } from './aws-access.ts';
import { type CommandInput, optionText, UsageError } from './command.ts';

/** The environment that a command works on: deployed in AWS, or the system of `npm start` on this machine. */
export type Target = DeployedTarget | LocalTarget;

interface SharedTarget {
  /** As `dev`. */
  readonly name: string;
  readonly config: GatewayConfig;
  /** Whether the prober calls the gateway from outside, with a key of its own. */
  readonly hasCanary: boolean;
  /** Where its tables are. */
  readonly database: AwsAccess;
  readonly statisticsTable: string;
  readonly keysTable: string;
}

export interface DeployedTarget extends SharedTarget {
  readonly kind: 'deployed';
  readonly aws: AwsAccess;
  /** The `aws` part of its file. */
  readonly settings: AwsSettings;
  readonly names: ResourceNames;
}

export interface LocalTarget extends SharedTarget {
  readonly kind: 'local';
  readonly origin: string;
  readonly description: LocalDescription;
}

/** Finds the target that `--env`, `--region` and `--endpoint` name, or `--local`. Throws `UsageError`. */
export async function findTarget(options: CommandInput['options'], variables: NodeJS.ProcessEnv): Promise<Target> {
  const local = optionText(options, 'local');
  if (local === undefined) {
    return deployedTarget(options, variables, OR_LOCAL);
  }
  const inAws = ['env', 'region', 'endpoint'].find((name) => options[name] !== undefined);
  if (inAws !== undefined) {
    throw new UsageError(
      `Give --env NAME for an environment in AWS, or --local URL for one here; not both. --${inAws} goes with no --local.`,
    );
  }
  return localTarget(local);
}

const OR_LOCAL = ' Or what npm start serves: --local http://127.0.0.1:8787.';

/** Finds the environment in AWS that `--env`, `--region` and `--endpoint` name. Throws `UsageError`; `orElse` ends it where none is named. */
export function deployedTarget(
  options: CommandInput['options'],
  variables: NodeJS.ProcessEnv,
  orElse = '',
): DeployedTarget {
  const file = readEnvironment(optionText(options, 'env'));
  if (file.kind === 'invalid') {
    const other = options.env === undefined ? orElse : '';
    throw new UsageError(file.message.replace('-c env=', '--env ') + other);
  }
  const { name, config, aws } = file.environment;
  const endpoint = endpointOption(options, variables);
  const configured = optionText(options, 'region') ?? aws.region;
  const region = configured ?? variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION ?? (endpoint && 'local');
  if (region === undefined || region === '') {
    throw new UsageError(`Say in which region ${name} is: --region REGION, AWS_REGION, or aws.region in its file.`);
  }
  const access: AwsAccess = { region, ...defined({ endpoint }) };
  const names = resourceNames(name);
  const { statisticsTable, keysTable } = names;
  const hasCanary = aws.prober !== 'off' && aws.prober.canary;
  return {
    kind: 'deployed',
    name,
    config,
    hasCanary,
    database: access,
    aws: access,
    settings: aws,
    names,
    statisticsTable,
    keysTable,
  };
}

/** `AWS_ENDPOINT_URL` is what AWS's own tools look at. */
function endpointOption(options: CommandInput['options'], variables: NodeJS.ProcessEnv): string | undefined {
  const endpoint = optionText(options, 'endpoint') ?? (variables.AWS_ENDPOINT_URL || undefined);
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    throw new UsageError(`--endpoint must be an address as http://127.0.0.1:8000; it is ${JSON.stringify(endpoint)}.`);
  }
  return endpoint?.replace(/\/+$/, '');
}

async function localTarget(url: string): Promise<LocalTarget> {
  if (!URL.canParse(url)) {
    throw new UsageError(`--local must be an address as http://127.0.0.1:8787; it is ${JSON.stringify(url)}.`);
  }
  const { origin } = new URL(url);
  const description = await readLocalDescription(origin);
  if (description === undefined) {
    throw new UsageError(`No local system answers at ${origin}. npm start starts one and prints its address.`);
  }
  const { config, dynamoDb } = description;
  const { statisticsTable, keysTable } = dynamoDb;
  const accessKeyId = await readAccessKeyFile(dynamoDb.accessKeyFile);
  if (accessKeyId === undefined) {
    throw new UsageError(
      `The database of the local system at ${origin} is for the user who started it: its key is in ${JSON.stringify(dynamoDb.accessKeyFile)}, which only that user can read.`,
    );
  }
  const database = { region: 'local', endpoint: dynamoDb.endpoint, accessKeyId };
  return {
    kind: 'local',
    name: 'local',
    config,
    hasCanary: false,
    database,
    statisticsTable,
    keysTable,
    origin,
    description,
  };
}
