import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import type { GatewayConfig } from '../../../functions/gateway/core/model/gateway-config.ts';
import type { RequestRecord } from '../../../functions/gateway/core/model/request-record.ts';
import { createGateway, type Gateway } from '../../../functions/gateway/core/serve/gateway.ts';
import { fleetStatistics } from '../../../functions/gateway/core/statistics/fleet-statistics.ts';
import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { memoryStore } from './memory-store.ts';
import type { Outcome, ProbesMade } from './outcome.ts';
import { type CacheSettings, NO_CACHES, vendorCaches } from './vendor-caches.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';
import type { WorkloadRequest } from './workload.ts';
import type { World } from './world.ts';
import { type WorldNetwork, worldNetwork } from './world-dial.ts';

export interface OursOptions {
  readonly world: World;
  readonly requests: readonly WorkloadRequest[];
  /** How many Lambda instances share the requests. */
  readonly instances: number;
  readonly hedge: boolean;
  readonly seed: number;
  readonly caches?: CacheSettings;
  /** By deployment, one number a vendor. @default each its own */
  readonly vendors?: readonly number[];
  /** Further settings of the configuration, for experiments. */
  readonly settings?: object;
}

/** What the gateway made of a workload. */
export interface Played extends ProbesMade {
  readonly outcomes: readonly Outcome[];
  /** By request: the deployment that was asked first; -1 where none was. */
  readonly firsts: readonly number[];
}

/** Virtual time starts where an epoch of the default half-life does not: nothing may depend on it. */
const START_MS = 1_800_000_123_456;

/** Plays the workload through the production gateway (whole, from HTTP request to record) at virtual time. */
export async function playOurs(options: OursOptions): Promise<Played> {
  const { world, requests } = options;
  const time = virtualTime(START_MS);
  const records = new Map<number, RequestRecord>();
  const caches = vendorCaches(options.caches ?? NO_CACHES);
  const network = worldNetwork({ world, caches, requests, time, startMs: START_MS });
  const fleet = makeFleet(options, { time, network, records });
  for (const request of requests) {
    time.clock.after(request.atMs, () => void ask(fleet[request.call % fleet.length]!, request, time));
  }
  await time.runUntil(START_MS + (requests.at(-1)?.atMs ?? 0) + 200_000);
  const outcomes = requests.map((request) => outcomeOf(records.get(request.call), request, { world, network }));
  const firsts = requests.map(({ call }) =>
    world.deployments.findIndex(({ id }) => id === records.get(call)?.attempts[0]?.deployment),
  );
  return { outcomes, probes: network.probes(), probeDollars: network.probeDollars(), firsts };
}

interface Stage {
  readonly time: VirtualTime;
  readonly network: WorldNetwork;
  readonly records: Map<number, RequestRecord>;
}

function makeFleet(options: OursOptions, { time, network, records }: Stage): readonly Gateway[] {
  const config = configFor(options);
  const store = memoryStore(time.clock);
  return Array.from({ length: options.instances }, (_, instance) => {
    const random = seededRandom(options.seed * 1000 + instance);
    const statistics = fleetStatistics({
      deployments: Object.keys(config.deployments),
      settings: config.statistics,
      ejection: config.ejection,
      probesConfirm: config.probes !== 'off',
      store,
      clock: time.clock,
      random,
      onStoreError: (operation, error) => {
        throw new Error(operation, { cause: error });
      },
    });
    let ids = 0;
    return createGateway({
      config,
      clock: time.clock,
      random,
      statistics,
      newId: () => {
        ids += 1;
        return `${instance}-${ids}`;
      },
      randomHex: (digits) => '1'.repeat(digits),
      dial: network.dial,
      // The key names the call, so that its record can be found.
      authenticate: async (key) => ({ name: key }),
      onRecord: (record) => records.set(Number(record.keyName), record),
    });
  });
}

function configFor({ world, hedge, vendors, settings }: OursOptions): GatewayConfig {
  const ids = world.deployments.map(({ id }) => id);
  const providerOf = (index: number): string => `vendor-${vendors?.[index] ?? index}`;
  const parsed = parseConfig({
    providers: Object.fromEntries(
      ids.map((_, index) => [
        providerOf(index),
        { protocol: 'openai', baseUrl: `http://${providerOf(index)}.test/v1` },
      ]),
    ),
    deployments: Object.fromEntries(ids.map((id, index) => [id, { provider: providerOf(index), model: 'model' }])),
    routes: { fastest: { strategy: 'latency-based', deployments: ids } },
    ...(hedge ? { hedge: { percentile: 95, budget: 0.05 } } : {}),
    ...settings,
  });
  if (parsed.kind === 'invalid') {
    throw new Error(JSON.stringify(parsed.problems));
  }
  return parsed.config;
}

/** Characters that the gateway counts as a token. */
const CHARS_PER_TOKEN = 4;

async function ask(gateway: Gateway, request: WorkloadRequest, { clock }: VirtualTime): Promise<void> {
  const { call, conversation, promptTokens = 0, timeoutMs } = request;
  const text = JSON.stringify({
    model: 'fastest',
    stream: true,
    prompt_cache_key: `conversation ${conversation}`,
    messages: [{ role: 'user', content: String(call).padEnd(promptTokens * CHARS_PER_TOKEN) }],
  });
  const caller = new AbortController();
  const hangUp = timeoutMs === undefined ? undefined : clock.after(timeoutMs, () => caller.abort());
  const response = await gateway({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: {
      authorization: `Bearer ${call}`,
      ...(timeoutMs === undefined ? {} : { 'x-stainless-read-timeout': String(timeoutMs / 1000) }),
    },
    readBody: async () => new TextEncoder().encode(text),
    signal: caller.signal,
  });
  hangUp?.();
  if (typeof response.body !== 'string') {
    for await (const _ of response.body) {
      // The caller reads as fast as it comes.
    }
  }
  await response.afterEnd();
}

function outcomeOf(
  record: RequestRecord | undefined,
  { call, conversation, promptTokens = 0 }: WorkloadRequest,
  { world, network }: { readonly world: World; readonly network: WorldNetwork },
): Outcome {
  if (record === undefined) {
    throw new Error('A request has left no record.');
  }
  const servedBy = world.deployments.findIndex(({ id }) => id === record.servedBy);
  const ttftMs = record.ttftMs ?? record.totalMs;
  return {
    conversation,
    ttftMs,
    failed: record.ending !== 'complete',
    calls: record.attempts.length,
    servedBy: servedBy === -1 ? undefined : servedBy,
    promptTokens,
    cachedTokens: network.cachedTokens.get(`${call} ${record.servedBy}`) ?? 0,
    dollars: network.dollars.get(call) ?? 0,
    isToLearn: record.explored,
    learningMs: record.explored ? Math.max(0, ttftMs - bestMs(world, call, record.startedAtMs - START_MS)) : 0,
  };
}

/** What the call would have met at the deployment that was the best then. */
function bestMs(world: World, call: number, atMs: number): number {
  const truths = world.deployments.map((_, deployment) => world.truth(deployment, atMs));
  const fate = world.fate(truths.indexOf(Math.min(...truths)), call, atMs);
  return fate.kind === 'answers' ? fate.ttftMs : Infinity;
}
