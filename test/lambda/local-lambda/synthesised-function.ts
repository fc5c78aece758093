import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  objectMember,
} from '../../../functions/gateway/core/wire/json.ts';

/** A function as the stack would deploy it. */
export interface DeployedFunction {
  readonly name: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly logGroup: string;
  readonly logFormat: string;
  /** Its environment variables, with what refers to other resources filled in. */
  readonly variables: Readonly<Record<string, string>>;
  /** The folder of its bundled code. */
  readonly code: string;
}

const OUT = new URL('../../../cdk.out/', import.meta.url);

/** Reads the function that is called `name` out of the stack of `dev`, as `npm run synth` wrote it, or another into the folder `out`. */
export function synthesisedFunction(name: string, out: URL = OUT): DeployedFunction {
  const template: unknown = JSON.parse(readFileSync(new URL('nemorouter-dev.template.json', out), 'utf8'));
  const resources = objectMember(template, 'Resources') ?? {};
  const found = Object.values(resources).find(
    (resource) => member(objectMember(resource, 'Properties'), 'FunctionName') === name,
  );
  const properties = objectMember(found, 'Properties');
  if (properties === undefined) {
    throw new Error(`There is no function ${name} in cdk.out: run npm run synth.`);
  }
  const logging = objectMember(properties, 'LoggingConfig');
  const variables = objectMember(objectMember(properties, 'Environment'), 'Variables') ?? {};
  return {
    name,
    handler: String(properties.Handler),
    memoryMb: Number(properties.MemorySize),
    timeoutMs: Number(properties.Timeout) * 1000,
    logGroup: resolved(logging?.LogGroup, resources),
    logFormat: String(logging?.LogFormat),
    variables: Object.fromEntries(
      Object.entries(variables).map(([variable, value]) => [variable, resolved(value, resources)]),
    ),
    code: fileURLToPath(new URL(`asset.${assetHash(properties)}/`, out)),
  };
}

function assetHash(properties: JsonObject): string {
  return String(objectMember(properties, 'Code')?.S3Key).replace(/\.zip$/, '');
}

/** What CloudFormation makes of a value: for the kinds of reference that the stack uses, the resource's name. */
function resolved(value: unknown, resources: JsonObject): string {
  if (!isJsonObject(value)) {
    return String(value);
  }
  const id = String(value.Ref ?? arrayMember(value, 'Fn::GetAtt')[0]);
  const properties = objectMember(objectMember(resources, id), 'Properties');
  const name = properties?.TableName ?? properties?.Name ?? properties?.LogGroupName;
  if (typeof name !== 'string') {
    throw new Error(`${JSON.stringify(value)} refers to nothing that is known here.`);
  }
  return name;
}
