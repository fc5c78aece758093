import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AttemptLessons, type LessonOptions } from '../../../../functions/gateway/core/attempt/attempt-lessons.ts';
import type { Attempt, AttemptOpening, AttemptReport } from '../../../../functions/gateway/core/model/attempt.ts';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import type { Observation } from '../../../../functions/gateway/core/statistics/observation.ts';
import { FAILURES } from '../../../support/failures.ts';
import { nextPieces } from '../../../support/next-pieces.ts';
import { deployment } from '../../../support/routes.ts';
import { type VirtualClock, virtualClock } from '../../../support/virtual-clock.ts';

const START_MS = 1_700_000_000_000;

/** An attempt that does what the test says, under observation. */
interface Observed {
  readonly attempt: Attempt<string>;
  readonly time: VirtualClock;
  /** What the statistics were told, without where and when; `taken back: late` for what is taken back, `written` for a flush. */
  readonly told: readonly unknown[];
  readonly observations: readonly (readonly [Observation, AttemptFailure | undefined])[];
  /** First content has come. */
  readonly opens: () => void;
  readonly fails: (failure: AttemptFailure) => void;
  /** The answer has ended, well or not. */
  readonly ends: (report?: AttemptReport) => void;
}

function observed(options: Partial<Pick<LessonOptions, 'extra' | 'lateAfterMs' | 'promptFactor'>> = {}): Observed {
  const time = virtualClock(START_MS);
  const told: unknown[] = [];
  const observations: (readonly [Observation, AttemptFailure | undefined])[] = [];
  const opening = Promise.withResolvers<AttemptOpening<string>>();
  let report: AttemptReport = {};
  const sinceStart = (): number => time.clock.nowMs() - START_MS;
  const begun = { deployment: deployment('a'), startedAtMs: START_MS };
  const lessons = new AttemptLessons(begun, {
    statistics: {
      observe: (observation, failure) => {
        const { deployment: _, startedAtMs, atMs, ...lesson } = observation;
        told.push(lesson);
        observations.push([observation, failure]);
        return () => told.push(`taken back: ${observation.kind}`);
      },
      flush: async () => void told.push('written'),
    },
    clock: time.clock,
    extra: undefined,
    lateAfterMs: 700,
    silence: { afterMs: 400, limitMs: 2000 },
    promptFactor: 1,
    ...options,
  });
  const attempt: Attempt<string> = {
    ...begun,
    open: async () => {
      const opened = await opening.promise;
      lessons.tellOpening(report);
      return opened;
    },
    isReady: () => true,
    take: () => {
      if (report.endedAtMs !== undefined) {
        lessons.tellEnd(report);
      }
      return report.endedAtMs === undefined ? ['more'] : undefined;
    },
    abort: (failure) => {
      report = { endedAtMs: time.clock.nowMs(), failure, ...report };
      lessons.tellEnd(report);
      opening.resolve({ kind: 'failed', failure });
    },
    report: () => report,
  };
  return {
    attempt,
    time,
    told,
    observations,
    opens: () => {
      report = { ttftMs: sinceStart() };
      opening.resolve({ kind: 'opened', pieces: ['first'] });
    },
    fails: (failure) => {
      report = { endedAtMs: time.clock.nowMs(), failure };
      opening.resolve({ kind: 'failed', failure });
    },
    ends: (more = {}) => {
      report = { ...report, endedAtMs: time.clock.nowMs(), ...more };
    },
  };
}

/** Opens after `afterMs` and reads the first pieces. */
async function opened(one: Observed, afterMs = 300): Promise<void> {
  const opening = one.attempt.open();
  await one.time.advance(afterMs);
  one.opens();
  await opening;
}

describe('an attempt', () => {
  it('tells its first token when it comes, and its end when it ends', async () => {
    const one = observed();
    await opened(one);
    assert.deepEqual(one.told, [{ kind: 'first-token', ttftMs: 300 }]);
    assert.deepEqual(await nextPieces(one.attempt), ['more']);
    await one.time.advance(5000);
    one.ends({ usage: { input: 7, output: 50 } });
    assert.equal(await nextPieces(one.attempt), undefined);
    assert.deepEqual(one.told.slice(1), [
      { kind: 'answered', ttftMs: 300, totalMs: 5300, inputTokens: 7, outputTokens: 50 },
    ]);
  });

  it('tells what would have been after a prompt of the usual size', async () => {
    const one = observed({ promptFactor: 3 });
    await opened(one);
    assert.deepEqual(one.told, [{ kind: 'first-token', ttftMs: 100 }]);
  });

  it('says of which deployment, since when and when it was known', async () => {
    const one = observed();
    await opened(one);
    const [observation] = one.observations[0] ?? assert.fail();
    const { deployment: id, startedAtMs, atMs } = observation;
    assert.deepEqual([id, startedAtMs, atMs], ['a', START_MS, START_MS + 300]);
  });

  it('says why it was made beside the first, once', async () => {
    const one = observed({ extra: 'hedge' });
    await opened(one);
    one.ends();
    await nextPieces(one.attempt);
    assert.deepEqual(one.told, [
      { kind: 'first-token', ttftMs: 300, extra: 'hedge' },
      { kind: 'answered', ttftMs: 300, totalMs: 300 },
    ]);
  });

  it('tells its end once, however often it is read or stopped after it', async () => {
    const one = observed();
    await opened(one);
    one.ends();
    await nextPieces(one.attempt);
    await nextPieces(one.attempt);
    one.attempt.abort({ kind: 'aborted', by: 'caller' });
    assert.equal(one.told.length, 2);
  });
});

describe('a late first token', () => {
  it('is told and written while it is late, and taken back before the truth is told', async () => {
    const one = observed();
    await opened(one, 1000);
    assert.deepEqual(one.told, [
      { kind: 'late', waitedMs: 700 },
      'written',
      'taken back: late',
      { kind: 'first-token', ttftMs: 1000 },
    ]);
  });

  it('is told anew each time that the wait has grown by half', async () => {
    const one = observed();
    await opened(one, 1600);
    assert.deepEqual(one.told, [
      { kind: 'late', waitedMs: 700 },
      'written',
      'taken back: late',
      { kind: 'late', waitedMs: 1050 },
      'written',
      'taken back: late',
      { kind: 'late', waitedMs: 1575 },
      'written',
      'taken back: late',
      { kind: 'first-token', ttftMs: 1600 },
    ]);
    assert.equal(one.time.pending(), 0);
  });

  it('is taken back where the attempt fails at last, whose whole wait is told instead', async () => {
    const one = observed();
    const opening = one.attempt.open();
    await one.time.advance(1000);
    one.fails(FAILURES['timed-out']);
    await opening;
    assert.deepEqual(one.told, [
      { kind: 'late', waitedMs: 700 },
      'written',
      'taken back: late',
      { kind: 'failed', waitedMs: 1000 },
      'written',
    ]);
  });

  it('is not told of one that came in time, whatever comes later', async () => {
    const one = observed();
    await opened(one, 699);
    await one.time.advance(60_000);
    assert.deepEqual(one.told, [{ kind: 'first-token', ttftMs: 699 }]);
    assert.equal(one.time.pending(), 0);
  });

  it('is not told of one that was stopped before', async () => {
    const one = observed();
    const opening = one.attempt.open();
    await one.time.advance(100);
    one.attempt.abort({ kind: 'aborted', by: 'hedge' });
    await opening;
    await one.time.advance(60_000);
    assert.deepEqual(one.told, [{ kind: 'given-up', waitedMs: 100 }, 'written']);
  });
});

describe('an attempt that is stopped before its first token', () => {
  const cases: readonly {
    readonly name: string;
    readonly by: 'hedge' | 'caller';
    readonly afterMs: number;
    readonly limitMs?: number;
  }[] = [
    {
      name: 'after a wait that is long for it, because a hedge was faster, tells its limit too',
      by: 'hedge',
      afterMs: 400,
      limitMs: 2000,
    },
    { name: 'after a wait as usual, because a hedge was faster, does not', by: 'hedge', afterMs: 399 },
    {
      name: 'because the caller hung up after a wait that is not very long for it, does not',
      by: 'caller',
      afterMs: 799,
    },
    {
      name: 'because the caller hung up after a wait of four times what is usual, tells its limit too',
      by: 'caller',
      afterMs: 800,
      limitMs: 2000,
    },
  ];
  for (const { name, by, afterMs, ...limit } of cases) {
    it(name, async () => {
      const one = observed({ lateAfterMs: Infinity });
      const opening = one.attempt.open();
      await one.time.advance(afterMs);
      one.attempt.abort({ kind: 'aborted', by });
      await opening;
      assert.deepEqual(one.told, [{ kind: 'given-up', waitedMs: afterMs, ...limit }, 'written']);
    });
  }
});

describe('an attempt without content', () => {
  const deadline: AttemptFailure = { kind: 'timed-out', phase: 'deadline', afterMs: 5 };
  const cases: readonly { readonly failure: AttemptFailure; readonly lesson: object }[] = [
    ...(['unreachable', 'overloaded', 'rate-limited', 'conflicted', 'misconfigured', 'malformed', 'truncated'] as const)
      .map((kind) => FAILURES[kind])
      .map((failure) => ({ failure, lesson: { kind: 'failed' } })),
    { failure: FAILURES['timed-out'], lesson: { kind: 'failed', waitedMs: 200 } },
    { failure: deadline, lesson: { kind: 'given-up', waitedMs: 200 } },
    { failure: FAILURES.rejected, lesson: { kind: 'refused' } },
    { failure: FAILURES['context-exceeded'], lesson: { kind: 'refused' } },
  ];
  for (const { failure, lesson } of cases) {
    const phase = failure.kind === 'timed-out' ? ` at its ${failure.phase} limit` : '';
    it(`that is ${failure.kind}${phase} is told at once, with its failure, and written`, async () => {
      const one = observed({ extra: 'retry' });
      const opening = one.attempt.open();
      await one.time.advance(200);
      one.fails(failure);
      await opening;
      assert.deepEqual(one.told, [{ ...lesson, extra: 'retry' }, 'written']);
      assert.equal(one.observations[0]?.[1], failure);
      assert.equal(await nextPieces(one.attempt), undefined);
      assert.equal(one.told.length, 2);
    });
  }
});

describe('an answer that broke', () => {
  it('is told as cut, with its failure', async () => {
    const one = observed();
    await opened(one);
    one.ends({ failure: FAILURES.truncated });
    await nextPieces(one.attempt);
    assert.deepEqual(one.told.slice(1, 2), [{ kind: 'cut' }]);
    assert.equal(one.observations[1]?.[1], FAILURES.truncated);
  });

  it('is told also where nobody reads on: the one who stops it finds it broken', async () => {
    const one = observed();
    await opened(one);
    one.ends({ failure: FAILURES.overloaded });
    one.attempt.abort({ kind: 'aborted', by: 'caller' });
    assert.deepEqual(one.told.slice(1, 2), [{ kind: 'cut' }]);
  });

  it('is written at once: others are about to be sent there', async () => {
    const one = observed();
    await opened(one);
    one.ends({ failure: FAILURES.truncated });
    await nextPieces(one.attempt);
    assert.equal(one.told.at(-1), 'written');
  });

  const harmless: readonly { readonly name: string; readonly failure: AttemptFailure }[] = [
    { name: 'the caller hung up', failure: { kind: 'aborted', by: 'caller' } },
    { name: 'another was faster', failure: { kind: 'aborted', by: 'hedge' } },
    { name: "the caller's deadline passed", failure: { kind: 'timed-out', phase: 'deadline', afterMs: 900 } },
    { name: 'the vendor would not go on with it', failure: FAILURES.rejected },
  ];
  for (const { name, failure } of harmless) {
    it(`says nothing of the deployment where ${name}`, async () => {
      const one = observed();
      await opened(one);
      one.attempt.abort(failure);
      assert.deepEqual(one.told, [{ kind: 'first-token', ttftMs: 300 }]);
    });
  }
});
