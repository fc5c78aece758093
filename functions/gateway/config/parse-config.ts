import { protocolOfModel } from '../core/hosts/deployment-protocol.ts';
import type { DeploymentSettings, GatewayConfig, Provider } from '../core/model/gateway-config.ts';
import { baseModelOf } from '../core/protocols/model-rules.ts';
import { isJsonObject } from '../core/wire/json.ts';
import type { AwsSettings } from './aws-settings.ts';
import { type Catalogue, withCatalogue } from './catalogue.ts';
import { type ConfigProblem, pathText } from './config-problem.ts';
import { type ConfigFile, configSchema } from './config-schema.ts';
import { crossProblems } from './cross-problems.ts';
import { withMarkedReasoning } from './marked-reasoning.ts';
import { hostedProvider } from './provider-host.ts';
import { schemaProblems } from './schema-problems.ts';

/** A configuration ready for use, or all that is wrong with the file. */
export type ParsedConfig =
  | { readonly kind: 'parsed'; readonly config: GatewayConfig; readonly aws: AwsSettings }
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] };

/**
 * Checks a configuration file (its parsed JSON) and fills in the defaults. The records of the result have no prototype, so that a
 * caller's `constructor` or `__proto__` finds nothing in them. `aws` is for the stack; the gateway has no use for it. `catalogue`: what is known
 * of models that the file does not say, by default nothing.
 */
export function parseConfig(json: unknown, catalogue: Catalogue = () => []): ParsedConfig {
  const misshapen = shapeProblems(json, []);
  if (misshapen.length > 0) {
    return { kind: 'invalid', problems: misshapen };
  }
  const parsed = configSchema.safeParse(json, { reportInput: true });
  if (!parsed.success) {
    return { kind: 'invalid', problems: schemaProblems(configSchema, parsed.error.issues) };
  }
  const hosted = Object.entries(parsed.data.providers).map(([name, file]) => ({ name, ...hostedProvider(name, file) }));
  const unknown = hosted.flatMap((one) => (one.kind === 'unknown' ? [one.problem] : []));
  if (unknown.length > 0) {
    return { kind: 'invalid', problems: unknown };
  }
  const providers = hosted.flatMap((one) => (one.kind === 'hosted' ? [[one.name, one.provider] as const] : []));
  const config = withMarkedReasoning(toGatewayConfig(parsed.data, new Map(providers), catalogue));
  const problems = crossProblems(config);
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'parsed', config, aws: parsed.data.aws };
}

/** No setting is deeper than a few levels. What reads files of thousands recursively runs out of stack. */
const MAX_DEPTH = 32;

/**
 * Every `__proto__` of a file: zod drops that key from records without a word, and with it a whole provider. And what is nested deeper than
 * any setting.
 */
function shapeProblems(value: unknown, path: readonly PropertyKey[]): readonly ConfigProblem[] {
  if (!isJsonObject(value) && !Array.isArray(value)) {
    return [];
  }
  if (path.length >= MAX_DEPTH) {
    const message = `nests objects and arrays deeper than ${MAX_DEPTH} levels`;
    return [{ path: pathText(path.slice(0, 3)), message, example: '"deployments": { "openai/gpt-5.5": { ... } }' }];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    const problem = {
      path: pathText(at),
      message: 'has a reserved name: choose another',
      example: '"my-name": { ... }',
    };
    return key === '__proto__' ? [problem] : shapeProblems(inner, at);
  });
}

function toGatewayConfig(
  file: ConfigFile,
  providers: ReadonlyMap<string, Provider>,
  catalogue: Catalogue,
): GatewayConfig {
  const { $schema: _schema, aws: _aws, ...config } = file;
  return {
    ...config,
    providers: withoutPrototype(Object.fromEntries(providers), withoutTrailingSlash),
    deployments: withoutPrototype(file.deployments, (deployment) => {
      const provider = providers.get(deployment.provider);
      return provider === undefined ? deployment : withCatalogue(inOwnWords(deployment, provider), provider, catalogue);
    }),
    routes: withoutPrototype(file.routes, (route) => route),
    keys: file.keys.map((key) => ({ ...key, sha256: key.sha256.toLowerCase() })),
  };
}

/** A deployment with its protocol, where that is not its provider's. */
function inOwnWords(deployment: DeploymentSettings, provider: Provider): DeploymentSettings {
  const protocol = deployment.protocol ?? protocolOfModel(provider, baseModelOf(deployment));
  return protocol === undefined ? deployment : { ...deployment, protocol };
}

function withoutPrototype<Value, Result>(
  record: Readonly<Record<string, Value>>,
  convert: (value: Value) => Result,
): Record<string, Result> {
  const result: Record<string, Result> = Object.create(null);
  for (const [name, value] of Object.entries(record)) {
    result[name] = convert(value);
  }
  return result;
}

function withoutTrailingSlash(provider: Provider): Provider {
  return provider.baseUrl === undefined ? provider : { ...provider, baseUrl: provider.baseUrl.replace(/\/+$/, '') };
}
