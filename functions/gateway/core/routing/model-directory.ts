import { defined } from '../model/defined.ts';
import type {
  Deployment,
  GatewayConfig,
  Route,
  RouteFile,
  RouteSettings,
  StrategyName,
} from '../model/gateway-config.ts';
import { providerOf } from '../model/provider-of.ts';

/** What a caller's `model` means: a route, or nothing with the names that would have meant something. */
export type ResolvedModel =
  | { readonly kind: 'resolved'; readonly route: Route }
  | { readonly kind: 'unknown'; readonly names: readonly string[] };

/** Every name that a caller may ask for. Made once, when the gateway starts. */
export interface ModelDirectory {
  /** Routes first, then deployments' ids, then bare vendor model ids. */
  readonly routes: ReadonlyMap<string, Route>;
  readonly deployments: ReadonlyMap<string, Deployment>;
  /** Of the routes those that have deployments of a kind, with these alone. */
  readonly served: Readonly<Record<Deployment['kind'], ReadonlyMap<string, Route>>>;
}

/**
 * Finds the route that a caller's `model` stands for. Some clients take the word before the first slash for a vendor and want one they know,
 * some show only names of one: `openai/` and `claude/` before a name that is known are as good as the name.
 */
export function resolveModel(directory: ModelDirectory, model: string): ResolvedModel {
  const route = directory.routes.get(model) ?? directory.routes.get(model.replace(/^(?:openai|claude)\//, ''));
  return route === undefined ? { kind: 'unknown', names: [...directory.routes.keys()] } : { kind: 'resolved', route };
}

/**
 * Prepares all that a `model` may be: a route as configured, a deployment's id (that one alone), or a vendor's model id (all
 * deployments that serve it, the fastest first). Where a name is two of these, the first wins.
 */
export function modelDirectory(config: GatewayConfig): ModelDirectory {
  const deployments = configuredDeployments(config);
  const routes = new Map<string, Route>();
  for (const route of [
    ...configuredRoutes(config, deployments),
    ...pinnedRoutes(config, deployments),
    ...vendorModelRoutes(config, deployments),
  ]) {
    if (!routes.has(route.name)) {
      routes.set(route.name, route);
    }
  }
  const served = { chat: routesOfKind(routes, 'chat'), embeddings: routesOfKind(routes, 'embeddings') };
  return { routes, deployments, served };
}

function routesOfKind(routes: ReadonlyMap<string, Route>, kind: Deployment['kind']): ReadonlyMap<string, Route> {
  const served = new Map<string, Route>();
  for (const [name, route] of routes) {
    const deployments = route.deployments.filter((deployment) => deployment.kind === kind);
    if (deployments.length > 0) {
      served.set(name, deployments.length === route.deployments.length ? route : { ...route, deployments });
    }
  }
  return served;
}

type Deployments = ReadonlyMap<string, Deployment>;

function configuredDeployments(config: GatewayConfig): Deployments {
  const deployments = new Map<string, Deployment>();
  for (const [id, settings] of Object.entries(config.deployments)) {
    const providerSettings = config.providers[settings.provider];
    if (providerSettings !== undefined) {
      deployments.set(id, { ...settings, id, providerSettings: providerOf(providerSettings, settings) });
    }
  }
  return deployments;
}

function configuredRoutes(config: GatewayConfig, deployments: Deployments): readonly Route[] {
  return Object.entries(config.routes).map(([name, file]) => ({
    ...routeSettings(config, file),
    name,
    strategy: file.strategy,
    deployments: file.deployments
      .flatMap((id) => deployments.get(id) ?? [])
      .filter(({ tags }) => (file.tags ?? []).every((tag) => tags.includes(tag))),
  }));
}

function pinnedRoutes(config: GatewayConfig, deployments: Deployments): readonly Route[] {
  return [...deployments.values()].map((deployment) => madeUpRoute(config, deployment.id, 'ordered', [deployment]));
}

function vendorModelRoutes(config: GatewayConfig, deployments: Deployments): readonly Route[] {
  const byModel = Map.groupBy(deployments.values(), ({ model }) => model);
  return [...byModel].map(([model, serving]) => {
    // Servers of one's own often call every model `default`: a route still serves one kind.
    const ofOneKind = serving.filter(({ kind }) => kind === serving[0]?.kind);
    return madeUpRoute(config, model, 'latency-based', ofOneKind);
  });
}

function madeUpRoute(
  config: GatewayConfig,
  name: string,
  strategy: StrategyName,
  deployments: readonly Deployment[],
): Route {
  return { ...routeSettings(config, {}), name, strategy, deployments };
}

/** The global settings with the route's own in their place, one by one. */
function routeSettings(config: GatewayConfig, own: Partial<RouteFile>): RouteSettings {
  const hedge = own.hedge ?? config.hedge;
  return {
    timeouts: { ...config.timeouts, ...own.timeouts },
    maxAttempts: own.maxAttempts ?? config.maxAttempts,
    sameTargetRetries: own.sameTargetRetries ?? config.sameTargetRetries,
    onStreamCut: own.onStreamCut ?? config.onStreamCut,
    explorationShare: own.explorationShare ?? config.explorationShare,
    secondOpinions: own.secondOpinions ?? config.secondOpinions,
    band: own.band ?? config.band,
    ...defined({ hedge }),
  };
}

/** What a key may ask for, out of all that there is. A name that it may not give is to it as one that does not exist. */
export function allowedModels(directory: ModelDirectory, models: readonly string[] | undefined): ModelDirectory {
  if (models === undefined) {
    return directory;
  }
  const allowed = new Set(models);
  return { ...directory, routes: new Map([...directory.routes].filter(([name]) => allowed.has(name))) };
}
