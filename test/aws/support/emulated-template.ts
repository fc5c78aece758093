import assert from 'node:assert/strict';
import {
  isJsonObject,
  type JsonObject,
  objectMember,
  stringMember,
} from '../../../functions/gateway/core/wire/json.ts';

/**
 * What moto's CloudFormation makes, of all that the stack has. The rest it passes over with a warning, and then fails where something
 * refers to it: AWS::SecretsManager::Secret, AWS::Lambda::Url, AWS::SNS::TopicPolicy, AWS::CloudWatch::Alarm, AWS::Logs::QueryDefinition,
 * AWS::Scheduler::Schedule, AWS::Lambda::EventInvokeConfig, AWS::Lambda::Alias and Version, AWS::CodeDeploy::* (moto 5.2.5). Of these it has the secret and the address as APIs of their own,
 * by which the tests make them.
 */
const EMULATED: ReadonlySet<string> = new Set([
  'AWS::CloudWatch::Dashboard',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::SNS::Topic',
]);

/** A template with what moto can make of it, and the types that are left out. */
export interface EmulatedTemplate {
  readonly template: JsonObject;
  readonly leftOut: readonly string[];
}

/**
 * Leaves out what moto cannot make. `stands` says what a reference to a resource of a type gives in its place, as the secret's ARN;
 * references to others give an ARN of their own.
 */
export function emulatedTemplate(synthesised: unknown, stands: ReadonlyMap<string, string>): EmulatedTemplate {
  const resources = withPlainTables(objectMember(synthesised, 'Resources'));
  assert.ok(isJsonObject(synthesised) && resources !== undefined);
  const typeOf = (resource: unknown): string => stringMember(resource, 'Type') ?? '';
  const [kept, left] = [true, false].map((isKept) =>
    Object.entries(resources).filter(([, resource]) => EMULATED.has(typeOf(resource)) === isKept),
  );
  assert.ok(kept !== undefined && left !== undefined);
  const places = new Map(left.map(([id, resource]) => [id, stands.get(typeOf(resource)) ?? `arn:aws:none:::${id}`]));
  const template = replaced({ ...synthesised, Resources: Object.fromEntries(kept) }, places);
  assert.ok(isJsonObject(template));
  return { template, leftOut: [...new Set(left.map(([, resource]) => typeOf(resource)))].sort() };
}

/** A global table of one region as the plain table that it is: moto's CloudFormation has no other. */
function withPlainTables(resources: JsonObject | undefined): JsonObject | undefined {
  const entries = Object.entries(resources ?? {}).map(([id, resource]) => {
    const {
      Replicas: _replicas,
      WriteOnDemandThroughputSettings: _writes,
      ...rest
    } = objectMember(resource, 'Properties') ?? {};
    const isGlobal = stringMember(resource, 'Type') === 'AWS::DynamoDB::GlobalTable';
    return [id, isGlobal ? { Type: 'AWS::DynamoDB::Table', Properties: rest } : resource];
  });
  return resources === undefined ? undefined : Object.fromEntries(entries);
}

/** The value with every reference to one of `places` replaced. */
function replaced(value: unknown, places: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => replaced(item, places));
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const { Ref: ref, 'Fn::GetAtt': attribute } = value;
  const id = Array.isArray(attribute) ? attribute[0] : ref;
  const place = typeof id === 'string' ? places.get(id) : undefined;
  if (place !== undefined) {
    return place;
  }
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    name === 'DependsOn' && Array.isArray(item)
      ? item.filter((other) => !places.has(String(other)))
      : replaced(item, places),
  ]);
  return Object.fromEntries(entries);
}
