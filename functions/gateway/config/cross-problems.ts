import { vendorOf } from '../core/hosts/vendor-of.ts';
import type { DeploymentSettings, GatewayConfig, ProtocolName, Provider } from '../core/model/gateway-config.ts';
import { providerOf } from '../core/model/provider-of.ts';
import type { Vendor } from '../core/model/vendor.ts';
import { embeddingsRules } from '../core/protocols/openai-chat/embeddings-rules.ts';
import '../core/protocols/protocols.ts';
import { protocolAt } from '../core/protocols/spoken-protocols.ts';
import { type ConfigProblem, pathText } from './config-problem.ts';
import { incompleteProviders } from './incomplete-providers.ts';
import { nearestName } from './nearest-name.ts';
import { unpricedDeployments, unpricedMessage } from './unpriced-deployments.ts';

/** What is wrong between the parts of a configuration whose parts are each valid. */
export function crossProblems(config: GatewayConfig): readonly ConfigProblem[] {
  return CHECKS.flatMap((check) => check(config));
}

const CHECKS: readonly ((config: GatewayConfig) => readonly ConfigProblem[])[] = [
  atLeastOneDeployment,
  incompleteProviders,
  deploymentsNameProviders,
  embeddingsAreOffered,
  bedrockModelsAreIds,
  routesNameDeployments,
  routesNameEachDeploymentOnce,
  routesServeOneKind,
  embeddingsRoutesServeOneModel,
  routesKeepADeployment,
  routeNamesAreNoDeployments,
  keysAreDistinct,
  keysNameModels,
  moneyLimitsHavePrices,
];

function atLeastOneDeployment(config: GatewayConfig): readonly ConfigProblem[] {
  const message = 'must have at least one deployment; got none';
  const example = '"deployments": {"openai/gpt-5.5": {"provider": "openai", "model": "gpt-5.5"}}';
  return Object.keys(config.deployments).length > 0 ? [] : [{ path: 'deployments', message, example }];
}

function deploymentsNameProviders(config: GatewayConfig): readonly ConfigProblem[] {
  return Object.entries(config.deployments)
    .filter(([, deployment]) => config.providers[deployment.provider] === undefined)
    .map(([id, deployment]) => ({
      path: pathText(['deployments', id, 'provider']),
      message: unknownName(deployment.provider, 'providers', Object.keys(config.providers)),
      example: `"provider": ${JSON.stringify(Object.keys(config.providers)[0] ?? 'openai')}`,
    }));
}

function embeddingsAreOffered(config: GatewayConfig): readonly ConfigProblem[] {
  return Object.entries(config.deployments).flatMap(([id, deployment]) => {
    const provider = config.providers[deployment.provider];
    if (deployment.kind !== 'embeddings' || provider === undefined) {
      return [];
    }
    const { protocol, vendor } = { ...providerOf(provider, deployment), vendor: vendorOf(provider) };
    const message = `is "embeddings", which the provider's protocol ${protocol} does not have at ${vendor}`;
    return hasEmbeddings(deployment, protocol, vendor)
      ? []
      : [{ path: pathText(['deployments', id, 'kind']), message, example: '"kind": "chat"' }];
  });
}

function hasEmbeddings({ model, rules }: DeploymentSettings, protocol: ProtocolName, vendor: Vendor): boolean {
  const isThere = protocolAt(protocol, vendor).embeddings !== undefined;
  return isThere && (protocol !== 'openai' || embeddingsRules(model, rules, vendor).embeddings);
}

/** The stack allows the function to call these models by name; a `*` in one would allow every other. */
function bedrockModelsAreIds(config: GatewayConfig): readonly ConfigProblem[] {
  return Object.entries(config.deployments)
    .filter(([, { provider, model }]) => isBedrock(config.providers[provider]) && /[*?$]/.test(model))
    .map(([id, { model }]) => ({
      path: pathText(['deployments', id, 'model']),
      message: `must be the id of one Bedrock model, inference profile or ARN; got ${JSON.stringify(model)}`,
      example: '"model": "us.anthropic.claude-sonnet-5"',
    }));
}

function isBedrock(provider: Provider | undefined): boolean {
  return provider !== undefined && vendorOf(provider) === 'bedrock';
}

function routesNameDeployments(config: GatewayConfig): readonly ConfigProblem[] {
  const ids = Object.keys(config.deployments);
  return routeEntries(config)
    .filter(({ id }) => config.deployments[id] === undefined)
    .map(({ path, id }) => ({
      path,
      message: unknownName(id, 'deployments', ids),
      example: `"deployments": ${JSON.stringify(ids.slice(0, 2))}`,
    }));
}

function routesNameEachDeploymentOnce(config: GatewayConfig): readonly ConfigProblem[] {
  return routeEntries(config)
    .filter(({ id, index, deployments }) => deployments.indexOf(id) !== index)
    .map(({ path, id, deployments }) => ({
      path,
      message: `names ${id} a second time`,
      example: `"deployments": ${JSON.stringify([...new Set(deployments)])}`,
    }));
}

function routesServeOneKind(config: GatewayConfig): readonly ConfigProblem[] {
  return Object.entries(config.routes)
    .filter(([, route]) => new Set(membersOf(config, route.deployments).map(({ kind }) => kind)).size > 1)
    .map(([name, route]) => ({
      path: pathText(['routes', name, 'deployments']),
      message: 'mixes chat and embeddings',
      example: `"deployments": ${JSON.stringify(chatOnly(config, route.deployments))}`,
    }));
}

function chatOnly(config: GatewayConfig, ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].filter((id) => config.deployments[id]?.kind === 'chat');
}

/** Vectors of different models do not mix: a failover from one to the other would poison the caller's index without a sign. */
function embeddingsRoutesServeOneModel(config: GatewayConfig): readonly ConfigProblem[] {
  return Object.entries(config.routes).flatMap(([name, route]) => {
    const members = membersOf(config, route.deployments);
    const models = [...new Set(members.map(({ model }) => model))];
    if (models.length <= 1 || members.some(({ kind }) => kind !== 'embeddings')) {
      return [];
    }
    const path = pathText(['routes', name, 'deployments']);
    const message = `mixes embeddings of ${models.join(' and ')}, whose vectors cannot be compared`;
    return [{ path, message, example: `"deployments": ${JSON.stringify(route.deployments.slice(0, 1))}` }];
  });
}

function routesKeepADeployment(config: GatewayConfig): readonly ConfigProblem[] {
  return Object.entries(config.routes).flatMap(([name, route]) => {
    const members = membersOf(config, route.deployments);
    const wanted = route.tags ?? [];
    if (members.length === 0 || members.some(({ tags }) => wanted.every((tag) => tags.includes(tag)))) {
      return [];
    }
    const path = pathText(['routes', name, 'tags']);
    const message = `leaves no deployment: none of the route's carries ${wanted.join(' and ')}`;
    return [{ path, message, example: `"tags": ${JSON.stringify(members[0]?.tags ?? [])}` }];
  });
}

function routeNamesAreNoDeployments(config: GatewayConfig): readonly ConfigProblem[] {
  return Object.keys(config.routes)
    .filter((name) => config.deployments[name] !== undefined)
    .map((name) => ({
      path: pathText(['routes', name]),
      message: "has the name of a deployment, so that a caller's model would mean both",
      example: '"nemo/latency-optimized": { ... }',
    }));
}

function keysAreDistinct(config: GatewayConfig): readonly ConfigProblem[] {
  return (['name', 'sha256'] as const).flatMap((field) => {
    const values = config.keys.map((key) => key[field]);
    return values
      .map((value, index) => ({ index, isRepeated: values.indexOf(value) !== index }))
      .filter(({ isRepeated }) => isRepeated)
      .map(({ index }) => ({
        path: pathText(['keys', index, field]),
        message: "is another key's too",
        example: field === 'name' ? `"name": "key-${index + 1}"` : '"sha256": "..."',
      }));
  });
}

function keysNameModels(config: GatewayConfig): readonly ConfigProblem[] {
  const vendorModels = Object.values(config.deployments).map(({ model }) => model);
  const known = [...Object.keys(config.routes), ...Object.keys(config.deployments), ...vendorModels];
  return config.keys.flatMap(({ models = [] }, index) =>
    models
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: pathText(['keys', index, 'models']),
        message: unknownName(name, 'routes', known),
        example: `"models": ${JSON.stringify(known.slice(0, 1))}`,
      })),
  );
}

function moneyLimitsHavePrices(config: GatewayConfig): readonly ConfigProblem[] {
  return config.keys.flatMap(({ usdPerMonth, models }, index) => {
    const unpriced = usdPerMonth === undefined ? [] : unpricedDeployments(config, models);
    return unpriced.map((deployment) => ({
      path: pathText(['keys', index, 'usdPerMonth']),
      message: `${unpricedMessage(deployment)}; 0 is a price too`,
      example: `${JSON.stringify(deployment.id)}: { ${deployment.missing.map((name) => `"${name}": 2.5`).join(', ')}, ... }`,
    }));
  });
}

interface RouteEntry {
  readonly path: string;
  readonly id: string;
  readonly index: number;
  readonly deployments: readonly string[];
}

function routeEntries(config: GatewayConfig): readonly RouteEntry[] {
  return Object.entries(config.routes).flatMap(([name, { deployments }]) =>
    deployments.map((id, index) => ({
      path: pathText(['routes', name, 'deployments', index]),
      id,
      index,
      deployments,
    })),
  );
}

function membersOf(config: GatewayConfig, ids: readonly string[]): readonly DeploymentSettings[] {
  return ids.flatMap((id) => config.deployments[id] ?? []);
}

function unknownName(name: string, section: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const advice = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${nearest}`;
  return `names ${JSON.stringify(name)}, which is not in \`${section}\`: ${advice}`;
}
