import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type OtlpExporter, otlpExporter } from '../../../functions/gateway/adapters/otlp-exporter.ts';
import { arrayMember, isJsonObject, type JsonObject, member } from '../../../functions/gateway/core/wire/json.ts';
import { type LoopbackServer, startLoopbackServer } from '../../../infra/local/simulated/loopback-server.ts';
import { attemptRecord, requestRecord } from '../../support/request-records.ts';
import { type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';

interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: JsonObject;
}

const EVERY_MS = 15_000;

let collector: LoopbackServer;
let received: Received[];
let status: number;
let errors: string[];
let time: VirtualClock;
let exporter: OtlpExporter;

beforeEach(async () => {
  received = [];
  errors = [];
  status = 200;
  collector = await startLoopbackServer({
    onExchange: async ({ request, response }) => {
      received.push({ path: request.path, headers: request.headers, body: request.body as JsonObject });
      response.writeHead(status).end('{}');
    },
  });
  time = virtualClock();
  exporter = otlpExporter({
    settings: { endpoint: collector.origin, headers: { 'api-key': 'OTLP_API_KEY' }, everyMs: EVERY_MS },
    credentials: async (name) => `secret of ${name}`,
    providerNames: (provider) => `vendor of ${provider}`,
    environment: 'test',
    version: '0.2.0',
    instanceId: 'one',
    clock: time.clock,
    onError: (error) => void errors.push(String(error)),
  });
});
afterEach(async () => {
  await exporter.close();
  await collector.close();
});

/** Ends when the collector has had `count` requests and the exporter has read its answers. */
async function untilReceived(count: number): Promise<void> {
  while (received.length < count) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function spansOf({ body }: Received): readonly JsonObject[] {
  return deep(body, 'resourceSpans', 'scopeSpans', 'spans');
}

function metricsOf({ body }: Received): readonly JsonObject[] {
  return deep(body, 'resourceMetrics', 'scopeMetrics', 'metrics');
}

function deep(value: unknown, ...names: readonly string[]): readonly JsonObject[] {
  const [name, ...rest] = names;
  const items = name === undefined ? [] : arrayMember(value, name);
  return rest.length === 0 ? items.filter(isJsonObject) : deep(items[0], ...rest);
}

/** An attribute list as an object. */
function attributes(owner: unknown): Readonly<Record<string, unknown>> {
  const pairs = arrayMember(owner, 'attributes').map((one) => {
    const value = member(one, 'value');
    return [member(one, 'key'), isJsonObject(value) ? Object.values(value)[0] : undefined];
  });
  return Object.fromEntries(pairs);
}

describe('the OTLP exporter', () => {
  it('sends the span of a request, and below it one of each upstream call, in the trace of the caller', async () => {
    const failed = attemptRecord({
      deployment: 'openai/first',
      spanId: '4'.repeat(16),
      outcome: 'failed',
      failure: { kind: 'overloaded', status: 503 },
    });
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), parentSpanId: 'c'.repeat(16), flags: 1 };
    exporter.add(
      requestRecord({ trace, routing: 'fallback', attempts: [failed, attemptRecord({ startedAfterMs: 100 })] }),
    );
    await exporter.close();
    const spans = received.filter(({ path }) => path === '/v1/traces').flatMap(spansOf);
    assert.deepEqual(
      spans.map(({ name, kind, traceId, spanId, parentSpanId }) => [name, kind, traceId, spanId, parentSpanId]),
      [
        ['chat best', 2, trace.traceId, trace.spanId, trace.parentSpanId],
        ['chat small-1', 3, trace.traceId, '4'.repeat(16), trace.spanId],
        ['chat small-1', 3, trace.traceId, '3'.repeat(16), trace.spanId],
      ],
    );
    const [request, first, second] = spans;
    assert.equal(request?.startTimeUnixNano, '1780000000000000000');
    assert.equal(second?.startTimeUnixNano, '1780000000100000000');
    assert.equal(second?.endTimeUnixNano, '1780000001000000000');
    assert.equal(attributes(request)['gen_ai.usage.output_tokens'], '20');
    assert.equal(attributes(request)['nemo.routing'], 'fallback');
    assert.equal(attributes(first)['gen_ai.provider.name'], 'vendor of openai');
    assert.equal(attributes(first)['error.type'], 'overloaded');
    assert.deepEqual([request?.status, first?.status], [undefined, { code: 2, message: 'overloaded' }]);
  });

  it('says whose spans and metrics they are, and proves who sends by the credentials that the headers name', async () => {
    exporter.add(requestRecord());
    await exporter.close();
    assert.deepEqual(received.map(({ path }) => path).toSorted(), ['/v1/metrics', '/v1/traces']);
    for (const { body, headers } of received) {
      assert.equal(headers['api-key'], 'secret of OTLP_API_KEY');
      const [first] = [...arrayMember(body, 'resourceSpans'), ...arrayMember(body, 'resourceMetrics')];
      assert.deepEqual(attributes(member(first, 'resource')), {
        'service.name': 'nemorouter',
        'service.version': '0.2.0',
        'service.instance.id': 'one',
        'deployment.environment.name': 'test',
      });
    }
  });

  it('counts into the buckets of the conventions: durations in seconds, tokens, dollars', async () => {
    const attempt = attemptRecord({ usage: { input: 10, output: 20 }, costUsd: 0.5 });
    exporter.add(requestRecord({ totalMs: 905, ttftMs: 302, attempts: [attempt] }));
    exporter.add(requestRecord({ totalMs: 100_000, ttftMs: 302, attempts: [attempt] }));
    await exporter.close();
    const metrics = new Map(
      received.filter(({ path }) => path === '/v1/metrics').flatMap((one) => metricsOf(one).map((it) => [it.name, it])),
    );
    const [duration] = arrayMember(member(metrics.get('gen_ai.server.request.duration'), 'histogram'), 'dataPoints');
    assert.equal(member(duration, 'count'), '2');
    assert.equal(member(duration, 'sum'), 100.905);
    assert.deepEqual(member(duration, 'bucketCounts'), [
      '0',
      '0',
      '0',
      '0',
      '0',
      '0',
      '0',
      '1',
      '0',
      '0',
      '0',
      '0',
      '0',
      '0',
      '1',
    ]);
    const tokens = arrayMember(member(metrics.get('gen_ai.client.token.usage'), 'histogram'), 'dataPoints');
    assert.deepEqual(
      tokens.map((point) => [attributes(point)['gen_ai.token.type'], member(point, 'sum')]),
      [
        ['input', 20],
        ['output', 40],
      ],
    );
    const cost = member(metrics.get('nemo.client.cost'), 'sum');
    assert.equal(member(cost, 'aggregationTemporality'), 1);
    assert.equal(member(arrayMember(cost, 'dataPoints')[0], 'asDouble'), 1);
  });

  it('counts anew after each export', async () => {
    for (const _ of [1, 2]) {
      const before = received.length;
      exporter.add(requestRecord());
      await time.advance(EVERY_MS);
      await untilReceived(before + 2);
    }
    const counts = received
      .filter(({ path }) => path === '/v1/metrics')
      .flatMap(metricsOf)
      .filter(({ name }) => name === 'gen_ai.server.request.duration')
      .map((metric) => member(arrayMember(member(metric, 'histogram'), 'dataPoints')[0], 'count'));
    assert.deepEqual(counts, ['1', '1']);
  });

  it('has series by names of the configuration alone, whatever callers ask for', async () => {
    for (let index = 0; index < 50; index++) {
      exporter.add(
        requestRecord({
          askedModel: `made-up-${index}`,
          keyName: `key-${index}`,
          requestId: `r${index}`,
          errorCode: `c${index}`,
        }),
      );
    }
    await exporter.close();
    const points = received
      .filter(({ path }) => path === '/v1/metrics')
      .flatMap(metricsOf)
      .flatMap((metric) => arrayMember(member(metric, 'histogram'), 'dataPoints'));
    assert.equal(points.length, 4);
  });

  it('sends no span where the caller has not sampled the trace, and nothing of what is no call of a model', async () => {
    exporter.add(requestRecord({ trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 0 } }));
    exporter.add(requestRecord({ operation: 'other' }));
    await exporter.close();
    assert.deepEqual(
      received.map(({ path }) => path),
      ['/v1/metrics'],
    );
  });

  it('keeps what the collector cannot take now for the next time, and says so', async () => {
    status = 503;
    exporter.add(requestRecord());
    await time.advance(EVERY_MS);
    await untilReceived(1);
    while (errors.length === 0) {
      await time.advance(0);
    }
    status = 200;
    await exporter.close();
    assert.match(errors[0] ?? '', /\/v1\/traces answers 503/);
    assert.deepEqual(
      received.map(({ path }) => path),
      ['/v1/traces', '/v1/traces', '/v1/metrics'],
    );
  });

  it('drops what the collector refuses for good', async () => {
    status = 400;
    exporter.add(requestRecord());
    await exporter.close();
    assert.equal(errors.length, 2);
    assert.equal(received.length, 2);
  });

  it('holds a bounded number of spans while nothing can be sent, and counts what it drops', async () => {
    for (let index = 0; index < 3_000; index++) {
      exporter.add(requestRecord());
    }
    await exporter.close();
    const spans = received.filter(({ path }) => path === '/v1/traces').flatMap(spansOf);
    assert.equal(spans.length, 4_096);
    assert.match(errors.join(), /1904 spans and 0 batches were dropped/);
  });
});
