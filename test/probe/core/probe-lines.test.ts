import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ATTEMPT_METRICS, REQUEST_METRICS } from '../../../functions/gateway/core/metrics/metric-names.ts';
import type { ProbeRecord } from '../../../functions/gateway/core/model/probe-record.ts';
import { arrayMember, type JsonObject, member, objectMember } from '../../../functions/gateway/core/wire/json.ts';
import { probeLines } from '../../../functions/probe/core/probe-lines.ts';
import type { ProbeRun } from '../../../functions/probe/core/prober.ts';
import { FAILURES } from '../../support/failures.ts';
import { deployment } from '../../support/routes.ts';

const FIELDS = readFileSync(new URL('../../../functions/gateway/core/metrics/LOG-FIELDS.md', import.meta.url), 'utf8');

const NOW = 1_700_000_000_000.5;

const ANSWERED: ProbeRecord = {
  deployment: deployment('vendor/model', { provider: 'vendor' }),
  startedAtMs: NOW - 500,
  ttftMs: 400,
  totalMs: 410,
  costUsd: 0.000_012,
};

function runOf(change: Partial<ProbeRun> = {}): ProbeRun {
  return { records: [ANSWERED], skipped: [], storeFailures: [], tookMs: 500, ...change };
}

function linesOf(run: ProbeRun): readonly JsonObject[] {
  return probeLines(run, 'prod', NOW).map((line): JsonObject => {
    assert.doesNotMatch(line, /\n/);
    return JSON.parse(line);
  });
}

function failed(kind: keyof typeof FAILURES): ProbeRecord {
  const { ttftMs: _, ...record } = ANSWERED;
  return { ...record, failure: FAILURES[kind] };
}

function metricsOf(line: JsonObject | undefined): readonly unknown[] {
  const [directive] = arrayMember(objectMember(line, '_aws'), 'CloudWatchMetrics');
  return arrayMember(directive, 'Metrics').map((metric) => member(metric, 'Name'));
}

describe("the prober's lines", () => {
  it('count under the deployment as calls to it do, in whole milliseconds', () => {
    const [line] = linesOf(runOf());
    const directive = arrayMember(objectMember(line, '_aws'), 'CloudWatchMetrics')[0];
    assert.equal(objectMember(line, '_aws')?.Timestamp, Math.trunc(NOW));
    assert.deepEqual(member(directive, 'Dimensions'), [['Environment', 'Provider', 'Deployment']]);
    assert.deepEqual([line?.Environment, line?.Provider, line?.Deployment], ['prod', 'vendor', 'vendor/model']);
    assert.equal(line?.Errors, 0);
    assert.equal(line?.ttftMs, 400);
    assert.equal(line?.outcome, 'served');
  });

  it('make metrics only of names that the gateway writes, and none of latencies, which would flatter the percentiles', () => {
    const [probe, run] = linesOf(runOf({ records: [ANSWERED] }));
    assert.deepEqual(metricsOf(probe), ['Errors', 'CostUSD']);
    assert.deepEqual(metricsOf(run), ['CostUSD']);
    assert.ok(metricsOf(probe).every((name) => Object.hasOwn(ATTEMPT_METRICS, String(name))));
    assert.ok(metricsOf(run).every((name) => Object.hasOwn(REQUEST_METRICS, String(name))));
  });

  const blamed = [
    'unreachable',
    'timed-out',
    'overloaded',
    'conflicted',
    'malformed',
    'truncated',
    'misconfigured',
  ] as const;
  for (const kind of blamed) {
    it(`show a deployment that fails as down: ${kind}`, () => {
      const [line] = linesOf(runOf({ records: [failed(kind)] }));
      assert.deepEqual([line?.Errors, line?.Throttles, line?.reason], [1, undefined, kind]);
    });
  }

  it('show a rate limit as a throttle and no error', () => {
    const [line] = linesOf(runOf({ records: [failed('rate-limited')] }));
    assert.deepEqual([line?.Errors, line?.Throttles], [0, 1]);
  });

  it('do not call a deployment down that refused what a probe asks', () => {
    const [line] = linesOf(runOf({ records: [failed('rejected')] }));
    assert.deepEqual([line?.Errors, line?.Throttles, line?.reason], [0, undefined, 'rejected']);
  });

  it('carry what a vendor says of the operator’s fault, without the key, and else codes alone', () => {
    const vendor = { status: 401, message: 'Incorrect key: sk-secret', code: 'invalid_api_key' };
    const [line = ''] = probeLines(
      runOf({ records: [{ ...failed('misconfigured'), failure: { ...FAILURES.misconfigured, vendor } }] }),
      'prod',
      NOW,
    );
    assert.match(line, /"vendorCode":"invalid_api_key"/);
    assert.match(line, /"vendorMessage":"Incorrect key: \[redacted\]"/);
    const [other = ''] = probeLines(
      runOf({ records: [{ ...failed('rejected'), failure: { ...FAILURES.rejected, vendor } }] }),
      'prod',
      NOW,
    );
    assert.doesNotMatch(other, /sk-secret|Incorrect/);
  });

  it('end with one of the run: what it spent goes to the spending of the environment, and why others were skipped', () => {
    const skipped = [{ deployment: 'vendor/other', why: 'measured' as const }];
    const lines = linesOf(runOf({ records: [ANSWERED, failed('overloaded')], skipped, storeFailures: ['add'] }));
    const run = lines.at(-1);
    assert.equal(lines.length, 3);
    assert.equal(run?.line, 'probes');
    assert.equal(run?.CostUSD, 0.000_024);
    assert.deepEqual([run?.probed, run?.failed, run?.skipped], [2, 1, skipped]);
    assert.deepEqual(run?.storeFailures, ['add']);
    assert.deepEqual(member(arrayMember(objectMember(run, '_aws'), 'CloudWatchMetrics')[0], 'Dimensions'), [
      ['Environment'],
    ]);
  });

  it('carry no field that the list of fields does not name', () => {
    const [own = '', others = ''] = FIELDS.split("## The prober's lines").toReversed();
    const [probe, run] = linesOf(runOf({ records: [failed('rate-limited')] }));
    const fieldsOf = (line: JsonObject | undefined): readonly string[] =>
      Object.keys(line ?? {}).filter((name) => /^[a-z]/.test(name));
    const ofAttempts = [...others.matchAll(/^\| `([^`]+)` \| [a-z, ]*attempt/gm)].map(([, field]) => field);
    assert.deepEqual(
      fieldsOf(probe).filter((field) => !ofAttempts.includes(field)),
      [],
    );
    assert.deepEqual(
      fieldsOf(run).filter((field) => !own.includes(`\`${field}\``) && field !== 'costUsd'),
      [],
    );
  });
});
