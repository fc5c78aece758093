import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Environment } from '../environment-file.ts';
import { readEnvironment } from '../environment-file.ts';
import { type ResourceNames, resourceNames } from '../resource-names.ts';
import { type CommandInput, optionText, UsageError } from './command.ts';

/** The environment that a command works on. */
export interface Target {
  readonly environment: Environment;
  readonly names: ResourceNames;
  readonly region: string;
  /** An emulator's address in AWS's place. */
  readonly endpoint?: string;
}

/** Finds the target that the options `--env`, `--region` and `--endpoint` name. Throws `UsageError`. */
export function findTarget(options: CommandInput['options'], variables: NodeJS.ProcessEnv): Target {
  const file = readEnvironment(optionText(options, 'env'));
  if (file.kind === 'invalid') {
    throw new UsageError(file.message.replace('-c env=', '--env '));
  }
  const { environment } = file;
  const endpoint = optionText(options, 'endpoint');
  const configured = optionText(options, 'region') ?? environment.aws.region;
  const region = configured ?? variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION ?? (endpoint && 'local');
  if (region === undefined || region === '') {
    throw new UsageError(
      `Say in which region ${environment.name} is: --region REGION, AWS_REGION, or aws.region in its file.`,
    );
  }
  const names = resourceNames(environment.name);
  return { environment, names, region, ...(endpoint === undefined ? {} : { endpoint }) };
}

/** DynamoDB of a target. Emulators on this machine check no credentials, but the client insists on some. */
export function dynamoDbOf({ region, endpoint }: Target): DynamoDBClient {
  if (endpoint === undefined) {
    return new DynamoDBClient({ region });
  }
  if (!URL.canParse(endpoint)) {
    throw new UsageError(`--endpoint must be an address as http://127.0.0.1:8000; it is ${JSON.stringify(endpoint)}.`);
  }
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(endpoint).hostname);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ region, endpoint, ...(isHere ? { credentials } : {}) });
}
