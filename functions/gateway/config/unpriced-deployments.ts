import { missingPrices } from '../core/model/cost.ts';
import type { GatewayConfig } from '../core/model/gateway-config.ts';

/** A deployment without a price that its answers cost. */
export interface UnpricedDeployment {
  readonly id: string;
  /** The settings that it lacks. */
  readonly missing: ReturnType<typeof missingPrices>;
}

/**
 * The deployments whose use costs a key nothing for want of prices, out of those that its `models` let it ask for; without `models` out of
 * all. A limit of money does not hold there. A price of 0 is one.
 */
export function unpricedDeployments(
  config: Pick<GatewayConfig, 'deployments' | 'routes'>,
  models: readonly string[] | undefined,
): readonly UnpricedDeployment[] {
  return Object.entries(config.deployments)
    .filter(([id, { model }]) => models === undefined || models.some((name) => isServedBy(config, name, { id, model })))
    .map(([id, deployment]) => ({ id, missing: missingPrices(deployment) }))
    .filter(({ missing }) => missing.length > 0);
}

/** What to tell who has set a limit of money for a key that may use `deployment`. */
export function unpricedMessage({ id, missing }: UnpricedDeployment): string {
  return `limits money, which calls of ${id} do not count against: that deployment, which the key may use, has no ${missing.join(' and no ')}`;
}

function isServedBy(
  { routes }: Pick<GatewayConfig, 'routes'>,
  name: string,
  { id, model }: { readonly id: string; readonly model: string },
): boolean {
  return name === id || name === model || routes[name]?.deployments.includes(id) === true;
}
