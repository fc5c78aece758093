import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type LastSights,
  lastSeen,
  mergedSights,
  noteSight,
} from '../../../../functions/gateway/core/statistics/last-sights.ts';
import type { Lesson } from '../../../../functions/gateway/core/statistics/observation.ts';

function seen(...lessons: readonly (readonly [startedAtMs: number, lesson: Lesson])[]): LastSights {
  const sights = new Map<string, LastSights>();
  for (const [startedAtMs, lesson] of lessons) {
    noteSight(sights, { deployment: 'a', startedAtMs, atMs: startedAtMs + 5000, ...lesson });
  }
  return sights.get('a') ?? [];
}

describe('what was seen last of a deployment', () => {
  it('is in the order in which the calls began, whenever their tokens came', () => {
    const sights = seen(
      [2000, { kind: 'first-token', ttftMs: 300 }],
      [1000, { kind: 'first-token', ttftMs: 4000 }],
      [3000, { kind: 'first-token', ttftMs: 310 }],
    );
    assert.deepEqual(lastSeen(sights, 4000).last, [310, 300, 4000]);
  });

  it('of a call is how long it has waited, and at last how long it took', () => {
    const late = seen([1000, { kind: 'late', waitedMs: 600 }], [1000, { kind: 'late', waitedMs: 900 }]);
    assert.deepEqual(lastSeen(late, 2000).last, [900]);
    const answered = seen([1000, { kind: 'first-token', ttftMs: 1200 }]);
    assert.deepEqual(lastSeen(mergedSights(late, answered), 3000).last, [1200]);
    assert.deepEqual(mergedSights(answered, late), mergedSights(late, answered));
  });

  const lessons: readonly { readonly name: string; readonly lesson: Lesson; readonly times: readonly number[] }[] = [
    { name: 'a time-out', lesson: { kind: 'failed', waitedMs: 2000 }, times: [2000] },
    { name: 'a long wait in vain', lesson: { kind: 'given-up', waitedMs: 900, limitMs: 2000 }, times: [900] },
    { name: 'no short wait in vain', lesson: { kind: 'given-up', waitedMs: 100 }, times: [] },
    { name: 'no failure without a wait', lesson: { kind: 'failed' }, times: [] },
    { name: 'no end of an answer', lesson: { kind: 'answered', ttftMs: 300, totalMs: 900 }, times: [] },
    { name: 'no refusal', lesson: { kind: 'refused' }, times: [] },
  ];
  for (const { name, lesson, times } of lessons) {
    it(`is ${name}`, () => {
      assert.deepEqual(lastSeen(seen([1000, lesson]), 2000).last, times);
    });
  }

  it('is no wait that others have exceeded: it says nothing yet', () => {
    const answered = [1000, { kind: 'first-token', ttftMs: 2400 }] as const;
    assert.deepEqual(lastSeen(seen(answered, [6000, { kind: 'late', waitedMs: 600 }]), 7000).last, [2400]);
    assert.deepEqual(lastSeen(seen(answered, [6000, { kind: 'late', waitedMs: 2700 }]), 9000).last, [2700, 2400]);
    assert.deepEqual(lastSeen(seen(answered, [6000, { kind: 'first-token', ttftMs: 600 }]), 7000).last, [600, 2400]);
  });

  it('comes one by one, or as calls of a busy deployment do', () => {
    const every = (gapMs: number): LastSights =>
      seen(...[0, 1, 2, 3].map((at) => [at * gapMs, { kind: 'first-token', ttftMs: 300 }] as const));
    assert.equal(lastSeen(every(1000), 3000 + 500).isSparse, true);
    assert.equal(lastSeen(every(100), 300 + 500).isSparse, false);
  });

  it('tells nothing of now after two minutes', () => {
    assert.deepEqual(lastSeen(seen([1000, { kind: 'first-token', ttftMs: 300 }]), 122_000).last, []);
  });
});
