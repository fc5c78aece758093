import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { absences, ejectionMarks } from '../../../../functions/gateway/core/status/ejection-marks.ts';

const AWAY = { state: 'ejected', ejection: { untilMs: 5000, level: 1, reason: 'failures' } } as const;
const LONGER = { state: 'due', ejection: { untilMs: 9000, level: 2, reason: 'failures' } } as const;
const HEALTHY = { state: 'healthy' } as const;

describe('ejections and recoveries', () => {
  it('are noticed once each', () => {
    const { changes } = ejectionMarks();
    const mark = { deployment: 'a', untilMs: 5000, reason: 'failures', atMs: 1000 };
    assert.deepEqual(changes('a', HEALTHY, 500), []);
    assert.deepEqual(changes('a', AWAY, 1000.7), [mark]);
    assert.deepEqual(changes('a', AWAY, 2000), []);
    assert.deepEqual(changes('a', LONGER, 6000), [{ ...mark, untilMs: 9000, atMs: 6000 }]);
    assert.deepEqual(changes('a', HEALTHY, 9500), [{ ...mark, untilMs: 9000, atMs: 6000, recoveredAtMs: 9500 }]);
    assert.deepEqual(changes('a', HEALTHY, 9600), []);
  });

  it('make one absence, however often it was prolonged', () => {
    const first = { deployment: 'a', untilMs: 5000, reason: 'failures', atMs: 1000 } as const;
    const second = { ...first, untilMs: 9000, atMs: 6000 };
    const absence = { deployment: 'a', fromMs: 1000, reason: 'failures' };
    const back = { ...second, recoveredAtMs: 9500 };
    assert.deepEqual(absences([back, first], true), [{ ...absence, untilMs: 9500 }]);
    assert.deepEqual(absences([first, second], false), [{ ...absence, untilMs: null }]);
    // Nobody saw it come back.
    assert.deepEqual(absences([first, second], true), [{ ...absence, untilMs: 9000 }]);
    const again = { ...first, untilMs: 20_000, atMs: 12_000 };
    assert.deepEqual(absences([first, back, again], false), [
      { ...absence, untilMs: 9500 },
      { ...absence, fromMs: 12_000, untilMs: null },
    ]);
    assert.deepEqual(absences([], true), []);
  });
});
