import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDbCalls } from './adapters/dynamodb/dynamodb-calls.ts';
import { dynamoDbKeys } from './adapters/dynamodb/dynamodb-keys.ts';
import { keyItem } from './adapters/dynamodb/key-item.ts';
import { sha256Hex } from './adapters/key-form.ts';
import { nextTurn } from './adapters/next-turn.ts';
import { systemClock } from './adapters/system-clock.ts';
import { writeBug } from './adapters/write-bug.ts';
import { type ComposedGateway, composeGateway } from './compose-gateway.ts';
import { vendorOf } from './core/hosts/vendor-of.ts';
import { embeddedMetricLines } from './core/metrics/embedded-metric-lines.ts';
import type { Dial } from './core/model/dial.ts';
import { DIALECTS, type Dialect } from './core/model/dialect.ts';
import type { GatewayConfig } from './core/model/gateway-config.ts';
import type { Gateway } from './core/serve/gateway.ts';

/** It takes some 20 ms; a start goes on without the rest of one that takes longer. */
const PATIENCE_MS = 1000;

/**
 * Serves a call that nobody has made, by another gateway of the same configuration: it reaches no provider and no table, and is recorded
 * nowhere. JavaScript is compiled when it is first run, which is most of a first call's work: Lambda gives a start a whole processor, and
 * a call of a 512 MB function less than a third of one. Resolves with the answer's status; `undefined` where no deployment can be
 * rehearsed with, or it takes too long. Never rejects.
 */
export async function rehearse(config: GatewayConfig): Promise<number | undefined> {
  const model = rehearsedDeployment(config);
  if (model === undefined) {
    return undefined;
  }
  const { gateway, close } = rehearsalGateway(config);
  const serving = rehearsed(gateway, model).catch((bug: unknown) => void writeBug(bug));
  const status = await Promise.race([serving, sleep(PATIENCE_MS, undefined, { ref: false })]);
  await close();
  return status;
}

/** The first that streams server-sent events: these clouds have envelopes and errors of their own. */
function rehearsedDeployment({ deployments, providers }: GatewayConfig): string | undefined {
  const [found] =
    Object.entries(deployments).find(([, { kind, provider }]) => {
      const settings = providers[provider];
      return kind === 'chat' && settings !== undefined && !['bedrock', 'vertex'].includes(vendorOf(settings));
    }) ?? [];
  return found;
}

/** With a tool, as agents call: what is compiled for it is more than for words alone. Where a deployment takes none, without. */
async function rehearsed(gateway: Gateway, model: string): Promise<number> {
  const status = await served(gateway, { model, messages: MESSAGES, tools: [TOOL], stream: true });
  return status === 200 ? status : served(gateway, { model, messages: MESSAGES.slice(0, 1), stream: true });
}

const TOOL = { type: 'function', function: { name: 'greet', parameters: { type: 'object', properties: {} } } };

const MESSAGES = [
  { role: 'user', content: 'Hello?' },
  {
    role: 'assistant',
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'greet', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'call_1', content: 'Hello.' },
] as const;

async function served(gateway: Gateway, asked: object): Promise<number> {
  const body = Buffer.from(JSON.stringify(asked));
  const answer = await gateway({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    readBody: async () => {
      await nextTurn();
      return body;
    },
    signal: new AbortController().signal,
  });
  if (typeof answer.body !== 'string') {
    await Array.fromAsync(answer.body);
  }
  await answer.afterEnd();
  return answer.status;
}

/** Of the form of a key, and nobody's. */
const KEY = `nemo_${'-'.repeat(43)}`;
const TABLE = 'rehearsal';

function rehearsalGateway(config: GatewayConfig): ComposedGateway {
  const client = tablesWith(keyItem({ sha256: sha256Hex(KEY), name: TABLE, createdAt: '', limits: {} }));
  const onStoreError = (_: string, error: unknown): void => writeBug(error);
  return composeGateway({
    config,
    dynamoDb: client,
    statisticsTable: TABLE,
    keysTable: TABLE,
    credentials: async () => undefined,
    sign: async () => ({}),
    dial: cannedAnswer,
    authenticate: dynamoDbKeys({ client, tableName: TABLE, clock: systemClock, settings: config.limits, onStoreError }),
    onRecord: (record) => void embeddedMetricLines(record, TABLE, systemClock.nowMs()),
    onStoreError,
  });
}

/** Tables that hold one item, which is the key's, and take everything. */
function tablesWith(item: ReturnType<typeof keyItem>): DynamoDbCalls {
  return {
    getItem: async () => {
      await nextTurn();
      return { Item: item };
    },
    updateItem: async () => ({}),
    batchGetItem: async () => ({}),
    batchWriteItem: async () => ({}),
    query: async () => ({}),
    deleteItem: async () => ({}),
  };
}

const cannedAnswer: Dial = async ({ deployment, request }) => ({
  kind: 'answered',
  status: 200,
  headers: { 'content-type': 'text/event-stream' },
  body: eventStream(EVENTS[request.dialect ?? DIALECTS[deployment.providerSettings.protocol]]),
});

async function* eventStream(events: readonly object[]): AsyncGenerator<Uint8Array, void, void> {
  for (const event of events) {
    await nextTurn();
    yield Buffer.from(`data: ${JSON.stringify(event)}\n\n`);
  }
}

/** A short answer, as each of the dialects streams it. */
const EVENTS: Readonly<Record<Dialect, readonly object[]>> = {
  'openai-chat': [
    { choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' } }] },
    { choices: [{ index: 0, delta: { content: '.' }, finish_reason: 'stop' }] },
    { choices: [], usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } },
  ],
  'openai-responses': [
    { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'Hello.' },
    {
      type: 'response.completed',
      response: { status: 'completed', output: [], usage: { input_tokens: 9, output_tokens: 2, total_tokens: 11 } },
    },
  ],
  'anthropic-messages': [
    { type: 'message_start', message: { content: [], usage: { input_tokens: 9, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello.' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ],
  gemini: [
    {
      candidates: [{ content: { role: 'model', parts: [{ text: 'Hello.' }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 2, totalTokenCount: 11 },
    },
  ],
  // Not spoken in server-sent events.
  'bedrock-converse': [],
};
