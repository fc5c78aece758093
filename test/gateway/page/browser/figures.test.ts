import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeploymentStatus } from '../../../../functions/gateway/core/status/fleet-status.ts';
import {
  confidence,
  count,
  dollars,
  duration,
  percent,
  rate,
  roughly,
  span,
} from '../../../../functions/gateway/page/browser/format.ts';
import type { HistoryPoint } from '../../../../functions/gateway/page/browser/history.ts';
import {
  awayPath,
  ejectionsPath,
  linePath,
  PLOT,
  recoveriesPath,
  type TimeWindow,
  x,
  y,
} from '../../../../functions/gateway/page/browser/plot-geometry.ts';
import { slowNow } from '../../../../functions/gateway/page/browser/slowness.ts';
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
    [roughly(null), '–'],
    [roughly(17.9), '18 ms'],
    [roughly(407.3), '410 ms'],
    [roughly(993.4), '990 ms'],
    [roughly(996), '1.0 s'],
    [roughly(1552), '1.6 s'],
    [roughly(9960), '10 s'],
    [roughly(12_400), '12 s'],
    [roughly(96_000), '96 s'],
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
    [count(980.2), '980'],
    [count(12_345), '12.3 k'],
    [count(4_560_000), '4.56 M'],
    [dollars(0), '$0'],
    [dollars(0.00213), '$0.0021'],
    [dollars(1.239), '$1.24'],
    [dollars(310.4), '$310'],
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

function window(nowMs: number, lengthMs = 300_000): TimeWindow {
  return { nowMs, lengthMs, gapMs: 20_000 };
}

function point(atMs: number, change: Partial<HistoryPoint> = {}): HistoryPoint {
  return { atMs, state: 'healthy', ttftMs: { p50: 100, p95: 500, p99: 1000 }, ...change };
}

describe('a plot', () => {
  it('has every instant and every time within it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ min: 0, noNaN: true }), (atMs, ms) => {
        const at = x(atMs, window(0));
        assert.ok(at >= PLOT.left && at <= PLOT.width);
        assert.ok(y(ms) >= 0 && y(ms) <= PLOT.height);
      }),
    );
  });

  it('has what is later further to the right, and what is slower higher', () => {
    assert.ok(x(900_000, window(1_000_000)) < x(950_000, window(1_000_000)));
    assert.ok(y(1000) < y(100));
  });

  it('breaks its line where nothing was known, and where nobody looked', () => {
    const unknown = { ttftMs: { p50: null, p95: null, p99: null } };
    const path = linePath(
      [point(0), point(1000), point(2000, unknown), point(90_000), point(91_000)],
      'p50',
      window(91_000),
    );
    assert.equal(path.replaceAll(/[\d. ]/g, ''), 'MLLMLL');
  });

  it('shades the times in which a deployment was set aside, and marks their begin and end', () => {
    const now = window(300_000);
    const over = { fromMs: 100_000, untilMs: 200_000 };
    const lasting = { fromMs: 250_000, untilMs: null };
    const [from, to] = [x(100_000, now), x(200_000, now)];
    assert.equal(awayPath([over], now), `M${from} 0H${to}V${PLOT.height}H${from}z`);
    assert.match(awayPath([lasting], now), /H220V42/);
    assert.equal(ejectionsPath([over, lasting], now).match(/M/g)?.length, 2);
    assert.equal(recoveriesPath([over, lasting], now).match(/M/g)?.length, 1);
  });

  it('leaves out absences that ended before it, and marks none that began before it', () => {
    const now = window(1_000_000);
    assert.equal(awayPath([{ fromMs: 0, untilMs: 600_000 }], now), '');
    assert.equal(ejectionsPath([{ fromMs: 0, untilMs: null }], now), '');
    assert.match(awayPath([{ fromMs: 0, untilMs: null }], now), /^M26 0H220/);
  });
});

describe('a deployment that has just become slow', () => {
  const status = (now: number | null, usual: number | null) => ({
    state: 'healthy' as const,
    recentTtftMs: { p50: now, p95: now, p99: now },
    ttftMs: { p50: 300, p95: 400, p99: 500 },
    usualTtftMs: usual,
  });

  it('is called slow beside what is usual for it', () => {
    assert.deepEqual(slowNow(status(2400, 310)), { nowMs: 2400, usualMs: 310 });
    assert.deepEqual(slowNow(status(2400, null)), { nowMs: 2400, usualMs: 300 });
  });

  it('is called slow beside what the page has seen, where the half hour has hardly begun', () => {
    const seen = [310, 320, 2400, 2500, 2400].map((p50) => ({ ttftMs: { p50, p95: null, p99: null } }));
    assert.equal(slowNow(status(2400, 1500)), undefined);
    assert.deepEqual(slowNow(status(2400, 1500), seen), { nowMs: 2400, usualMs: 320 });
    assert.equal(slowNow(status(2400, 1500), seen.slice(2)), undefined);
  });

  it('is not called slow while it is set aside', () => {
    assert.equal(slowNow({ ...status(2400, 310), state: 'ejected' }), undefined);
  });

  it('is not called slow by little, nor without calls', () => {
    assert.equal(slowNow(status(500, 310)), undefined);
    assert.equal(slowNow(status(120, 40)), undefined);
    assert.equal(slowNow(status(null, 310)), undefined);
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
