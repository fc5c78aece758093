import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { embeddedMetricProblems } from './embedded-metric-problems.ts';

const NOW = 1_780_000_000_000;

interface Parts {
  readonly timestamp?: unknown;
  readonly namespace?: unknown;
  readonly dimensions?: unknown;
  readonly metrics?: unknown;
  readonly root?: object;
}

function lineOf({ timestamp = NOW, namespace = 'Shop', dimensions = [['Site']], metrics, root }: Parts): string {
  const directive = { Namespace: namespace, Dimensions: dimensions, Metrics: metrics ?? [{ Name: 'Sales' }] };
  return JSON.stringify({
    _aws: { Timestamp: timestamp, CloudWatchMetrics: [directive] },
    Site: 'a',
    Sales: 3,
    ...root,
  });
}

describe('a line in the embedded metric format', () => {
  const good: readonly [string, Parts][] = [
    ['has one metric of one set', {}],
    ['has no dimension', { dimensions: [[]] }],
    ['has many values', { root: { Sales: Array.from({ length: 100 }, () => 1) } }],
    ['has a unit and a resolution', { metrics: [{ Name: 'Sales', Unit: 'Kilobytes/Second', StorageResolution: 1 }] }],
    ['has fields beside its metrics', { root: { order: { id: 'ü' } } }],
    ['has no metric', { metrics: [] }],
  ];
  for (const [what, parts] of good) {
    it(`is good where it ${what}`, () => {
      assert.deepEqual(embeddedMetricProblems(lineOf(parts), NOW), []);
    });
  }

  const bad: readonly [string, Parts, RegExp][] = [
    ['is weeks old', { timestamp: NOW - 15 * 86_400_000 }, /timestamp/],
    ['is hours ahead', { timestamp: NOW + 3 * 3_600_000 }, /timestamp/],
    ['has seconds with a fraction', { timestamp: NOW + 0.5 }, /timestamp/],
    ['has no namespace', { namespace: '' }, /namespace/],
    ['has a namespace of a colon', { namespace: ':a' }, /namespace/],
    ['has no set of dimensions', { dimensions: [] }, /no set/],
    ['has a dimension too many', { dimensions: [Array.from({ length: 31 }, () => 'Site')] }, /31 dimensions/],
    ['has a dimension without a value', { dimensions: [['Shop']] }, /undefined for the dimension Shop/],
    ['has a dimension that is a number', { root: { Site: 1 } }, /1 for the dimension Site/],
    ['has a dimension that is empty', { root: { Site: ' ' } }, /for the dimension Site/],
    ['has a dimension that is not ASCII', { root: { Site: 'ü' } }, /ü for the dimension Site/],
    ['has a dimension that is too long', { root: { Site: 'a'.repeat(1025) } }, /for the dimension Site/],
    ['has a metric without a value', { metrics: [{ Name: 'Costs' }] }, /for the metric Costs/],
    ['has a metric that is text', { root: { Sales: '3' } }, /"3" for the metric Sales/],
    ['has a metric that is nothing', { root: { Sales: null } }, /null for the metric Sales/],
    ['has a metric beyond all numbers', { root: { Sales: 1e200 } }, /for the metric Sales/],
    ['has too many values', { root: { Sales: Array.from({ length: 101 }, () => 1) } }, /101 values/],
    ['has too many metrics', { metrics: Array.from({ length: 101 }, () => ({ Name: 'Sales' })) }, /101 metrics/],
    ['has a unit of its own', { metrics: [{ Name: 'Sales', Unit: 'Dollars' }] }, /unit Dollars/],
    ['is too long', { root: { note: 'a'.repeat(262_144) } }, /256 KB/],
  ];
  for (const [what, parts, problem] of bad) {
    it(`is bad where it ${what}`, () => {
      assert.match(embeddedMetricProblems(lineOf(parts), NOW).join(), problem);
    });
  }

  it('is bad where it is not one JSON object', () => {
    for (const line of ['', '[]', 'null', `${lineOf({})} `.replace('}', ''), `INFO ${lineOf({})}`]) {
      assert.deepEqual(embeddedMetricProblems(line, NOW), ['is no JSON object']);
    }
    assert.deepEqual(embeddedMetricProblems(`${lineOf({})}\n`, NOW), ['is more than one line']);
  });
});
