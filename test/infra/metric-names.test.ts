import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { FLEET_METRICS } from '../../functions/gateway/core/metrics/metric-names.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { embeddedMetricProblems } from '../support/embedded-metric-problems.ts';
import { realLogLines } from '../support/real-log-lines.ts';
import { shipped, templateOf } from './synthesised.ts';
import { alarmMetrics, dashboardMetrics, lineMetrics, type WatchedMetric } from './watched-metrics.ts';

/** Written by no request: by a failure of DynamoDB, by the call from outside, and by a probe. */
const OF_FLEET = [...Object.keys(FLEET_METRICS), 'Probes'].map((name) => `Environment ${name}`);

/** Each is 0.30 dollars a month. */
const MOST_METRICS = 90;

describe('the metrics of real requests', () => {
  let lines: readonly JsonObject[];
  let written: ReadonlySet<WatchedMetric>;
  before(async () => {
    const { request, attempt } = await realLogLines();
    lines = [...request, ...attempt];
    written = new Set([...lines.flatMap(lineMetrics), ...OF_FLEET]);
  });

  test('are in lines that CloudWatch accepts', () => {
    assert.ok(lines.length > 10);
    assert.deepEqual(
      lines.flatMap((line) => embeddedMetricProblems(JSON.stringify(line), Date.now())),
      [],
    );
  });

  for (const environment of ['dev', 'prod'] as const) {
    const template = templateOf(shipped(environment));

    test(`are all that the alarms of ${environment} watch`, () => {
      const watched = [...alarmMetrics(template)];
      assert.ok(watched.length >= 6, watched.join('; '));
      assert.deepEqual(
        watched.filter((metric) => !written.has(metric)),
        [],
      );
    });

    test(`are all that the dashboard of ${environment} draws`, () => {
      const drawn = [...dashboardMetrics(template)];
      assert.ok(drawn.length >= 20, drawn.join('; '));
      assert.deepEqual(
        drawn.filter((metric) => !written.has(metric)),
        [],
      );
    });
  }

  test('are drawn or watched, each with its dimensions', () => {
    const template = templateOf(shipped('prod'));
    const seen = new Set([...dashboardMetrics(template), ...alarmMetrics(template)]);
    assert.deepEqual(
      [...written].filter((metric) => !seen.has(metric)),
      [],
    );
  });

  test(`are at most ${MOST_METRICS} of seven routes and seven deployments at the providers of prod`, () => {
    const { config } = shipped('prod');
    const of = { Environment: 1, Route: 7, Provider: Object.keys(config.providers).length, Deployment: 7 };
    const count = [...written].reduce((sum, metric) => {
      const names = metric.split(' ')[0]?.split(',') ?? [];
      return sum + Math.max(...names.map((name) => of[name as keyof typeof of]), 1);
    }, 0);
    assert.ok(count <= MOST_METRICS, `${count}`);
  });
});
