import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embeddedMetricLines } from '../../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import { stateFailureLine } from '../../../functions/gateway/core/metrics/state-failure-line.ts';
import { canaryLine } from '../../../functions/probe/core/canary-line.ts';
import { probeLines } from '../../../functions/probe/core/probe-lines.ts';
import { attemptRecord, requestRecord } from '../../support/request-records.ts';
import { deployment } from '../../support/routes.ts';

const VERSION = '1.2.3+abc';

test('the deployed version stands in every line: of requests, attempts, probes, runs, calls from outside, lost state', () => {
  const probe = { deployment: deployment('vendor/model'), startedAtMs: 0, totalMs: 10, costUsd: 0 };
  const run = { records: [probe], skipped: [], storeFailures: [], tookMs: 1 };
  const record = requestRecord({ attempts: [attemptRecord()], probes: [probe] });
  const texts = [
    ...embeddedMetricLines(record, 'prod', 0, VERSION),
    ...probeLines(run, 'prod', 0, VERSION),
    canaryLine({ totalMs: 1 }, 'prod', 0, VERSION),
    stateFailureLine({ operation: 'read', error: 'none' }, 'prod', 0, VERSION),
  ];
  const lines = texts.map((text) => JSON.parse(text));
  assert.deepEqual(
    lines.map(({ line, version }) => [line, version]),
    ['request', 'attempt', 'probe', 'probe', 'probes', 'canary', 'state'].map((line) => [line, VERSION]),
  );
});
