import { embeddedMetricLines } from '../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { deploymentId, type RunningGateway, runningGateway } from './running-gateway.ts';

/** What the two kinds of log lines carry, as real requests left them. */
export interface RealLogLines {
  readonly request: readonly JsonObject[];
  readonly attempt: readonly JsonObject[];
}

type Fakes = 'first' | 'second';

const PRICES = { inputPrice: 1, outputPrice: 2, prefill: true };
const CUT = { kind: 'cut', chunks: ['The', ' quick'], afterChunks: 2 } as const;
const TRACED = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793',
};
const USAGE = {
  prompt_tokens: 9,
  completion_tokens: 4,
  total_tokens: 13,
  prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 2, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 1, accepted_prediction_tokens: 0 },
  // What a vendor may put there too, and what is not for the log.
  cost_details: { note: 'What the vendor thinks of the prompt.' },
};

/** The lines of requests through the running gateway that between them meet all that a line has a field for. */
export async function realLogLines(): Promise<RealLogLines> {
  await using gateway = await runningGateway<Fakes>({
    fakes: { first: 'openai', second: 'anthropic' },
    deployments: { first: PRICES, second: PRICES },
    config: { onStreamCut: 'continue' },
  });
  await served(gateway);
  await failedOver(gateway);
  await cutAndContinued(gateway);
  await refusedInUnknownWords(gateway);
  await failedTwice(gateway);
  await pastItsOwnDeadline(gateway);
  await misconfigured(gateway);
  await send(gateway, { model: 'none' });
  const lines = gateway.records.flatMap((record) =>
    embeddedMetricLines(record, 'test', record.startedAtMs, '0.1.0+test'),
  );
  const objects = lines.map(parseJson).filter(isJsonObject);
  return {
    request: objects.filter(({ line }) => line === 'request'),
    attempt: objects.filter(({ line }) => line === 'attempt'),
  };
}

/** With every kind of token, in a trace. */
async function served(gateway: RunningGateway<Fakes>): Promise<void> {
  const choice = { index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' };
  const body = { id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [choice], usage: USAGE };
  const headers = { 'content-type': 'application/json' };
  gateway.fakes.first.script({ kind: 'raw', headers, pieces: [JSON.stringify(body)] });
  await send(gateway, {}, TRACED);
}

/** With a field that the vendor knows nothing of. */
async function failedOver(gateway: RunningGateway<Fakes>): Promise<void> {
  const error = { message: 'No.', type: 'server_error', code: 'overloaded' };
  const headers = { 'x-request-id': 'vendor-1' };
  gateway.fakes.first.script({ kind: 'status', status: 503, headers, body: JSON.stringify({ error }) });
  await send(gateway, { presence_penalty: 0.5 });
}

async function refusedInUnknownWords(gateway: RunningGateway<Fakes>): Promise<void> {
  const error = { message: 'The order of these messages is not one that we like.', type: 'invalid_request_error' };
  gateway.fakes.first.script({ kind: 'status', status: 400, body: JSON.stringify({ error }) });
  await send(gateway, {});
}

async function failedTwice(gateway: RunningGateway<Fakes>): Promise<void> {
  gateway.fakes.first.script({ kind: 'status', status: 500 });
  gateway.fakes.second.script({ kind: 'status', status: 529 });
  await send(gateway, {});
}

/** The operator's own fault. */
async function misconfigured(gateway: RunningGateway<Fakes>): Promise<void> {
  const error = { message: 'Incorrect API key provided.', code: 'invalid_api_key' };
  gateway.fakes.first.script({ kind: 'status', status: 401, body: JSON.stringify({ error }) });
  await send(gateway, {});
}

async function pastItsOwnDeadline(gateway: RunningGateway<Fakes>): Promise<void> {
  gateway.fakes.first.script({ kind: 'silence', when: 'before-headers' });
  await send(gateway, { model: deploymentId('first') }, { 'x-nemo-timeout-ms': '50' });
}

async function cutAndContinued(gateway: RunningGateway<Fakes>): Promise<void> {
  gateway.fakes.first.script(CUT);
  await send(gateway, { stream: true, model: 'all' });
  gateway.fakes.first.script(CUT);
  await send(gateway, { stream: true, model: deploymentId('first') });
}

async function send(
  gateway: RunningGateway<Fakes>,
  more: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const before = gateway.records.length;
  const body = JSON.stringify({ model: 'all', messages: [{ role: 'user', content: 'Hello' }], ...more });
  const response = await gateway.fetch('/v1/chat/completions', { method: 'POST', headers, body });
  await response.text();
  await gateway.record(before);
}

/** The paths of the values in a line, as Logs Insights names them: `usage.prompt_tokens`, `attempts.0.reason`. */
export function pathsOf(value: unknown, prefix = ''): readonly string[] {
  if (Array.isArray(value) || isJsonObject(value)) {
    return Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, prefix === '' ? key : `${prefix}.${key}`));
  }
  return [prefix];
}
