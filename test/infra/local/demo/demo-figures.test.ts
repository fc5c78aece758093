import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { demoOptions, OptionError } from '../../../../infra/local/demo/demo-options.ts';
import { HEDGE, ROUTE } from '../../../../infra/local/demo/demo-system.ts';
import { demoTable } from '../../../../infra/local/demo/demo-table.ts';
import { logScale } from '../../../../infra/local/demo/log-scale.ts';
import { outagesWithin } from '../../../../infra/local/demo/outages.ts';
import { percentile } from '../../../../infra/local/demo/percentile.ts';
import { progressLine } from '../../../../infra/local/demo/progress-line.ts';
import { runSummary } from '../../../../infra/local/demo/run-summary.ts';
import { steadyArrivals } from '../../../../infra/local/demo/steady-arrivals.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';
import fc from '../../../support/property.ts';
import { attemptRecord, requestRecord } from '../../../support/request-records.ts';
import { shipped } from '../../synthesised.ts';
import { demoRun } from './demo-run.ts';

describe('percentile', () => {
  it('is the smallest value that is not below that share of them', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual(
      [0, 50, 95, 99, 100].map((percent) => percentile(hundred, percent)),
      [1, 50, 95, 99, 100],
    );
    assert.equal(percentile([7], 99), 7);
    assert.equal(percentile([], 50), undefined);
  });

  it('is one of the values and grows with the share', () => {
    const values = fc.array(fc.double({ noNaN: true }), { minLength: 1 });
    const percents = fc.tuple(fc.nat(100), fc.nat(100)).map((pair) => pair.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(values, percents, (of, [low = 0, high = 0]) => {
        const [lower, upper] = [percentile(of, low), percentile(of, high)];
        assert.ok(lower !== undefined && upper !== undefined && of.includes(lower) && lower <= upper);
      }),
    );
  });
});

describe('runSummary', () => {
  it('tells calls without a first token from those that broke off after it', () => {
    const { calls, failed, cut } = runSummary(
      demoRun('pinned', [{ ttftMs: 100 }, { ttftMs: 200, isWhole: false }, {}]),
    );
    assert.deepEqual([calls, failed, cut], [3, 1, 1]);
  });

  it('times first tokens of all that had one, and ends of whole answers alone', () => {
    const outcomes = [
      { ttftMs: 100, totalMs: 900 },
      { ttftMs: 300, totalMs: 5_000, isWhole: false },
      { totalMs: 9_000 },
    ];
    const { ttftMs, totalMs } = runSummary(demoRun('pinned', outcomes));
    assert.deepEqual(ttftMs, { p50: 100, p95: 300, p99: 300 });
    assert.deepEqual(totalMs, { p50: 900, p95: 900, p99: 900 });
  });

  it('counts calls without a first token as the latest in the median of all, which half of them may not be without', () => {
    const medianOf = (...times: readonly (number | undefined)[]): readonly (number | undefined)[] => {
      const outcomes = times.map((ttftMs) => (ttftMs === undefined ? {} : { ttftMs }));
      const { ttftMs, medianOfAllMs } = runSummary(demoRun('pinned', outcomes));
      return [ttftMs.p50, medianOfAllMs];
    };
    assert.deepEqual(medianOf(100, undefined, 200, 300, undefined, 400), [200, 300]);
    assert.deepEqual(medianOf(100, undefined, undefined), [100, undefined]);
  });

  it('counts as failovers the calls that were served after a failure, and every hedge', () => {
    const { servedBy: _, ...unserved } = requestRecord({ routing: 'fallback', status: 502 });
    const hedged = requestRecord({ routing: 'hedge', attempts: [attemptRecord(), attemptRecord({ hedge: true })] });
    const records = [requestRecord({ routing: 'fallback' }), unserved, hedged, requestRecord()];
    const { failovers, hedges } = runSummary({ outcomes: [], records });
    assert.deepEqual([failovers, hedges], [1, 1]);
  });

  it('of nothing has no times', () => {
    const { calls, failed, ttftMs, totalMs } = runSummary({ outcomes: [], records: [] });
    assert.deepEqual({ calls, failed, ttftMs, totalMs }, { calls: 0, failed: 0, ttftMs: {}, totalMs: {} });
  });
});

it('the table has a row of the same width for each run, in seconds, with the share that failed', () => {
  const lines = demoTable([
    demoRun('pinned', [{}, { ttftMs: 1_234, totalMs: 2_000 }]),
    demoRun('routed', [{ ttftMs: 250, totalMs: 500 }]),
  ]).split('\n');
  assert.equal(lines.length, 4);
  assert.equal(new Set(lines.map((line) => line.length)).size, 1);
  assert.match(lines[2] ?? '', /^\| pinned: \S+ +\| +2 \| 1 \(50\.0 %\) \| +0 (?:\| +1\.23 s ){4}\| +2\.00 s/);
  assert.match(lines[3] ?? '', /^\| routed: \S+ +\| +1 \| +0 \(0\.0 %\) \| +0 \| +0\.25 s/);
});

it('the table of runs without any call has dashes', () => {
  assert.match(demoTable([demoRun('pinned', [])]), /\| +0 \| 0 \(0\.0 %\) \| +0 \| +- \|/);
});

it('the progress says the time, who is bad, and what both runs have come to', () => {
  const outages = outagesWithin(100_000);
  const runs = [demoRun('pinned', [{}]), demoRun('routed', [{ ttftMs: 250 }])];
  assert.equal(
    progressLine({ passedMs: 35_400, forMs: 100_000, outages, runs }),
    '35/100 s | pinned 1/1 broken, p99 - | routed 0/1 broken, p99 0.25 s | google 15x slower, openai down',
  );
  assert.match(progressLine({ passedMs: 100_900, forMs: 100_000, outages, runs }), /^100\/100 s .* \| all healthy$/);
});

describe('outagesWithin', () => {
  it('lets every provider recover before the end, and never takes out the third', () => {
    for (const { vendor, fromMs, untilMs } of outagesWithin(1_000)) {
      assert.notEqual(vendor, 'anthropic');
      assert.ok(fromMs > 0 && fromMs < untilMs && untilMs < 1_000);
    }
  });

  it('never lets two outages of one provider overlap', () => {
    const [first, , last] = outagesWithin(1_000);
    assert.equal(first?.vendor, last?.vendor);
    assert.ok((first?.untilMs ?? 0) < (last?.fromMs ?? 0));
  });
});

describe('steadyArrivals', () => {
  it('are in order, within the time, about as many as asked for, and the same for the same seed', () => {
    const arrivals = steadyArrivals(5, 200_000, seededRandom(1));
    assert.ok(arrivals.length > 900 && arrivals.length < 1_100, String(arrivals.length));
    assert.ok(arrivals.every((ms, index) => ms < 200_000 && ms > (arrivals[index - 1] ?? 0)));
    assert.deepEqual(steadyArrivals(5, 200_000, seededRandom(1)), arrivals);
    assert.notDeepEqual(steadyArrivals(5, 200_000, seededRandom(2)), arrivals);
  });
});

describe('logScale', () => {
  it('begins and ends with a tick, and puts ten times as much always as far away', () => {
    const { place, ticks } = logScale([45, 4_000], 100, 0);
    assert.deepEqual(ticks, [30, 100, 300, 1_000, 3_000, 10_000]);
    assert.equal(place(30), 100);
    assert.equal(place(10_000), 0);
    assert.ok(Math.abs(place(100) - place(1_000) - (place(1_000) - place(10_000))) < 1e-9);
  });

  it('holds any values within its ends', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 1e7, noNaN: true })), (values) => {
        const { place, ticks } = logScale(values, 100, 0);
        assert.ok(ticks.length >= 2 && ticks.length < 30);
        assert.ok(values.every((value) => value >= (ticks[0] ?? 0) * (1 - 1e-9) && value <= (ticks.at(-1) ?? 0)));
        assert.ok(values.every((value) => place(value) >= 0 && place(value) <= 100));
      }),
    );
  });
});

describe('demoOptions', () => {
  it('are a run of 60 s where none is given', () => {
    assert.deepEqual(demoOptions([]), { seed: 1, seconds: 60, out: 'demo.svg', json: false });
  });

  it('reads what is given', () => {
    const args = ['--seed', '7', '--seconds=12', '--out', 'a.svg', '--json'];
    assert.deepEqual(demoOptions(args), { seed: 7, seconds: 12, out: 'a.svg', json: true });
  });

  for (const args of [
    ['--seconds', '0'],
    ['--seconds', '1.5'],
    ['--seconds', ''],
    ['--seed', '-1'],
    ['--sed', '1'],
    ['x'],
  ]) {
    it(`refuses ${args.join(' ')} and shows what can be given`, () => {
      assert.throws(
        () => demoOptions(args),
        (error) => error instanceof OptionError && error.message.includes('npm run demo'),
      );
    });
  }
});

it('the demo hedges as the shipped configuration of production does', () => {
  assert.deepEqual(shipped('prod').config.routes[ROUTE]?.hedge, HEDGE);
});
