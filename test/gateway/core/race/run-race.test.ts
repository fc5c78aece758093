import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrivalsOf } from '../../../../functions/gateway/core/model/arrivals.ts';
import type { Attempt, AttemptReport } from '../../../../functions/gateway/core/model/attempt.ts';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import type { RaceRules } from '../../../../functions/gateway/core/race/race-state.ts';
import { type RunResult, runRace } from '../../../../functions/gateway/core/race/run-race.ts';
import { FAILURES } from '../../../support/failures.ts';
import { raceContender, raceRules } from '../../../support/racer.ts';
import { deployment } from '../../../support/routes.ts';
import { type VirtualClock, virtualClock } from '../../../support/virtual-clock.ts';

const START_MS = 1_000_000;

/** One candidate's answer: words, each after so many milliseconds; then its end, or its failure. */
interface Script {
  /** How many pieces each word comes as. @default 1 */
  readonly times?: number;
  readonly words: readonly (readonly [afterMs: number, word: string])[];
  readonly failure?: AttemptFailure;
  /** Silence in place of the end. */
  readonly hangs?: true;
}

/** An attempt over a script. It opens with its first word. */
function scriptedAttempt(name: string, script: Script, time: VirtualClock): Attempt<string> {
  const startedAtMs = time.clock.nowMs();
  const stopped = Promise.withResolvers<void>();
  const words = script.words.values();
  let report: AttemptReport = {};
  const end = (failure: AttemptFailure | undefined): void => {
    const endedAtMs = time.clock.nowMs();
    report = report.endedAtMs === undefined ? { ...report, endedAtMs, ...(failure && { failure }) } : report;
  };
  const next = async (): Promise<readonly string[] | undefined> => {
    const [afterMs, word] = words.next().value ?? [script.hangs === true ? Infinity : 0];
    await Promise.race([passed(time, afterMs), stopped.promise]);
    if (word === undefined) {
      end(script.failure);
    } else {
      report = { ...report, bodyBytes: (report.bodyBytes ?? 0) + word.length };
    }
    const pieces = Array.from({ length: script.times ?? 1 }, () => word ?? '');
    return report.endedAtMs === undefined && word !== undefined ? pieces : undefined;
  };
  return {
    deployment: deployment(name),
    startedAtMs,
    open: async () => {
      const pieces = (await next()) ?? [];
      if (report.failure !== undefined) {
        return { kind: 'failed', failure: report.failure };
      }
      report = { ...report, ttftMs: time.clock.nowMs() - startedAtMs };
      return { kind: 'opened', pieces };
    },
    ...arrivalsOf({ [Symbol.asyncIterator]: () => ({ next: async () => stepOf(await next()) }) }),
    abort: (reason) => {
      end(reason);
      stopped.resolve();
    },
    report: () => report,
  };
}

function stepOf(pieces: readonly string[] | undefined): IteratorResult<readonly string[]> {
  return pieces === undefined ? { done: true, value: pieces } : { done: false, value: pieces };
}

function passed(time: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => (ms === Infinity ? undefined : time.clock.after(ms, resolve)));
}

interface Run {
  readonly time: VirtualClock;
  readonly result: () => RunResult<string> | undefined;
  readonly caller: AbortController;
  readonly dialled: readonly { readonly contender: number; readonly atMs: number }[];
  /** By attempt: whether it has been told that it is alone. */
  readonly aloneNow: () => readonly boolean[];
}

function run(scripts: readonly Script[], change: Partial<RaceRules> = {}): Run {
  const time = virtualClock(START_MS);
  const caller = new AbortController();
  const dialled: { contender: number; atMs: number }[] = [];
  const alone: (() => boolean)[] = [];
  let result: RunResult<string> | undefined;
  const contenders = scripts.map(() => raceContender());
  const rules = raceRules({ contenders, deadlineMs: START_MS + 60_000, ...change }) as RaceRules<string>;
  const running = runRace<string>({
    rules,
    attempt: (contender, { isAlone }) => {
      alone.push(isAlone);
      const place = rules.contenders.indexOf(contender);
      dialled.push({ contender: place, atMs: time.clock.nowMs() - START_MS });
      return scriptedAttempt(`d${place}`, scripts[place] ?? assert.fail(), time);
    },
    clock: time.clock,
    signal: caller.signal,
  });
  void running.then((value) => {
    result = value;
  });
  return { time, result: () => result, caller, dialled, aloneNow: () => alone.map((isAlone) => isAlone()) };
}

function assertWon(result: RunResult<string> | undefined, leader: number, pieces: readonly string[]): void {
  assert.ok(result?.outcome.kind === 'won');
  assert.equal(result.attempts.indexOf(result.outcome.leader), leader);
  assert.deepEqual(result.outcome.pieces, pieces);
}

const FAST: Script = {
  words: [
    [100, 'fast'],
    [50, 'answer'],
  ],
};
const SILENT: Script = { words: [], hangs: true };
const DOWN: Script = { words: [], failure: FAILURES.overloaded };

describe('an attempt of a race is alone', () => {
  const late = { contenders: [raceContender({ hedgeAfterMs: 300 }), raceContender()], mayHedge: () => true };
  const rows: readonly {
    readonly name: string;
    readonly scripts: readonly Script[];
    readonly rules?: Partial<RaceRules>;
    /** When it is looked at. */
    readonly atMs: number;
    /** By attempt, in the order in which they were dialled. */
    readonly alone: readonly boolean[];
  }[] = [
    { name: 'where there is no other', scripts: [FAST], atMs: 50, alone: [true] },
    { name: 'where those before it have failed', scripts: [DOWN, FAST], atMs: 50, alone: [false, true] },
    { name: 'until it has a hedge', scripts: [SILENT, FAST], rules: late, atMs: 299, alone: [true] },
    { name: 'and not beside its hedge', scripts: [SILENT, FAST], rules: late, atMs: 350, alone: [false, false] },
    { name: 'once its hedge has failed', scripts: [SILENT, DOWN], rules: late, atMs: 350, alone: [true, false] },
    {
      name: 'once it has beaten the other in a plain call',
      scripts: [SILENT, FAST],
      rules: { ...late, mode: 'plain' },
      atMs: 410,
      alone: [false, true],
    },
  ];
  for (const { name, scripts, rules, atMs, alone } of rows) {
    it(name, async () => {
      const { time, aloneNow } = run(scripts, rules);
      await time.advance(atMs);
      assert.deepEqual(aloneNow(), alone);
    });
  }
});

describe('a race that runs', () => {
  it('gives a stream at its first content, with the rest still to be read', async () => {
    const { time, result } = run([FAST]);
    await time.advance(99);
    assert.equal(result(), undefined);
    await time.advance(1);
    assertWon(result(), 0, ['fast']);
    assert.equal(result()?.attempts[0]?.attempt.report().endedAtMs, undefined);
    assert.equal(result()?.upstreamMs, 100);
    assert.equal(time.pending(), 0);
  });

  it('gives a plain call when its whole answer is there', async () => {
    const { time, result } = run([FAST], { mode: 'plain' });
    await time.advance(149);
    assert.equal(result(), undefined);
    await time.advance(1);
    assertWon(result(), 0, ['fast', 'answer']);
  });

  it('breaks off a plain answer of pieces without end and goes on with the next candidate', async () => {
    const words = Array.from({ length: 10 }, () => [1, ''] as const);
    const { time, result } = run([{ words, times: 500_000 }, FAST], { mode: 'plain' });
    await time.advance(200);
    assertWon(result(), 1, ['fast', 'answer']);
    assert.deepEqual(result()?.failures, [{ kind: 'malformed', reason: 'an answer without end' }]);
  });

  it('goes on with the next candidate at once, and tells of both', async () => {
    const { time, result, dialled } = run([DOWN, FAST]);
    await time.advance(200);
    assert.deepEqual(dialled, [
      { contender: 0, atMs: 0 },
      { contender: 1, atMs: 0 },
    ]);
    assertWon(result(), 1, ['fast']);
    assert.deepEqual(result()?.failures, [FAILURES.overloaded]);
  });

  it("never mixes a plain answer that broke with the next candidate's", async () => {
    const broken: Script = {
      words: [
        [10, 'half an'],
        [10, 'answ'],
      ],
      failure: FAILURES.truncated,
    };
    const { time, result } = run([broken, FAST], { mode: 'plain' });
    await time.advance(500);
    assertWon(result(), 1, ['fast', 'answer']);
  });

  it('leaves a silent candidate at its first-token limit', async () => {
    const { time, result, dialled } = run([SILENT, FAST]);
    await time.advance(10_100);
    assert.deepEqual(dialled.at(-1), { contender: 1, atMs: 10_000 });
    assert.equal(result()?.outcome.kind, 'won');
    assert.equal(result()?.attempts[0]?.attempt.report().failure?.kind, 'timed-out');
    assert.equal(result()?.upstreamMs, 10_100);
  });

  it('hedges a slow candidate and stops the loser at once', async () => {
    const contenders = [raceContender({ hedgeAfterMs: 300 }), raceContender()];
    const { time, result, dialled } = run([SILENT, FAST], { contenders, mayHedge: () => true });
    await time.advance(400);
    assert.deepEqual(dialled.at(-1), { contender: 1, atMs: 300 });
    const [loser, winner] = result()?.attempts ?? [];
    assert.deepEqual([loser?.hedge, winner?.hedge], [false, true]);
    assert.deepEqual(loser?.attempt.report().failure, { kind: 'aborted', by: 'hedge' });
    assert.equal(loser?.attempt.report().endedAtMs, START_MS + 400);
  });

  it('waits a Retry-After out without counting the wait as time of the provider', async () => {
    const limited: Script = { words: [], failure: FAILURES['rate-limited'] };
    const { time, dialled, result } = run([limited], { maxAttempts: 2 });
    await time.advance(2999);
    assert.equal(dialled.length, 1);
    await time.advance(51);
    // Half of the first jitter's bound.
    assert.deepEqual(dialled.at(-1), { contender: 0, atMs: 3050 });
    await time.advance(10);
    assert.deepEqual(result()?.outcome, { kind: 'lost', reason: 'failures' });
    assert.equal(result()?.upstreamMs, 0);
  });

  it('ends at its deadline and stops what is in flight', async () => {
    const { time, result } = run([SILENT], { deadlineMs: START_MS + 500 });
    await time.advance(500);
    assert.deepEqual(result()?.outcome, { kind: 'lost', reason: 'deadline' });
    assert.equal(result()?.attempts[0]?.attempt.report().endedAtMs, START_MS + 500);
    assert.equal(time.pending(), 0);
  });

  it('ends when the caller hangs up, and blames the caller', async () => {
    const { time, result, caller } = run([SILENT, FAST]);
    await time.advance(200);
    caller.abort();
    await time.advance(0);
    assert.deepEqual(result()?.outcome, { kind: 'lost', reason: 'hung-up' });
    assert.deepEqual(result()?.attempts[0]?.attempt.report().failure, { kind: 'aborted', by: 'caller' });
    assert.equal(time.pending(), 0);
  });

  it('asks nobody for a caller who has hung up already', async () => {
    const time = virtualClock(START_MS);
    const result = await runRace<string>({
      rules: raceRules({ deadlineMs: START_MS + 1000 }) as RaceRules<string>,
      attempt: () => assert.fail('Nobody is to be asked.'),
      clock: time.clock,
      signal: AbortSignal.abort(),
    });
    assert.deepEqual(result.outcome, { kind: 'lost', reason: 'hung-up' });
    assert.deepEqual(result.attempts, []);
  });

  it('is lost with every failure told when nobody answers', async () => {
    const { time, result } = run([DOWN, { words: [], failure: FAILURES.unreachable }]);
    await time.advance(10);
    assert.deepEqual(result()?.outcome, { kind: 'lost', reason: 'failures' });
    assert.deepEqual(result()?.failures, [FAILURES.overloaded, FAILURES.unreachable]);
    assert.equal(time.pending(), 0);
  });
});
