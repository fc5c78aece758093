import { systemClock } from '../../../functions/gateway/adapters/system-clock.ts';
import { assemblePage } from '../../../functions/gateway/page/assemble-page.ts';
import { pageAnswer } from '../../../functions/gateway/page/page-answer.ts';
import { configFromSimulation, simulatedCredentials } from '../../../infra/local/local-config.ts';
import { localControls } from '../../../infra/local/local-controls.ts';
import { startLocalSystem } from '../../../infra/local/local-system.ts';
import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { startSimulatedProviders } from '../../../infra/local/simulated/simulated-providers.ts';

/** What `npm start` serves, in this process. */
export interface LocalPage {
  readonly origin: string;
  /** With the key behind the `#`, as the banner prints it. */
  readonly url: string;
  readonly key: string;
  /** A streamed call to a route or deployment. */
  readonly call: (model: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A tenth of what a laptop's page waits, so that the tests do not. */
const POLL_MS = 100;

export async function startLocalPage(): Promise<LocalPage> {
  const simulated = await startSimulatedProviders({ clock: systemClock, random: seededRandom(7) });
  const known = simulatedCredentials(simulated.vendors);
  const key = 'nemo_key-of-the-tests';
  const listening = Promise.withResolvers<string>();
  const answer = pageAnswer(assemblePage({ pollMs: POLL_MS, controls: '/local' }));
  const system = await startLocalSystem({
    config: { ...configFromSimulation(simulated.vendors), statusPage: true },
    key,
    port: 0,
    credentials: async (name) => known.get(name),
    sign: async () => ({}),
    onRecord: () => undefined,
    onStoreError: (operation, error) => {
      throw new Error(operation, { cause: error });
    },
    page: async () => answer,
    sideRoute: localControls(simulated, { baseUrl: listening.promise, key }),
  });
  listening.resolve(system.baseUrl);
  const { origin } = new URL(system.baseUrl);
  return {
    origin,
    url: `${origin}/#key=${key}`,
    key,
    call: async (model) => {
      const response = await fetch(`${system.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, stream: true, max_tokens: 8, messages: [{ role: 'user', content: 'Hello' }] }),
      });
      await response.text();
    },
    close: async () => {
      await system.close();
      await simulated.close();
    },
  };
}
