import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { embeddedMetricLines } from '../../../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import { ATTEMPT_METRICS, REQUEST_METRICS } from '../../../../functions/gateway/core/metrics/metric-names.ts';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import type { AttemptRecord, RequestRecord } from '../../../../functions/gateway/core/model/request-record.ts';
import { isJsonObject, type JsonObject } from '../../../../functions/gateway/core/wire/json.ts';
import fc from '../../../support/property.ts';
import { pathsOf } from '../../../support/real-log-lines.ts';

const NOW_MS = 1_780_000_000_123;

function attempt(change: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    deployment: 'openai/small',
    provider: 'openai',
    protocol: 'openai',
    vendorModel: 'small-1',
    spanId: '3'.repeat(16),
    hedge: false,
    startedAfterMs: 2,
    outcome: 'served',
    ttftMs: 300.5,
    totalMs: 900,
    usage: { input: 10, output: 20 },
    costUsd: 0.00021,
    ...change,
  };
}

function failed(failure: AttemptFailure, change: Partial<AttemptRecord> = {}): AttemptRecord {
  const { ttftMs: _ttft, usage: _usage, costUsd: _cost, ...rest } = attempt();
  return { ...rest, outcome: 'failed', totalMs: 40, failure, ...change };
}

function record(change: Partial<RequestRecord> = {}): RequestRecord {
  return {
    requestId: 'req-1',
    operation: 'chat',
    trace: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), parentSpanId: '4'.repeat(16), flags: 1 },
    startedAtMs: NOW_MS - 905,
    askedModel: 'best',
    keyName: 'ci',
    stream: true,
    route: 'best',
    strategy: 'latency-based',
    explored: false,
    candidates: [
      { deployment: 'openai/small', score: 310, state: 'healthy' },
      { deployment: 'google/small', score: 420, state: 'healthy' },
    ],
    attempts: [attempt()],
    status: 200,
    servedBy: 'openai/small',
    routing: 'direct',
    ttftMs: 302.5,
    totalMs: 905,
    overheadMs: 0.8,
    usage: { input: 10, output: 20 },
    costUsd: 0.00021,
    ending: 'complete',
    dropped: ['logit_bias'],
    ...change,
  };
}

/** The lines as CloudWatch reads them, in order: the request's, then each attempt's. */
function linesOf(of: RequestRecord): [JsonObject, ...JsonObject[]] {
  const [first, ...rest] = embeddedMetricLines(of, 'dev', NOW_MS).map((line): JsonObject => {
    assert.ok(!line.includes('\n'));
    const json: unknown = JSON.parse(line);
    assert.ok(isJsonObject(json));
    return json;
  });
  return [first!, ...rest];
}

/** The metrics that CloudWatch makes of a line. */
function metricsOf(line: JsonObject): Record<string, unknown> {
  return Object.fromEntries(directivesOf(line).flatMap(({ Metrics }) => Metrics.map(({ Name }) => [Name, line[Name]])));
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

/** The first directive of a line. */
function directiveOf(line: JsonObject): Directive {
  return directivesOf(line)[0]!;
}

function directivesOf(line: JsonObject): readonly Directive[] {
  return (line._aws as { CloudWatchMetrics: Directive[] }).CloudWatchMetrics;
}

/** The names of the metrics by the sets of dimensions that they are made for. */
function madeOf(line: JsonObject): Record<string, readonly string[]> {
  return Object.fromEntries(
    directivesOf(line).map(({ Dimensions, Metrics }) => [
      Dimensions.join(),
      Metrics.map(({ Name }) => Name).toSorted(),
    ]),
  );
}

const UNITS = new Set(['Milliseconds', 'Count', 'None']);

/** The limits of the embedded metric format's specification. Beyond one of them CloudWatch drops the metrics without a word. */
function assertWithinTheSpecification(text: string): void {
  assert.ok(Buffer.byteLength(text) <= 256 * 1024);
  const line: JsonObject = JSON.parse(text);
  const { Timestamp, CloudWatchMetrics } = line._aws as { Timestamp: number; CloudWatchMetrics: Directive[] };
  assert.ok(Number.isInteger(Timestamp) && Timestamp >= 0);
  assert.ok(CloudWatchMetrics.length >= 1);
  for (const directive of CloudWatchMetrics) {
    assertDirectiveWithinTheSpecification(directive, line);
  }
}

function assertDirectiveWithinTheSpecification({ Namespace, Dimensions, Metrics }: Directive, line: JsonObject): void {
  assert.equal(Namespace, 'NemoRouter');
  assert.ok(Dimensions.length >= 1 && Metrics.length >= 1 && Metrics.length <= 100);
  assert.equal(new Set(Metrics.map(({ Name }) => Name)).size, Metrics.length);
  for (const { Name, Unit } of Metrics) {
    assert.ok(UNITS.has(Unit), Unit);
    assert.ok(Number.isFinite(line[Name]), Name);
  }
  for (const name of Dimensions.flat()) {
    const value = line[name];
    assert.ok(typeof value === 'string' && /^[\x20-\x7e]{1,1024}$/.test(value) && value.trim() !== '', name);
  }
  assert.ok(Dimensions.every((set) => set.length <= 30 && new Set(set).size === set.length));
}

describe('embeddedMetricLines', () => {
  test('writes raw timings, tokens and dollars of a request, by environment and by route', () => {
    const [line] = linesOf(record());
    assert.deepEqual(madeOf(line)['Environment,Route'], ['CostUSD', 'Errors', 'InvocationLatency', 'TimeToFirstToken']);
    assert.equal(madeOf(line).Environment?.length, 12);
    assert.equal(line.Environment, 'dev');
    assert.equal(line.Route, 'best');
    assert.deepEqual(metricsOf(line), {
      Throttles: 0,
      InvocationLatency: 905,
      TimeToFirstToken: 302.5,
      GatewayOverhead: 0.8,
      Attempts: 1,
      Failovers: 0,
      Errors: 0,
      Hedges: 0,
      StreamCuts: 0,
      InputTokenCount: 10,
      OutputTokenCount: 20,
      CostUSD: 0.00021,
    });
  });

  test('writes a line for every attempt, by deployment', () => {
    const lines = linesOf(
      record({
        attempts: [
          failed({ kind: 'overloaded', status: 503 }),
          attempt({ deployment: 'google/small', provider: 'google' }),
        ],
      }),
    );
    const [first, second] = lines.slice(1);
    assert.deepEqual(madeOf(second!), {
      'Environment,Provider,Deployment': ['CostUSD', 'Errors', 'InvocationLatency', 'Throttles', 'TimeToFirstToken'],
      'Environment,Provider': ['InvocationLatency', 'StreamCuts', 'TimeToFirstToken'],
    });
    assert.deepEqual([first!.Provider, first!.Deployment], ['openai', 'openai/small']);
    assert.deepEqual(metricsOf(first!), { Errors: 1, Throttles: 0, StreamCuts: 0 });
    assert.deepEqual(metricsOf(second!), {
      InvocationLatency: 900,
      TimeToFirstToken: 300.5,
      Errors: 0,
      Throttles: 0,
      StreamCuts: 0,
      CostUSD: 0.00021,
    });
  });

  test("an answer's tokens are the prompt and the answer together, which have the cached ones and those of reasoning", () => {
    const usage = { input: 10, output: 20, cacheRead: 4, reasoning: 3 };
    const [line] = linesOf(record({ usage }));
    assert.deepEqual(line.usage, {
      prompt_tokens: 10,
      completion_tokens: 20,
      total_tokens: 30,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 3 },
    });
  });

  test('says in the request line who was asked in which order and why each failed', () => {
    const vendor = { status: 503, message: 'the prompt was: secret', code: 'overloaded_error', requestId: 'vendor-9' };
    const [line] = linesOf(record({ attempts: [failed({ kind: 'overloaded', status: 503, vendor }), attempt()] }));
    assert.deepEqual(line.order, ['openai/small', 'google/small']);
    const [first] = line.attempts as JsonObject[];
    assert.equal(first?.reason, 'overloaded');
    assert.equal(first?.detail, 503);
    assert.equal(first?.vendorCode, 'overloaded_error');
    assert.equal(first?.vendorRequestId, 'vendor-9');
    assert.equal(line.key, 'ci');
    assert.equal(line.asked, 'best');
    assert.deepEqual(line.dropped, ['logit_bias']);
  });

  test('keeps all that is one of a kind among the first 200 fields, which are all that Logs Insights finds', () => {
    const many = record({
      attempts: Array(20).fill(failed({ kind: 'overloaded', status: 503 })),
      candidates: Array(20).fill({ deployment: 'openai/small', score: 1, state: 'healthy' }),
    });
    const first = pathsOf(linesOf(many)[0]).slice(0, 200);
    for (const field of [
      'requestId',
      'traceId',
      'key',
      'totalMs',
      'usage.completion_tokens',
      'costUsd',
      'attempts.1.reason',
    ]) {
      assert.ok(first.includes(field), field);
    }
  });

  test("never repeats the vendor's words, which may quote the prompt", () => {
    const vendor = { status: 400, message: 'in your prompt "my secret"' };
    const lines = embeddedMetricLines(
      record({ attempts: [failed({ kind: 'rejected', status: 400, vendor })] }),
      'dev',
      NOW_MS,
    );
    assert.ok(!lines.join().includes('my secret'));
  });

  test('what a caller invents is a field cut short, never a dimension', () => {
    const { route: _route, strategy: _strategy, ...rest } = record();
    const [line] = linesOf({
      ...rest,
      askedModel: 'x'.repeat(100_000),
      ending: 'refused',
      status: 404,
      attempts: [],
      candidates: [],
    });
    assert.deepEqual(directiveOf(line).Dimensions, [['Environment']]);
    assert.equal(Object.hasOwn(line, 'Route'), false);
    assert.equal(String(line.asked).length, 200);
  });

  test('a request turned away at the door counts for no rate and no percentile', () => {
    const [line] = linesOf(record({ ending: 'refused', status: 401, attempts: [] }));
    assert.deepEqual(metricsOf(line), { Throttles: 0 });
  });

  const outages: readonly [string, Partial<RequestRecord>, number | undefined][] = [
    ['whose key cannot be looked up', { operation: 'other', status: 503, ending: 'refused' }, 1],
    ['that a bug ends before it is read', { operation: 'other', status: 500, ending: 'failed' }, 1],
    ['whose limits cannot be read', { operation: 'chat', status: 503, ending: 'refused' }, 1],
    ['for embeddings, refused with 500', { operation: 'embeddings', status: 500, ending: 'refused' }, 1],
    ['with a wrong key', { operation: 'other', status: 401, ending: 'refused' }, undefined],
    ['past its limit', { operation: 'chat', status: 429, ending: 'refused' }, undefined],
    ['whose caller has left', { operation: 'other', status: 499, ending: 'hung-up' }, undefined],
  ];
  for (const [what, change, errors] of outages) {
    test(`a request ${what} counts ${errors === 1 ? 'as an error' : 'for no rate'}`, () => {
      const [line] = linesOf(record({ attempts: [], ...change }));
      assert.equal(metricsOf(line).Errors, errors);
    });
  }

  test('every answer of status 500 or more is an error, whatever the operation and however it ended, but for callers who leave or set the deadline', () => {
    const operations = fc.constantFrom('chat', 'embeddings', 'other' as const);
    const endings = fc.constantFrom('complete', 'refused', 'failed', 'cut' as const);
    fc.assert(
      fc.property(
        operations,
        endings,
        fc.integer({ min: 500, max: 599 }),
        fc.boolean(),
        (operation, ending, status, tried) => {
          const change = { operation, ending, status, attempts: tried ? [attempt()] : [] };
          assert.equal(metricsOf(linesOf(record(change))[0]).Errors, 1);
          assert.notEqual(metricsOf(linesOf(record({ ...change, callersDeadline: true }))[0]).Errors, 1);
          assert.notEqual(metricsOf(linesOf(record({ ...change, ending: 'hung-up' }))[0]).Errors, 1);
        },
      ),
      { seed: 19 },
    );
  });

  test('the version of the deployed code stands in every line', () => {
    const lines = embeddedMetricLines(record(), 'dev', NOW_MS, '1.2.3+abc').map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ version }) => version),
      ['1.2.3+abc', '1.2.3+abc'],
    );
  });

  test("a caller's own limit counts as a throttle", () => {
    const [line] = linesOf(record({ ending: 'refused', status: 429, attempts: [] }));
    assert.deepEqual(metricsOf(line), { Throttles: 1 });
  });

  test('a list of models counts for no percentile', () => {
    const [line] = linesOf(record({ operation: 'other', attempts: [] }));
    assert.deepEqual(metricsOf(line), { Throttles: 0 });
  });

  const endings: readonly [RequestRecord['ending'], { Errors: number; StreamCuts: number; timed: boolean }][] = [
    ['complete', { Errors: 0, StreamCuts: 0, timed: true }],
    ['failed', { Errors: 1, StreamCuts: 0, timed: true }],
    ['cut', { Errors: 1, StreamCuts: 1, timed: true }],
    ['hung-up', { Errors: 0, StreamCuts: 0, timed: false }],
    ['refused', { Errors: 0, StreamCuts: 0, timed: false }],
  ];
  for (const [ending, expected] of endings) {
    test(`a request that ended ${ending} after an attempt`, () => {
      const { Errors, StreamCuts, InvocationLatency } = metricsOf(linesOf(record({ ending }))[0]);
      assert.deepEqual({ Errors, StreamCuts, timed: InvocationLatency !== undefined }, expected);
    });
  }

  test('a failover is another deployment after a failed one: not a retry and not a hedge', () => {
    const broken = failed({ kind: 'truncated' });
    const elsewhere = attempt({ deployment: 'google/small', provider: 'google' });
    const failovers = (...attempts: AttemptRecord[]) => metricsOf(linesOf(record({ attempts }))[0]).Failovers;
    assert.equal(failovers(broken, elsewhere), 1);
    assert.equal(failovers(broken, broken, elsewhere), 1);
    assert.equal(failovers(broken, attempt()), 0);
    assert.equal(failovers(attempt({ outcome: 'aborted' }), { ...elsewhere, hedge: true }), 0);
  });

  const failures: readonly [AttemptFailure, { Errors: number; Throttles: number }][] = [
    [
      { kind: 'unreachable', code: 'ECONNREFUSED' },
      { Errors: 1, Throttles: 0 },
    ],
    [
      { kind: 'timed-out', phase: 'first-token', afterMs: 1 },
      { Errors: 1, Throttles: 0 },
    ],
    [
      { kind: 'misconfigured', status: 401 },
      { Errors: 1, Throttles: 0 },
    ],
    [
      { kind: 'malformed', reason: 'not JSON' },
      { Errors: 1, Throttles: 0 },
    ],
    [
      { kind: 'rate-limited', retryAfterMs: 5, quota: false },
      { Errors: 0, Throttles: 1 },
    ],
    [{ kind: 'context-exceeded' }, { Errors: 0, Throttles: 0 }],
    [
      { kind: 'rejected', status: 400 },
      { Errors: 0, Throttles: 0 },
    ],
    [
      { kind: 'aborted', by: 'hedge' },
      { Errors: 0, Throttles: 0 },
    ],
  ];
  for (const [failure, expected] of failures) {
    test(`an attempt that failed as ${failure.kind}`, () => {
      const { Errors, Throttles } = metricsOf(linesOf(record({ attempts: [failed(failure)] }))[1]!);
      assert.deepEqual({ Errors, Throttles }, expected);
    });
  }

  test('an attempt that broke after its first token is a stream cut of its deployment', () => {
    const lines = linesOf(record({ attempts: [failed({ kind: 'truncated' }, { ttftMs: 100 }), attempt()] }));
    assert.deepEqual(
      lines.slice(1).map((line) => metricsOf(line).StreamCuts),
      [1, 0],
    );
  });
});

test('every line of any record is within the limits of the specification and measures only known metrics', () => {
  const number = fc.oneof(fc.double({ min: 0, noNaN: true }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY));
  const attempts = fc.array(fc.record({ totalMs: number, ttftMs: number, costUsd: number }), { maxLength: 20 });
  const known = { ...REQUEST_METRICS, ...ATTEMPT_METRICS };
  fc.assert(
    fc.property(attempts, fc.string({ maxLength: 5_000 }), number, (values, text, totalMs) => {
      const change = {
        askedModel: text,
        errorCode: text,
        dropped: Array(500).fill(text),
        totalMs,
        overheadMs: totalMs,
      };
      for (const line of embeddedMetricLines(
        record({ ...change, attempts: values.map(attempt) }),
        'prod',
        NOW_MS + 0.5,
      )) {
        assertWithinTheSpecification(line);
        assert.deepEqual(
          directivesOf(JSON.parse(line))
            .flatMap(({ Metrics }) => Metrics)
            .filter(({ Name }) => !Object.hasOwn(known, Name)),
          [],
        );
      }
    }),
  );
});
