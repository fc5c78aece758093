import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Annotations, Stack, Tags } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { problemLine } from '../functions/gateway/config/config-problem.ts';
import type { ConfigFileInput } from '../functions/gateway/config/config-schema.ts';
import { configWarnings } from '../functions/gateway/config/config-warnings.ts';
import { parseConfig } from '../functions/gateway/config/parse-config.ts';
import { defined } from '../functions/gateway/core/model/defined.ts';
import { isJsonObject, parseJson } from '../functions/gateway/core/wire/json.ts';
import { catalogueOf } from './catalogue/catalogue.ts';
import type { FunctionEntries } from './constructs/function-entries.ts';
import { Gateway } from './constructs/gateway.ts';
import { PREBUILT_ENTRIES, prebuiltVersion } from './constructs/prebuilt-entries.ts';
import type { DeployedVersion } from './deployed-version.ts';
import { type Environment, NAME } from './environment-file.ts';
import { resourceNames } from './resource-names.ts';

export type { ConfigFileInput } from '../functions/gateway/config/config-schema.ts';
export type { DeployedVersion } from './deployed-version.ts';

/** A configuration that was read and checked before, with its defaults filled in. */
export type CheckedConfig = Pick<Environment, 'config' | 'aws'>;

export interface NemoRouterProps {
  /** The gateway's configuration: what stands in a file as `infra/environments/dev.json`, the path of such a file, or what was read of one. */
  readonly config: ConfigFileInput | string | CheckedConfig;
  /**
   * Begins the names of its resources, and names its metrics' dimension `Environment`: up to 32 lower-case letters, digits and dashes.
   * @default made from the construct's path, unique in the account and region for stacks of other names
   */
  readonly name?: string;
  /** As `aws.form` in the configuration, which it overrides. */
  readonly form?: 'event' | 'web';
  /** As `aws.alarms` in the configuration, which it overrides member by member. */
  readonly alarms?: NonNullable<NonNullable<ConfigFileInput['aws']>['alarms']>;
  /** Where every alarm goes, in place of the two topics that would be made. Its policy must let `cloudwatch.amazonaws.com` publish. */
  readonly topic?: ITopic;
  /** What is deployed: in every log line, and with its time a mark on the dashboard's graphs. @default the package's version, without a mark */
  readonly version?: DeployedVersion | undefined;
  /** Where the functions' code comes from. @default the modules in the package */
  readonly entries?: FunctionEntries;
}

/**
 * The gateway as a part of another CDK app: `new NemoRouter(this, 'Llm', { config: 'gateway.json' })`. The code of its functions is in the
 * package; nothing is compiled. `aws.account`, `aws.region` and `aws.protected` of the configuration say nothing of the stack around it,
 * which decides for itself; `aws.protected` keeps keys, secret and logs when the stack is deleted.
 * Throws where the configuration has errors, with a line for each.
 */
export class NemoRouter extends Gateway {
  constructor(scope: Construct, id: string, props: NemoRouterProps) {
    const name = props.name ?? generatedName(scope, id);
    const environment = environmentOf(name, props);
    const { entries = PREBUILT_ENTRIES, topic } = props;
    const version = props.version ?? (entries === PREBUILT_ENTRIES ? prebuiltVersion() : undefined);
    super(scope, id, { environment, names: resourceNames(name), entries, version, topic });
    for (const [key, value] of Object.entries({ 'nemorouter:environment': name, ...environment.aws.tags })) {
      Tags.of(this).add(key, value);
    }
    for (const warning of configWarnings(environment.config)) {
      Annotations.of(this).addWarningV2(`nemorouter:${warning.path}`, problemLine(warning));
    }
  }
}

/** The longest name of an environment, and how much of it tells two long ones apart. */
const MAX_NAME = 32;
const DIGEST = 8;

/** The stack's name and the path in it, as far as they fit. */
function generatedName(scope: Construct, id: string): string {
  const stack = Stack.of(scope);
  const inside = scope.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
  const path = [stack.stackName, ...inside, id].join('-');
  const name = path
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '');
  const digest = createHash('sha256').update(path).digest('hex').slice(0, DIGEST);
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - DIGEST - 1)}-${digest}`;
}

function environmentOf(name: string, { config, ...overrides }: NemoRouterProps): Environment {
  if (!NAME.test(name)) {
    const rule = 'at most 32 lower-case letters, digits and dashes, a letter first';
    throw new Error(`NemoRouter's name has ${rule}; it is ${JSON.stringify(name)}.`);
  }
  if (typeof config === 'object' && 'config' in config) {
    return { name, config: config.config, aws: withOverridden(config.aws, overrides) };
  }
  const file = typeof config === 'string' ? parseJson(readFileSync(config, 'utf8')) : config;
  const parsed = parseConfig(withOverrides(file, overrides), catalogueOf(new Date()));
  if (parsed.kind === 'invalid') {
    const source = typeof config === 'string' ? config : "NemoRouter's configuration";
    throw new Error([`${source} has errors:`, ...parsed.problems.map((one) => `  ${problemLine(one)}`)].join('\n'));
  }
  return { name, config: parsed.config, aws: parsed.aws };
}

function withOverridden(aws: CheckedConfig['aws'], { form, alarms }: Pick<NemoRouterProps, 'form' | 'alarms'>) {
  return { ...aws, ...defined({ form }), alarms: { ...aws.alarms, ...defined(alarms ?? {}) } };
}

function withOverrides(file: unknown, { form, alarms }: Pick<NemoRouterProps, 'form' | 'alarms'>): unknown {
  if (!isJsonObject(file) || (form === undefined && alarms === undefined)) {
    return file;
  }
  const aws = isJsonObject(file.aws) ? file.aws : {};
  const known = isJsonObject(aws.alarms) ? aws.alarms : {};
  return { ...file, aws: { ...aws, ...defined({ form }), alarms: { ...known, ...alarms } } };
}
