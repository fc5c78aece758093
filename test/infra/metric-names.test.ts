import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { embeddedMetricProblems } from '../support/embedded-metric-problems.ts';
import { realLogLines } from '../support/real-log-lines.ts';
import { shipped, templateOf } from './synthesised.ts';
import { alarmMetrics, dashboardMetrics, lineMetrics, type WatchedMetric } from './watched-metrics.ts';

const BY_ROUTE =
  'what happened in one route is asked rarely, and then in a graph of the moment: the environment has it drawn';
const BY_DEPLOYMENT = 'its dollars are drawn, which come of the tokens';

/** Written and drawn nowhere, each with the reason. */
const ON_PURPOSE: Readonly<Record<WatchedMetric, string>> = {
  'Deployment,Environment,Provider InputTokenCount': BY_DEPLOYMENT,
  'Deployment,Environment,Provider OutputTokenCount': BY_DEPLOYMENT,
  'Environment,Model Attempts': BY_ROUTE,
  'Environment,Model Failovers': BY_ROUTE,
  'Environment,Model GatewayOverhead': BY_ROUTE,
  'Environment,Model Hedges': BY_ROUTE,
  'Environment,Model InputTokenCount': BY_ROUTE,
  'Environment,Model OutputTokenCount': BY_ROUTE,
  'Environment,Model StreamCuts': BY_ROUTE,
  'Environment,Model Throttles': BY_ROUTE,
};

describe('the metrics of real requests', () => {
  let lines: readonly JsonObject[];
  let written: ReadonlySet<WatchedMetric>;
  before(async () => {
    const { request, attempt } = await realLogLines();
    lines = [...request, ...attempt];
    written = new Set(lines.flatMap(lineMetrics));
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

  test('are drawn or watched, each with its dimensions, or left out for a reason', () => {
    const template = templateOf(shipped('prod'));
    const seen = new Set([...dashboardMetrics(template), ...alarmMetrics(template)]);
    const unseen = [...written].filter((metric) => !seen.has(metric));
    assert.deepEqual(unseen.toSorted(), Object.keys(ON_PURPOSE).toSorted());
  });
});
