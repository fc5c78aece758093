import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import type { Clock } from '../../../functions/gateway/core/model/clock.ts';
import type { Dial, DialResult } from '../../../functions/gateway/core/model/dial.ts';
import type { GatewayConfig } from '../../../functions/gateway/core/model/gateway-config.ts';
import type { RequestRecord } from '../../../functions/gateway/core/model/request-record.ts';
import { createGateway, type Gateway } from '../../../functions/gateway/core/serve/gateway.ts';
import { fleetStatistics } from '../../../functions/gateway/core/statistics/fleet-statistics.ts';
import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { memoryStore } from './memory-store.ts';
import type { Outcome } from './outcome.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';
import type { World } from './world.ts';

/** A request of the workload. */
export interface WorkloadRequest {
  readonly call: number;
  readonly conversation: number;
  readonly atMs: number;
  /** Size of the prompt. Default: none to speak of. */
  readonly promptTokens?: number;
}

export interface OursOptions {
  readonly world: World;
  readonly requests: readonly WorkloadRequest[];
  /** How many Lambda instances share the requests. */
  readonly instances: number;
  readonly hedge: boolean;
  readonly seed: number;
  /** Further settings of the configuration, for experiments. */
  readonly settings?: object;
}

/** Virtual time starts where an epoch of the default half-life does not: nothing may depend on it. */
const START_MS = 1_800_000_123_456;

/** Plays the workload through the production gateway (whole, from HTTP request to record) at virtual time. */
export async function playOurs(options: OursOptions): Promise<readonly Outcome[]> {
  const time = virtualTime(START_MS);
  const records = new Map<number, RequestRecord>();
  const fleet = makeFleet(options, time, records);
  for (const request of options.requests) {
    time.clock.after(request.atMs, () => void ask(fleet[request.call % fleet.length]!, request));
  }
  await time.runUntil(START_MS + (options.requests.at(-1)?.atMs ?? 0) + 200_000);
  const index = new Map(options.world.deployments.map(({ id }, at) => [id, at]));
  return options.requests.map(({ call, conversation }) => outcomeOf(records.get(call), conversation, index));
}

function makeFleet(options: OursOptions, time: VirtualTime, records: Map<number, RequestRecord>): readonly Gateway[] {
  const config = configFor(options);
  const store = memoryStore(time.clock);
  return Array.from({ length: options.instances }, (_, instance) => {
    const random = seededRandom(options.seed * 1000 + instance);
    const statistics = fleetStatistics({
      deployments: Object.keys(config.deployments),
      settings: config.statistics,
      ejection: config.ejection,
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
      dial: worldDial(options.world, time),
      // The key names the call, so that its record can be found.
      authenticate: async (key) => ({ name: key }),
      onRecord: (record) => records.set(Number(record.keyName), record),
    });
  });
}

function configFor({ world, hedge, settings }: OursOptions): GatewayConfig {
  const ids = world.deployments.map(({ id }) => id);
  const parsed = parseConfig({
    providers: Object.fromEntries(
      ids.map((id) => [providerOf(id), { protocol: 'openai', baseUrl: `http://${providerOf(id)}.test/v1` }]),
    ),
    deployments: Object.fromEntries(ids.map((id) => [id, { provider: providerOf(id), model: 'model' }])),
    routes: { fastest: { strategy: 'latency-based', deployments: ids } },
    ...(hedge ? { hedge: { percentile: 95, budget: 0.05 } } : {}),
    ...settings,
  });
  if (parsed.kind === 'invalid') {
    throw new Error(JSON.stringify(parsed.problems));
  }
  return parsed.config;
}

function providerOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}

/** Characters that the gateway counts as a token. */
const CHARS_PER_TOKEN = 4;

async function ask(gateway: Gateway, { call, conversation, promptTokens = 0 }: WorkloadRequest): Promise<void> {
  const text = JSON.stringify({
    model: 'fastest',
    stream: true,
    prompt_cache_key: `conversation ${conversation}`,
    messages: [{ role: 'user', content: String(call).padEnd(promptTokens * CHARS_PER_TOKEN) }],
  });
  const response = await gateway({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${call}` },
    readBody: async () => new TextEncoder().encode(text),
    signal: new AbortController().signal,
  });
  if (typeof response.body !== 'string') {
    for await (const _ of response.body) {
      // The caller reads as fast as it comes.
    }
  }
  await response.afterEnd();
}

const ENCODER = new TextEncoder();
const FIRST = { choices: [{ index: 0, delta: { role: 'assistant', content: 'x' }, finish_reason: null }] };
const LAST = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
const TOKEN = ENCODER.encode(`data: ${JSON.stringify(FIRST)}\n\n`);
const ENDING = ENCODER.encode(`data: ${JSON.stringify(LAST)}\n\ndata: [DONE]\n\n`);
/** From the first token to the last: what is learnt only at the end of an answer is learnt this much later. */
const GENERATION_MS = 3000;

/** A network in which the world's providers answer: the first token when the world says, and the end right after. */
function worldDial(world: World, { clock }: VirtualTime): Dial {
  const index = new Map(world.deployments.map(({ id }, at) => [id, at]));
  return ({ deployment, request, signal }) => {
    const [message] = request.body.messages as readonly { readonly content: string }[];
    const fate = world.fate(index.get(deployment.id)!, Number(message!.content), clock.nowMs() - START_MS);
    return new Promise<DialResult>((resolve) => {
      signal.addEventListener('abort', () => resolve({ kind: 'failed', failure: { kind: 'aborted', by: 'caller' } }));
      if (fate.kind === 'fails') {
        clock.after(fate.afterMs, () => resolve({ kind: 'failed', failure: { kind: 'overloaded', status: 503 } }));
      } else if (fate.kind === 'answers') {
        clock.after(fate.ttftMs, () => resolve({ kind: 'answered', status: 200, headers: {}, body: answer(clock) }));
      }
    });
  };
}

async function* answer(clock: Clock): AsyncGenerator<Uint8Array> {
  yield TOKEN;
  await new Promise<void>((resolve) => {
    clock.after(GENERATION_MS, resolve);
  });
  yield ENDING;
}

function outcomeOf(
  record: RequestRecord | undefined,
  conversation: number,
  index: ReadonlyMap<string, number>,
): Outcome {
  if (record === undefined) {
    throw new Error('A request has left no record.');
  }
  const servedBy = record.servedBy === undefined ? undefined : index.get(record.servedBy);
  const failed = record.ending !== 'complete';
  return { conversation, ttftMs: record.ttftMs ?? record.totalMs, failed, calls: record.attempts.length, servedBy };
}
