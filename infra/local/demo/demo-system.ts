import OpenAI from 'openai';
import { systemClock } from '../../../functions/gateway/adapters/system-clock.ts';
import type { GatewayConfig, HedgeSettings, Route } from '../../../functions/gateway/core/model/gateway-config.ts';
import type { RequestRecord } from '../../../functions/gateway/core/model/request-record.ts';
import { configFromSimulation, simulatedCredentials } from '../local-config.ts';
import { startLocalSystem } from '../local-system.ts';
import { seededRandom } from '../simulated/seeded-random.ts';
import { type SimulatedProviders, startSimulatedProviders } from '../simulated/simulated-providers.ts';

/** The route that is shown. */
export const ROUTE = 'nemo/latency-optimized';
/** As `infra/environments/prod.json` has it for that route. */
export const HEDGE: HedgeSettings = { percentile: 95, budget: 0.05 };

/** A gateway of its own over simulated providers of its own, all on loopback ports, and the official client for it. */
export interface DemoSystem {
  readonly openai: OpenAI;
  readonly providers: SimulatedProviders;
  readonly close: () => Promise<void>;
}

export interface DemoSystemOptions {
  /** Systems with the same seed have providers of the same luck. */
  readonly seed: number;
  /** What becomes of streams that break after their first token. */
  readonly onStreamCut: Route['onStreamCut'];
  readonly onRecord: (record: RequestRecord) => void;
}

export async function startDemoSystem({ seed, onStreamCut, onRecord }: DemoSystemOptions): Promise<DemoSystem> {
  const providers = await startSimulatedProviders({ clock: systemClock, random: seededRandom(seed) });
  const known = simulatedCredentials(providers.vendors);
  const key = 'nemo_key-of-the-demo';
  const system = await startLocalSystem({
    config: asShown(configFromSimulation(providers.vendors), onStreamCut),
    key,
    port: 0,
    credentials: async (name) => known.get(name),
    sign: async () => ({}),
    onRecord,
    onStoreError: () => undefined,
  });
  return {
    openai: new OpenAI({ baseURL: system.baseUrl, apiKey: key, maxRetries: 0 }),
    providers,
    close: async () => {
      await system.close();
      await providers.close();
    },
  };
}

/** With hedging in the route that is shown, and deployments that go on from what another has begun. */
function asShown(config: GatewayConfig, onStreamCut: Route['onStreamCut']): GatewayConfig {
  const route = config.routes[ROUTE];
  const deployments = Object.entries(config.deployments).map(([id, deployment]) => [
    id,
    { ...deployment, prefill: true },
  ]);
  return route === undefined
    ? config
    : {
        ...config,
        deployments: Object.fromEntries(deployments),
        routes: { ...config.routes, [ROUTE]: { ...route, hedge: HEDGE, onStreamCut } },
      };
}
