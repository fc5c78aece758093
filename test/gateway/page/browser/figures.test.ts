import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeploymentStatus } from '../../../../functions/gateway/core/status/fleet-status.ts';
import { confidence, duration, percent, rate, span } from '../../../../functions/gateway/page/browser/format.ts';
import type { HistoryPoint } from '../../../../functions/gateway/page/browser/history.ts';
import { awayStretches, linePath, PLOT, x, y } from '../../../../functions/gateway/page/browser/plot-geometry.ts';
import { quantiles } from '../../../../functions/gateway/page/browser/quantiles.ts';
import { stateChanges, stateText } from '../../../../functions/gateway/page/browser/state-changes.ts';
import fc from '../../../support/property.ts';

describe('figures for people', () => {
  const cases: readonly (readonly [string, string])[] = [
    [duration(undefined), '–'],
    [duration(null), '–'],
    [duration(0.4), '0 ms'],
    [duration(999.4), '999 ms'],
    [duration(999.6), '1.00 s'],
    [duration(1240), '1.24 s'],
    [duration(9994), '9.99 s'],
    [duration(12_400), '12 s'],
    [percent(0), '0 %'],
    [percent(0.0001), '<0.1 %'],
    [percent(0.004), '0.4 %'],
    [percent(0.0996), '10 %'],
    [percent(1), '100 %'],
    [rate(0), '0'],
    [rate(1e-9), '0'],
    [rate(0.02), '0.02'],
    [rate(3.14), '3.1'],
    [rate(120.4), '120'],
    [span(200), 'now'],
    [span(12_000), '12 s'],
    [span(180_000), '3 min'],
    [confidence(0).word, 'none'],
    [confidence(1).word, 'thin'],
    [confidence(5).word, 'fair'],
    [confidence(50).word, 'good'],
  ];
  for (const [shown, expected] of cases) {
    it(`read ${expected}`, () => assert.equal(shown, expected));
  }
});

describe('percentiles of measured values', () => {
  it('are values that were measured, in order', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, (measured) => {
        const { p50, p95, p99 } = quantiles(measured);
        assert.ok(p50 !== null && p95 !== null && p99 !== null);
        assert.ok(p50 <= p95 && p95 <= p99);
        assert.ok([p50, p95, p99].every((value) => measured.includes(value)));
      }),
    );
  });

  it('are the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    assert.deepEqual(quantiles(hundred), { p50: 50, p95: 95, p99: 99 });
  });
});

function point(atMs: number, change: Partial<HistoryPoint> = {}): HistoryPoint {
  return { atMs, state: 'healthy', ttftMs: { p50: 100, p95: 500, p99: 1000 }, ...change };
}

describe('a plot', () => {
  it('has every instant and every time within it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ min: 0, noNaN: true }), (atMs, ms) => {
        assert.ok(x(atMs, 0) >= PLOT.left && x(atMs, 0) <= PLOT.width);
        assert.ok(y(ms) >= 0 && y(ms) <= PLOT.height);
      }),
    );
  });

  it('has what is later further to the right, and what is slower higher', () => {
    assert.ok(x(900_000, 1_000_000) < x(950_000, 1_000_000));
    assert.ok(y(1000) < y(100));
  });

  it('breaks its line where nothing was known, and where nobody looked', () => {
    const unknown = { ttftMs: { p50: null, p95: null, p99: null } };
    const path = linePath([point(0), point(1000), point(2000, unknown), point(90_000), point(91_000)], 'p50', 91_000);
    assert.equal(path.replaceAll(/[\d. ]/g, ''), 'MLML');
  });

  it('shades the stretches in which a deployment was set aside, as far as they were seen', () => {
    const stretches = awayStretches([point(0), point(1000, { state: 'ejected' }), point(11_000)], 11_000);
    assert.deepEqual(stretches, [{ from: x(1000, 11_000), to: x(11_000, 11_000) }]);
    const [unseen] = awayStretches([point(0, { state: 'ejected' }), point(200_000)], 200_000);
    assert.deepEqual(unseen, { from: x(0, 200_000), to: x(20_000, 200_000) });
  });
});

describe("a deployment's state in words", () => {
  const ejection = { untilMs: 12_000, reason: 'rate-limited', level: 1, probeUntilMs: null } as const;

  it('says until when and why it is set aside', () => {
    assert.equal(stateText({ state: 'ejected', ejection }, 5000), 'ejected for 7 s: rate-limited');
    assert.equal(stateText({ state: 'ejected', ejection }, 11_900), 'ejected for 1 s: rate-limited');
    assert.equal(stateText({ state: 'due', ejection }, 13_000), 'due to be tried: rate-limited');
    assert.equal(stateText({ state: 'probing', ejection }, 13_000), 'probing: one call tries it');
    assert.equal(stateText({ state: 'healthy', ejection: null }, 0), 'healthy');
  });

  it('is told aloud when it leaves and when it is back, not in between', () => {
    const now = (state: DeploymentStatus['state']): DeploymentStatus[] => [
      { id: 'a', state, ejection: state === 'healthy' ? null : ejection } as DeploymentStatus,
    ];
    assert.deepEqual(stateChanges(new Map(), now('healthy')), []);
    assert.deepEqual(stateChanges(new Map([['a', 'healthy']]), now('ejected')), ['a is ejected: rate-limited.']);
    assert.deepEqual(stateChanges(new Map([['a', 'ejected']]), now('due')), []);
    assert.deepEqual(stateChanges(new Map([['a', 'due']]), now('ejected')), []);
    assert.deepEqual(stateChanges(new Map([['a', 'probing']]), now('healthy')), ['a is healthy again.']);
  });
});
