import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { embeddedMetricLines } from '../../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import type { RequestRecord } from '../../../functions/gateway/core/model/request-record.ts';
import { parseTraceParent } from '../../../functions/gateway/core/trace/trace-context.ts';
import { isJsonObject, type JsonObject } from '../../../functions/gateway/core/wire/json.ts';
import type { FakeRequest } from '../../support/fake-provider.ts';
import { type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const HEADERS = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE' };

async function chat(
  gateway: RunningGateway<string>,
  more: { readonly stream?: boolean; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<RequestRecord> {
  const { stream = false, headers = HEADERS } = more;
  const body = JSON.stringify({ model: 'all', stream, messages: [{ role: 'user', content: 'Hello' }] });
  const before = gateway.records.length;
  const response = await gateway.fetch('/v1/chat/completions', { method: 'POST', headers, body });
  assert.equal(response.status, 200, await response.text());
  return gateway.record(before);
}

/** The lines of one request: its own, then one an attempt. */
function linesOf(record: RequestRecord): readonly JsonObject[] {
  return embeddedMetricLines(record, 'test', 0).map((line): JsonObject => {
    const json: unknown = JSON.parse(line);
    assert.ok(isJsonObject(json));
    return json;
  });
}

function parentOf(request: FakeRequest | undefined): NonNullable<ReturnType<typeof parseTraceParent>> {
  const parent = parseTraceParent(request?.headers.traceparent ?? '');
  assert.ok(parent !== undefined, request?.headers.traceparent);
  return parent;
}

for (const protocol of ['openai', 'anthropic', 'gemini', 'bedrock'] as const) {
  describe(`a provider of the protocol ${protocol}`, () => {
    for (const stream of [true, false]) {
      it(`is called within the caller's trace, by the span that the log names, ${stream ? 'streamed' : 'plain'}`, async () => {
        await using gateway = await runningGateway({ fakes: { vendor: protocol } });
        const record = await chat(gateway, { stream });
        const request = gateway.fakes.vendor.requests[0];
        const parent = parentOf(request);
        assert.deepEqual([parent.traceId, parent.flags], [TRACE, 1]);
        assert.notEqual(parent.spanId, SPAN);
        assert.equal(request?.headers.tracestate, HEADERS.tracestate);
        const [own, attempt] = linesOf(record);
        assert.deepEqual([own?.traceId, own?.parentSpanId], [TRACE, SPAN]);
        assert.deepEqual([attempt?.traceId, attempt?.spanId], [TRACE, parent.spanId]);
        assert.equal(attempt?.parentSpanId, own?.spanId);
      });
    }
  });
}

describe('the trace of a request', () => {
  it('goes through every attempt, each with a span of its own', async () => {
    await using gateway = await runningGateway({ fakes: { first: 'openai', second: 'anthropic' } });
    gateway.fakes.first.script({ kind: 'status', status: 503 });
    const record = await chat(gateway);
    const parents = [gateway.fakes.first, gateway.fakes.second].map(({ requests }) => parentOf(requests[0]));
    assert.deepEqual(
      parents.map(({ traceId }) => traceId),
      [TRACE, TRACE],
    );
    assert.equal(new Set([...parents.map(({ spanId }) => spanId), SPAN]).size, 3);
    assert.deepEqual(
      record.attempts.map(({ spanId }) => spanId),
      parents.map(({ spanId }) => spanId),
    );
  });

  it('begins here where the caller sent none: one an each request', async () => {
    await using gateway = await runningGateway({ fakes: { vendor: 'openai' } });
    const records = [await chat(gateway, { headers: {} }), await chat(gateway, { headers: {} })];
    const parents = gateway.fakes.vendor.requests.map(parentOf);
    assert.equal(new Set(parents.map(({ traceId }) => traceId)).size, 2);
    for (const [index, record] of records.entries()) {
      assert.equal(record.trace.traceId, parents[index]?.traceId);
      assert.equal(linesOf(record)[0]?.parentSpanId, undefined);
    }
  });

  it('goes through calls for embeddings', async () => {
    await using gateway = await runningGateway({
      fakes: { vendor: 'openai' },
      deployments: { vendor: { kind: 'embeddings' } },
    });
    const body = JSON.stringify({ model: 'all', input: 'Hello' });
    const answer = await gateway.fetch('/v1/embeddings', { method: 'POST', headers: HEADERS, body });
    assert.equal(answer.status, 200, await answer.text());
    const record = await gateway.record(0);
    const parent = parentOf(gateway.fakes.vendor.requests[0]);
    assert.deepEqual([parent.traceId, parent.spanId], [TRACE, record.attempts[0]?.spanId]);
  });

  it('is in the line of a request that is refused', async () => {
    await using gateway = await runningGateway({ fakes: { vendor: 'openai' } });
    const init = { method: 'POST', headers: HEADERS, body: JSON.stringify({ model: 'none', messages: [] }) };
    const answer = await gateway.fetch('/v1/chat/completions', init);
    assert.ok(answer.status >= 400);
    const [line] = linesOf(await gateway.record(0));
    assert.deepEqual([line?.traceId, line?.parentSpanId], [TRACE, SPAN]);
  });

  it('is kept from a provider whose configuration says so, and is in the log all the same', async () => {
    await using inner = await runningGateway({ fakes: { vendor: 'openai' } });
    await using gateway = await runningGateway({
      fakes: { vendor: { protocol: 'openai', fake: inner.fakes.vendor } },
      config: {
        providers: {
          vendor: { protocol: 'openai', baseUrl: inner.fakes.vendor.baseUrl, traceHeaders: false },
        },
      },
    });
    const record = await chat(gateway);
    const headers = inner.fakes.vendor.requests[0]?.headers ?? {};
    assert.deepEqual([headers.traceparent, headers.tracestate], [undefined, undefined]);
    assert.equal(record.trace.traceId, TRACE);
  });

  it("has the id of AWS X-Ray beside it in the log, and in no provider's headers", async () => {
    await using gateway = await runningGateway({ fakes: { vendor: 'openai' } });
    const root = '1-5759e988-bd862e3fe1be46a994272793';
    const record = await chat(gateway, { headers: { 'x-amzn-trace-id': `Root=${root};Sampled=1` } });
    assert.equal(linesOf(record)[0]?.xrayTraceId, root);
    assert.ok(!JSON.stringify(gateway.fakes.vendor.requests[0]?.headers).includes(root));
  });
});
