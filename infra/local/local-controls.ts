import type { SideRoute } from '../../functions/gateway/adapters/node-http-server.ts';
import { loadControl } from './load-control.ts';
import { type LoadedGateway, loadOnGateway } from './load-on-gateway.ts';
import { providerControls } from './provider-controls.ts';
import type { SimulatedProviders } from './simulated/simulated-providers.ts';

/** What a visitor can do to a simulation, beside the gateway's own paths: take providers out, and make traffic. */
export function localControls(simulated: SimulatedProviders, gateway: Omit<LoadedGateway, 'model'>): SideRoute {
  const load = loadOnGateway({ ...gateway, model: 'nemo/latency-optimized' });
  const routes = [providerControls(simulated), loadControl(load)];
  return (request, response) => routes.some((route) => route(request, response));
}
