import { once } from 'node:events';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { startLocalDynamoDb } from '../../../infra/local/local-dynamodb.ts';
import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { type FakeProvider, type FakeRequest, startFakeProvider } from '../../support/fake-provider.ts';
import { randomStep } from './random-step.ts';
import { callOnce } from './soak-caller.ts';
import type { CallOutcome, FromLoad, SeenCalls, ToLoad } from './soak-messages.ts';

/** The callers, the providers and the database, in a thread of their own: what is measured in the other thread is the gateways alone. */

const CONCURRENCY = 2000;
const RAMP_MS = 1;
const PROTOCOLS: readonly ProtocolName[] = ['openai', 'anthropic', 'gemini', 'bedrock', 'openai', 'anthropic'];

const port = parentPort!;
const random = seededRandom(Number(process.env.SOAK_SEED ?? 1));
const dynamoDb = await startLocalDynamoDb('local');
const fakes = await Promise.all(PROTOCOLS.map((protocol) => startFakeProvider(protocol)));
/** Requests that a provider has broken off. */
const brokenOff = new Set<FakeRequest>();
for (const fake of fakes) {
  fake.byDefault((request) => {
    void request.ended.then((end) => end === 'broken-by-fake' && brokenOff.add(request));
    return randomStep(random);
  });
}
tell({
  kind: 'ready',
  providers: fakes.map(({ baseUrl }, index) => ({ protocol: PROTOCOLS[index]!, baseUrl })),
  dynamoDbEndpoint: dynamoDb.endpoint,
  statisticsTable: dynamoDb.statisticsTable,
  keysTable: dynamoDb.keysTable,
});

/** Requests of earlier rounds. */
let told = fakes.map(() => 0);
for (;;) {
  const [message] = (await once(port, 'message')) as [ToLoad];
  if (message.kind === 'stop') {
    break;
  }
  const outcomes = await callMany(message);
  await Promise.all(fakes.flatMap(({ requests }) => requests.map(({ ended }) => ended)));
  tell({ kind: 'done', outcomes, seen: seenCalls(message.calls) });
  told = fakes.map(({ requests }) => requests.length);
}
await Promise.all(fakes.map((fake: FakeProvider) => fake.close()));
await dynamoDb.close();
port.close();

function tell(message: FromLoad): void {
  port.postMessage(message);
}

async function callMany({ calls, baseUrls }: Extract<ToLoad, { kind: 'call' }>): Promise<readonly CallOutcome[]> {
  const agent = new Agent({ keepAlive: true });
  const outcomes: CallOutcome[] = [];
  const waiting = Array.from({ length: calls }, (_, call) => call).values();
  const worker = async (index: number): Promise<void> => {
    // Not all in the same instant: the system's queue of connections is short.
    await sleep(index * RAMP_MS);
    for (const call of waiting) {
      const baseUrl = baseUrls[Math.floor(random() * baseUrls.length)]!;
      outcomes[call] = await callOnce({ call, baseUrl, agent, random });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, (_, index) => worker(index)));
  agent.destroy();
  return outcomes;
}

/** What the providers have seen of each call of this round. */
function seenCalls(calls: number): readonly SeenCalls[] {
  const seen = Array.from({ length: calls }, () => ({ requests: fakes.map(() => 0), brokenOff: fakes.map(() => 0) }));
  for (const [provider, { requests }] of fakes.entries()) {
    for (const request of requests.slice(told[provider])) {
      const own = seen[callOf(request)]!;
      own.requests[provider]! += 1;
      own.brokenOff[provider]! += brokenOff.has(request) ? 1 : 0;
    }
  }
  return seen;
}

/** The call's number, from its prompt. */
function callOf({ body }: FakeRequest): number {
  return Number(/Call (\d+)\./.exec(JSON.stringify(body))?.[1]);
}
