import { systemClock } from '../../functions/gateway/adapters/system-clock.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import { createGateway } from '../../functions/gateway/core/serve/gateway.ts';
import type { GatewayPorts, GatewayRequest } from '../../functions/gateway/core/serve/ports.ts';
import { fleetStatistics } from '../../functions/gateway/core/statistics/fleet-statistics.ts';
import type { StatisticsStore } from '../../functions/gateway/core/statistics/statistics-store.ts';

/** What the caller gets, its stream read to the end. */
export interface CoreAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export type Ask = (path: string, body: Uint8Array, headers?: Readonly<Record<string, string>>) => Promise<CoreAnswer>;

export const CORE_PROTOCOLS = ['openai', 'anthropic', 'gemini', 'bedrock'] as const;

/** The whole gateway core without a network, its answers read to the end: each provider is what `dial` makes of it. */
export function coreGateway(
  dial: Dial,
  authenticate: GatewayPorts['authenticate'] = KNOWS_EVERYBODY,
  ports: CorePorts = {},
): Ask {
  const gateway = coreHandler(dial, { authenticate, ...ports });
  return async (path, body, headers = {}) => {
    const response = await gateway(coreRequest(path, body, headers));
    const parts: string[] = [];
    if (typeof response.body === 'string') {
      parts.push(response.body);
    } else {
      for await (const part of response.body) {
        parts.push(part);
      }
    }
    await response.afterEnd();
    return { status: response.status, headers: response.headers, text: parts.join('') };
  };
}

/** A request of a caller who never hangs up, or, as on Lambda, of one who is not seen to. */
export function coreRequest(
  path: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): GatewayRequest {
  return {
    method: 'POST',
    path,
    headers: { authorization: 'Bearer fuzz', ...headers },
    readBody: async () => body,
    signal: new AbortController().signal,
  };
}

/** What may be another than usual. `config`: by default each protocol, in `CORE_PROTOCOLS`. */
export type CorePorts = Partial<
  Pick<GatewayPorts, 'authenticate' | 'keyLimiter' | 'onRecord' | 'answers' | 'config' | 'rollups' | 'clock'>
>;

/** The same core, with its answers as the edges get them. */
export function coreHandler(dial: Dial, ports: CorePorts = {}): ReturnType<typeof createGateway> {
  const { config = coreConfig(), clock = systemClock } = ports;
  const statistics = fleetStatistics({
    deployments: Object.keys(config.deployments),
    settings: config.statistics,
    ejection: config.ejection,
    store: EMPTY_STORE,
    clock,
    random: () => 0.5,
    onStoreError: (operation, error) => {
      throw new Error(operation, { cause: error });
    },
  });
  return createGateway({
    config,
    clock: systemClock,
    random: () => 0.5,
    newId: () => 'id',
    randomHex: (digits) => '1'.repeat(digits),
    dial,
    statistics,
    authenticate: KNOWS_EVERYBODY,
    onRecord: (record) => void JSON.stringify(record),
    ...ports,
  });
}

const KNOWS_EVERYBODY: GatewayPorts['authenticate'] = async () => ({ name: 'fuzz' });

/** One deployment of each protocol in the route `all`, each alone by its protocol's name, and vectors in `vectors`. */
function coreConfig() {
  const chats = CORE_PROTOCOLS.map((protocol) => [
    `chat/${protocol}`,
    { provider: protocol, model: 'm', prefill: true },
  ]);
  const parsed = parseConfig({
    providers: Object.fromEntries(
      CORE_PROTOCOLS.map((protocol) => [protocol, { protocol, baseUrl: 'http://v.test', region: 'us-east-1' }]),
    ),
    deployments: {
      ...Object.fromEntries(chats),
      'vectors/openai': { provider: 'openai', model: 'v', kind: 'embeddings' },
    },
    probes: 'off',
    routes: {
      all: { strategy: 'ordered', deployments: chats.map(([id]) => id) },
      ...Object.fromEntries(
        CORE_PROTOCOLS.map((protocol) => [protocol, { strategy: 'ordered', deployments: [`chat/${protocol}`] }]),
      ),
      vectors: { strategy: 'ordered', deployments: ['vectors/openai'] },
    },
    maxAttempts: 4,
    timeouts: { deadlineMs: 2_000 },
  });
  if (parsed.kind === 'invalid') {
    throw new Error(JSON.stringify(parsed.problems));
  }
  return parsed.config;
}

const EMPTY_STORE: StatisticsStore = {
  read: async () => new Map(),
  add: async () => undefined,
  eject: async () => undefined,
  ease: async () => undefined,
  lift: async () => undefined,
  claimProbe: async () => true,
  claimLook: async () => true,
};
