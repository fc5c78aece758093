import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import type { ProtocolName } from '../../../functions/gateway/core/config/gateway-config.ts';
import { startLocalDynamoDb } from '../../../infra/local/local-dynamodb.ts';
import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { type FakeProvider, startFakeProvider } from '../../support/fake-provider.ts';
import { seenAnswer } from '../support/seen-answer.ts';
import { randomStep } from './random-step.ts';
import type { CallOutcome, FromLoad, ToLoad } from './soak-messages.ts';

/** The callers, the providers and the database, in a thread of their own: what is measured in the other thread is the gateway alone. */

const CONCURRENCY = 100;
const HANG_UPS = 0.1;
const PROTOCOLS: readonly ProtocolName[] = ['openai', 'anthropic', 'gemini', 'bedrock', 'openai', 'anthropic'];

const port = parentPort!;
const random = seededRandom(Number(process.env.SOAK_SEED ?? 1));
const dynamoDb = await startLocalDynamoDb();
const fakes = await Promise.all(PROTOCOLS.map((protocol) => startFakeProvider(protocol)));
for (const fake of fakes) {
  fake.byDefault(() => randomStep(random));
}
tell({
  kind: 'ready',
  providers: fakes.map(({ baseUrl }, index) => ({ protocol: PROTOCOLS[index]!, baseUrl })),
  dynamoDbEndpoint: dynamoDb.endpoint,
  statisticsTable: dynamoDb.statisticsTable,
  keysTable: dynamoDb.keysTable,
});

for (;;) {
  const [message] = (await once(port, 'message')) as [ToLoad];
  if (message.kind === 'stop') {
    break;
  }
  const outcomes = await callMany(message);
  await Promise.all(fakes.flatMap(({ requests }) => requests.map(({ ended }) => ended)));
  tell({ kind: 'done', outcomes, providerCalls: fakes.reduce((sum, { requests }) => sum + requests.length, 0) });
}
await Promise.all(fakes.map((fake: FakeProvider) => fake.close()));
await dynamoDb.close();
port.close();

function tell(message: FromLoad): void {
  port.postMessage(message);
}

async function callMany(target: Extract<ToLoad, { kind: 'call' }>): Promise<readonly CallOutcome[]> {
  const outcomes: CallOutcome[] = [];
  let left = target.calls;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      outcomes.push(await callOne(target));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return outcomes;
}

async function callOne({ baseUrls, key }: Extract<ToLoad, { kind: 'call' }>): Promise<CallOutcome> {
  const caller = new AbortController();
  const stream = random() < 0.8;
  const body = {
    model: random() < 0.5 ? 'fastest' : 'continued',
    messages: [{ role: 'user', content: `Hello ${Math.floor(random() * 50)}` }],
    ...(stream ? { stream } : {}),
  };
  if (random() < HANG_UPS) {
    setTimeout(() => caller.abort(), random() * 150);
  }
  const url = `${baseUrls[Math.floor(random() * baseUrls.length)]}/chat/completions`;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
      signal: caller.signal,
    });
    const seen = await seenAnswer(response);
    const requestId = seen.headers.get('x-nemo-request-id') ?? '';
    return {
      kind: 'answered',
      requestId,
      isDone: seen.isDone,
      status: seen.status,
      hasError: seen.error !== undefined,
    };
  } catch (error) {
    return caller.signal.aborted ? { kind: 'hung-up' } : { kind: 'broken', reason: String(error) };
  }
}
