import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import type { Clock } from '../../../functions/gateway/core/model/clock.ts';
import type { Dial } from '../../../functions/gateway/core/model/dial.ts';
import type { RequestRecord } from '../../../functions/gateway/core/model/request-record.ts';
import { createGateway, type Gateway } from '../../../functions/gateway/core/serve/gateway.ts';
import type { GatewayPorts } from '../../../functions/gateway/core/serve/ports.ts';
import { fleetStatistics } from '../../../functions/gateway/core/statistics/fleet-statistics.ts';
import type { StatisticsStore } from '../../../functions/gateway/core/statistics/statistics-store.ts';
import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';

export interface VirtualGatewayOptions {
  /** The configuration file's JSON. */
  readonly config: object;
  readonly clock: Clock;
  readonly dial: Dial;
  /** Shared by all gateways of a fleet. */
  readonly store: StatisticsStore;
  readonly onRecord: (record: RequestRecord) => void;
  readonly seed: number;
  /** Replaces what a test wants to be otherwise. */
  readonly ports?: Partial<GatewayPorts>;
}

/** The whole production gateway but for its adapters: no network, no database, and the test's clock. */
export function virtualGateway({ config: json, clock, store, seed, ...options }: VirtualGatewayOptions): Gateway {
  // A test counts what its calls cause.
  const parsed = parseConfig({ probes: 'off', ...json });
  if (parsed.kind === 'invalid') {
    throw new Error(JSON.stringify(parsed.problems));
  }
  const { config } = parsed;
  const random = seededRandom(seed);
  const statistics = fleetStatistics({
    deployments: Object.keys(config.deployments),
    settings: config.statistics,
    probesConfirm: config.probes !== 'off',
    ejection: config.ejection,
    store,
    clock,
    random,
    onStoreError: (operation, error) => {
      throw new Error(operation, { cause: error });
    },
  });
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `${seed}-${ids}`;
  };
  const authenticate = async (key: string): Promise<{ readonly name: string }> => ({ name: key });
  const randomHex = (digits: number): string => `${ids}`.padStart(digits, '1');
  const { dial, onRecord, ports } = options;
  const own = { config, clock, random, statistics, newId, randomHex, dial, authenticate, onRecord };
  return createGateway({ ...own, ...ports });
}

export interface VirtualAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Sends a chat call whose key is `name`, and reads the answer to its end. */
export async function askVirtually(
  gateway: Gateway,
  name: string,
  body: object,
  signal: AbortSignal = new AbortController().signal,
): Promise<VirtualAnswer> {
  const bytes = new TextEncoder().encode(JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], ...body }));
  const response = await gateway({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${name}` },
    readBody: async () => bytes,
    signal,
  });
  const text = typeof response.body === 'string' ? response.body : await joined(response.body);
  await response.afterEnd();
  return { status: response.status, headers: response.headers, text };
}

async function joined(pieces: AsyncIterable<string>): Promise<string> {
  const all: string[] = [];
  for await (const piece of pieces) {
    all.push(piece);
  }
  return all.join('');
}
