import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NamedFigures, RangeFigures } from '../../../../functions/gateway/core/status/range-figures.ts';
import { extrasText, figuresRows } from '../../../../functions/gateway/page/browser/figures-rows.ts';
import { deploymentSeries, routeSeries, timeWindow } from '../../../../functions/gateway/page/browser/plot-series.ts';
import { pinnedSpans, worthRows } from '../../../../functions/gateway/page/browser/worth-rows.ts';
import { decision } from './decisions.ts';

const TTFT = { p50: 200, p95: 900, p99: 4000 };
const NOW_MS = 10_000_000;

function figures(name: string, change: Partial<NamedFigures> = {}): NamedFigures {
  const tokens = { inputTokens: 100, cachedTokens: 40, outputTokens: 20, costUsd: 0.1 };
  const extras = { rescued: 0, hedges: 0, secondOpinions: 0, probes: 0 };
  return { name, calls: 10, failed: 1, ttftMs: TTFT, latencyMs: TTFT, ...tokens, ...extras, ...change };
}

function past(change: Partial<RangeFigures> = {}): RangeFigures {
  const point = { atMs: NOW_MS - 400_000, calls: 3, failed: 1, ttftMs: TTFT };
  return {
    range: '1h',
    fromMs: NOW_MS - 3_600_000,
    slotMs: 60_000,
    routed: figures('routed'),
    deployments: [figures('x/one', { points: [point, { ...point, calls: 0, failed: 0 }] })],
    routes: [figures('best', { points: [point] })],
    providers: [figures('x')],
    models: [figures('one')],
    keys: [figures('shop')],
    pinned: [{ deployment: 'x/one', ttftMs: TTFT, failureRate: 0.2, observations: 12 }],
    absences: [{ deployment: 'x/one', fromMs: NOW_MS - 500_000, untilMs: null, reason: 'failures' }],
    ...change,
  };
}

describe('what routing is worth', () => {
  it('sets what callers got beside an estimate of each deployment alone, which is called one', () => {
    assert.deepEqual(
      worthRows(past()).map(({ name, failureRate, source }) => [name, failureRate, source]),
      [
        ['As routed', 0.1, 'measured, 10 calls'],
        ['Pinned to x/one', 0.2, 'estimate from 12 attempts and probes'],
      ],
    );
  });

  it('spans what pinning would have given from the best deployment to the worst, in one unit', () => {
    const pinned = (p99: number | null, failureRate: number) => ({
      deployment: 'x/one',
      ttftMs: { ...TTFT, p99 },
      failureRate,
      observations: 1,
    });
    const cases: readonly (readonly [Parameters<typeof pinnedSpans>[0], string, string])[] = [
      [[], '–', '–'],
      [[pinned(794, 0)], '790 ms', '0 %'],
      [[pinned(794, 0), pinned(410, 0)], '410–790 ms', '0 %'],
      [[pinned(2424, 0.66), pinned(794, 0.01), pinned(null, 0.5)], '0.79–2.4 s', '1.0–66 %'],
      [[pinned(null, 1)], '–', '100 %'],
    ];
    for (const [estimates, p99, failures] of cases) {
      assert.deepEqual(pinnedSpans(estimates), { p99, failures });
    }
  });

  it('divides by no calls', () => {
    const [routed] = worthRows(past({ routed: figures('routed', { calls: 0, failed: 0 }) }));
    assert.equal(routed?.failureRate, 0);
  });
});

describe('the table of figures', () => {
  it('is by provider and by model first, and by whatever else is chosen', () => {
    const names = (grouping: Parameters<typeof figuresRows>[1]) =>
      figuresRows(past(), grouping).map(({ group, figures: { name } }) => `${group} ${name}`);
    assert.deepEqual(names('Provider and model'), ['provider x', 'model one']);
    assert.deepEqual(names('Deployment'), ['deployment x/one']);
    assert.deepEqual(names('Route'), ['route best']);
    assert.deepEqual(names('Key'), ['key shop']);
  });

  it('names attempts that no caller asked for', () => {
    assert.equal(extrasText(figures('x')), '');
    const all = { rescued: 2, hedges: 1, secondOpinions: 2, probes: 1 };
    assert.equal(extrasText(figures('x', all)), '2 rescued, 1 hedge, 2 second opinions, 1 probe');
  });
});

describe('what a plot shows', () => {
  const seen = { points: [{ atMs: NOW_MS - 1000, ttftMs: TTFT }], decisions: [decision({ atMs: NOW_MS - 5000 })] };

  it('over five minutes is what the page has seen, and before that what the fleet has kept', () => {
    const series = deploymentSeries('x/one', seen, { range: '5m', nowMs: NOW_MS, past: past() });
    assert.deepEqual(
      series.points.map(({ atMs }) => NOW_MS - atMs),
      [400_000, 1000],
    );
    assert.equal(series.dots.length, 1);
    assert.equal(series.absences.length, 1);
  });

  it('over an hour is what the fleet has kept, with its failures', () => {
    const series = deploymentSeries('x/one', seen, { range: '1h', nowMs: NOW_MS, past: past() });
    assert.deepEqual([series.points.length, series.dots.length, series.failedAtMs.length], [1, 0, 1]);
    const route = routeSeries(past().routes[0], { dots: [], rescuedDots: [], failedAtMs: [] }, '1h');
    assert.equal(route.points.length, 1);
  });

  it('without a past is what the page has seen', () => {
    const away = [{ atMs: NOW_MS - 60_000, ttftMs: TTFT, state: 'ejected' as const }];
    const series = deploymentSeries(
      'x/one',
      { ...seen, points: away },
      { range: '5m', nowMs: NOW_MS, past: undefined },
    );
    assert.deepEqual(series.absences, [{ fromMs: NOW_MS - 60_000, untilMs: NOW_MS - 40_000, isPart: true }]);
  });

  it('joins slots of time that follow each other', () => {
    assert.equal(timeWindow('24h', NOW_MS, 900_000).gapMs, 2_700_000);
    assert.equal(timeWindow('5m', NOW_MS).gapMs, 20_000);
  });
});
