import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { embeddedMetricLines } from '../../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import { UsageError } from '../../../infra/cli/command.ts';
import type { LatencyReport } from '../../../infra/cli/latency-report.ts';
import { latencyText } from '../../../infra/cli/latency-text.ts';
import { mergedFigures } from '../../../infra/cli/merged-figures.ts';
import { metricsFileLatency } from '../../../infra/cli/metrics-file-latency.ts';
import { runCommand } from '../../../infra/cli/run-command.ts';
import { type LocalCloudWatch, startLocalCloudWatch } from '../../support/local-cloudwatch.ts';
import fc from '../../support/property.ts';
import { attemptRecord, requestRecord } from '../../support/request-records.ts';
import { runningGateway } from '../../support/running-gateway.ts';

const NOW_MS = Date.parse('2026-05-01T12:00:00Z');
const HOUR_MS = 3_600_000;
const WINDOW = { fromMs: NOW_MS - HOUR_MS, untilMs: NOW_MS };

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'nemo-latency-'));
});
after(() => rmSync(folder, { recursive: true }));

function fileOf(...lines: readonly string[]): string {
  const file = join(folder, 'metrics.log');
  writeFileSync(file, lines.join('\n'));
  return file;
}

/** The lines of one call that took `totalMs`, at `atMs`. */
function call(totalMs: number, atMs = NOW_MS - 1, environment = 'local', deployment = 'a/model'): readonly string[] {
  const record = requestRecord({
    route: 'best',
    totalMs,
    ttftMs: totalMs / 10,
    attempts: [attemptRecord({ deployment, provider: 'a', totalMs: totalMs - 1, ttftMs: totalMs / 20 })],
  });
  return embeddedMetricLines(record, environment, atMs);
}

describe('the latency in a metrics file', () => {
  it('is p50, p95 and p99 by route and by deployment, with their counts', async () => {
    const lines = Array.from({ length: 100 }, (_, index) => call((index + 1) * 10)).flat();
    const report = await metricsFileLatency(fileOf(...lines), WINDOW);
    assert.deepEqual(report, {
      ...WINDOW,
      routes: [
        {
          name: 'best',
          ttft: { count: 100, p50: 50, p95: 95, p99: 99 },
          total: { count: 100, p50: 500, p95: 950, p99: 990 },
        },
      ],
      deployments: [
        {
          name: 'a/model',
          ttft: { count: 100, p50: 25, p95: 47.5, p99: 49.5 },
          total: { count: 100, p50: 499, p95: 949, p99: 989 },
        },
      ],
    });
  });

  it('leaves out what is older, and what is no line of ours', async () => {
    const file = fileOf(
      ...call(10, WINDOW.fromMs - 1),
      '{"_aws":{"Timestamp":"now","CloudWatchMetrics":5},"Model":"x","InvocationLatency":1}',
      `{"_aws":{"Timestamp":${NOW_MS},"CloudWatchMetrics":[{"Namespace":"Other"}]},"Model":"x","InvocationLatency":1}`,
      'not JSON',
      '',
      ...call(20),
      // Cut off in the middle of a write.
      (call(30)[0] ?? '').slice(0, 100),
    );
    const { routes } = await metricsFileLatency(file, WINDOW);
    assert.deepEqual(
      routes.map(({ name, total }) => [name, total?.count, total?.p99]),
      [['best', 1, 20]],
    );
  });

  it('is nothing for an empty file, and says so', async () => {
    const report = await metricsFileLatency(fileOf(''), WINDOW);
    assert.match(latencyText('local', report), /2026-05-01T11:00Z to 2026-05-01T12:00Z\n\nNothing was measured/);
  });

  it('is refused with the path where the file cannot be read', async () => {
    await assert.rejects(metricsFileLatency(join(folder, 'none'), WINDOW), (error) => {
      return error instanceof UsageError && /none cannot be read/.test(error.message);
    });
  });
});

describe('the figures of a window', () => {
  const part = fc.record({
    count: fc.integer({ min: 1, max: 1e6 }),
    p50: fc.double({ min: 1, max: 1e5, noNaN: true }),
    p95: fc.double({ min: 1, max: 1e5, noNaN: true }),
    p99: fc.double({ min: 1, max: 1e5, noNaN: true }),
  });

  it('are those of its one part, exactly', () => {
    fc.assert(fc.property(part, (only) => assert.deepEqual(mergedFigures([only]), only)));
  });

  it('lie between those of its parts and are said to be approximate', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 5 }), (parts) => {
        const merged = mergedFigures(parts);
        assert.equal(merged?.isApproximate, true);
        assert.equal(
          merged.count,
          parts.reduce((sum, { count }) => sum + count, 0),
        );
        for (const name of ['p50', 'p95', 'p99'] as const) {
          const values = parts.map((each) => each[name]);
          assert.ok(merged[name] >= Math.min(...values) * 0.999 && merged[name] <= Math.max(...values) * 1.001);
        }
      }),
    );
  });

  it('are none without parts, and parts without values do not count', () => {
    assert.equal(mergedFigures([]), undefined);
    assert.equal(mergedFigures([{ count: 0, p50: 1, p95: 1, p99: 1 }]), undefined);
    assert.equal(mergedFigures([{ count: 3, p50: Number.NaN, p95: 1, p99: 1 }]), undefined);
  });
});

describe('nemo latency', () => {
  it('reads the metrics file of the local system', async () => {
    const file = fileOf(...call(1000, Date.now()));
    await using gateway = await runningGateway({ fakes: { only: 'openai' }, metricsFile: file });
    const { text } = await runCommand(['latency', '--since', '10m', '--local', gateway.baseUrl], {});
    assert.match(text, /ROUTE +TTFT P50 +P95 +P99 +COUNT/);
    assert.match(text, /best +100 +100 +100 +1 +1000 +1000 +1000 +1\n/);
    const json = JSON.parse((await runCommand(['latency', '--json', '--local', gateway.baseUrl], {})).text);
    assert.equal(json.routes[0].total.p99, 1000);
  });

  it('says that a local system without a file writes none', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    await assert.rejects(runCommand(['latency', '--local', gateway.baseUrl], {}), /writes no metrics/);
  });

  describe('of an environment in AWS', () => {
    const MINUTE_MS = 60_000;
    const nowMs = Date.now();

    async function report(cloudWatch: LocalCloudWatch, since: string): Promise<LatencyReport> {
      const words = ['latency', '--since', since, '--env', 'dev', '--endpoint', cloudWatch.endpoint, '--json'];
      return JSON.parse((await runCommand(words, {})).text);
    }

    it('shows the percentiles of the raw values by route and by deployment', async () => {
      await using cloudWatch = await startLocalCloudWatch();
      const lines = Array.from({ length: 100 }, (_, index) => call((index + 1) * 10, nowMs - 30 * MINUTE_MS, 'dev'));
      cloudWatch.record(...lines.flat(), ...call(99_999, nowMs - 25 * HOUR_MS, 'dev'), ...call(1, nowMs, 'prod'));
      const { routes, deployments } = await report(cloudWatch, '24h');
      assert.deepEqual(routes, [
        {
          name: 'best',
          ttft: { count: 100, p50: 50, p95: 95, p99: 99 },
          total: { count: 100, p50: 500, p95: 950, p99: 990 },
        },
      ]);
      assert.deepEqual(
        deployments.map(({ name, total }) => [name, total?.count, total?.p99]),
        [['a/model', 100, 989]],
      );
    });

    it('asks for any number of deployments in calls that CloudWatch takes, and reads all pages', async () => {
      await using cloudWatch = await startLocalCloudWatch();
      const names = Array.from({ length: 80 }, (_, index) => `a/model-${String(index).padStart(2, '0')}`);
      cloudWatch.record(...names.flatMap((name) => call(50, nowMs - MINUTE_MS, 'dev', name)));
      const { deployments } = await report(cloudWatch, '1h');
      assert.deepEqual(
        deployments.map(({ name }) => name),
        names,
      );
      assert.ok(deployments.every(({ total, ttft }) => total?.p50 === 49 && ttft?.count === 1));
      assert.ok(cloudWatch.reads() > 6, String(cloudWatch.reads()));
    });

    for (const since of ['30m', '24h', '14d', '16d', '62d', '64d', '455d']) {
      it(`asks for ${since} in periods that CloudWatch has kept`, async () => {
        await using cloudWatch = await startLocalCloudWatch();
        cloudWatch.record(...call(70, nowMs - MINUTE_MS, 'dev'));
        const { routes } = await report(cloudWatch, since);
        assert.deepEqual(
          routes.map(({ total }) => total),
          [{ count: 1, p50: 70, p95: 70, p99: 70 }],
        );
      });
    }

    it('says of a window that CloudWatch has split that its percentiles are approximate', async () => {
      const splitsAtMs = nowMs - HOUR_MS;
      await using cloudWatch = await startLocalCloudWatch({ splitsAtMs });
      cloudWatch.record(...call(100, splitsAtMs - MINUTE_MS, 'dev'), ...call(300, splitsAtMs, 'dev'));
      const words = ['latency', '--since', '2d', '--env', 'dev', '--endpoint', cloudWatch.endpoint];
      const { text } = await runCommand(words, {});
      assert.match(text, /best .* ~200 +~200 +~200 +2\n/);
      assert.match(text, /~ CloudWatch has split the time/);
    });

    it('says that nothing was measured', async () => {
      await using cloudWatch = await startLocalCloudWatch();
      const words = ['latency', '--env', 'dev', '--endpoint', cloudWatch.endpoint];
      assert.match((await runCommand(words, {})).text, /Nothing was measured in this time/);
    });
  });

  for (const since of ['yesterday', '0h', '456d', '-1h', '1y']) {
    it(`refuses --since ${since}`, async () => {
      await assert.rejects(
        runCommand(['latency', `--since=${since}`, '--env', 'dev'], {}),
        /--since must be a length of time/,
      );
    });
  }
});
