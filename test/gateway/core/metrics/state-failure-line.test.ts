import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateFailureLine } from '../../../../functions/gateway/core/metrics/state-failure-line.ts';
import { lineMetrics } from '../../../infra/watched-metrics.ts';
import { embeddedMetricProblems } from '../../../support/embedded-metric-problems.ts';

test('a failure of DynamoDB is counted by environment, and says what was not done and why', () => {
  const nowMs = Date.now();
  const failure = { operation: 'read', error: new Error('AccessDenied\nfor the table') };
  const text = stateFailureLine(failure, 'prod', nowMs);
  assert.deepEqual(embeddedMetricProblems(text, nowMs), []);
  const line = JSON.parse(text);
  assert.deepEqual(lineMetrics(line), ['Environment StateFailures']);
  assert.deepEqual(
    [line.Environment, line.StateFailures, line.line, line.level, line.message, line.error],
    ['prod', 1, 'state', 'WARN', 'DynamoDB did not read', 'Error: AccessDenied\nfor the table'],
  );
});
