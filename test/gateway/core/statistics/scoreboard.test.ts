import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import { expectedLatency, latencyPrior } from '../../../../functions/gateway/core/routing/expected-latency.ts';
import {
  EJECTION_DEFAULTS,
  type Ejection,
  type EjectionChange,
} from '../../../../functions/gateway/core/statistics/ejection.ts';
import type { Lesson } from '../../../../functions/gateway/core/statistics/observation.ts';
import { Scoreboard } from '../../../../functions/gateway/core/statistics/scoreboard.ts';
import type { StoredStatistics } from '../../../../functions/gateway/core/statistics/statistics-store.ts';
import { entriesOf } from '../../../../functions/gateway/core/statistics/sums.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';
import { FAILURES } from '../../../support/failures.ts';
import { EPOCH_START_MS, epochsOf, observation as observed, SCALES } from '../../../support/observation.ts';
import { facts } from '../../../support/routes.ts';

const NOW = EPOCH_START_MS + 600_000;

/** Of a call that a caller has made. */
const observation: typeof observed = (...about) => ({
  ...observed(...about),
  witness: { key: 'key', conversation: 'conversation' },
});

function newBoard(writesPerSecond = 200): Scoreboard {
  return new Scoreboard({ scales: SCALES, ejection: EJECTION_DEFAULTS, writesPerSecond, random: seededRandom(1) });
}

function fail(
  board: Scoreboard,
  atMs: number,
  failure: AttemptFailure = FAILURES.overloaded,
): EjectionChange | undefined {
  return board.observe(observation({ kind: 'failed' }, { atMs }), failure).change;
}

const FIRST_TOKEN: Lesson = { kind: 'first-token', ttftMs: 100 };
const ANSWERED: Lesson = { kind: 'answered', ttftMs: 100, totalMs: 200 };

/** A whole attempt: its first token and, unless told otherwise, its end. */
function succeed(
  board: Scoreboard,
  atMs: number,
  { startedAtMs = atMs, lessons = [FIRST_TOKEN, ANSWERED] }: { startedAtMs?: number; lessons?: readonly Lesson[] } = {},
): EjectionChange | undefined {
  const changes = lessons.map((lesson) => board.observe(observation(lesson, { atMs, startedAtMs }), undefined).change);
  return changes.find((change) => change !== undefined);
}

/** A call that shows no token and is stopped for a hedge's sake, where the limit would have been two seconds. */
function lose(board: Scoreboard, atMs: number, waitedMs: number): EjectionChange | undefined {
  const lesson: Lesson = { kind: 'given-up', waitedMs, limitMs: 2000 };
  const stopped = { kind: 'aborted', by: 'hedge' } as const;
  return board.observe(observation(lesson, { atMs, startedAtMs: atMs - waitedMs }), stopped).change;
}

/** An answer that breaks after its first token. */
function cut(board: Scoreboard, atMs: number): EjectionChange | undefined {
  succeed(board, atMs, { lessons: [FIRST_TOKEN] });
  return board.observe(observation({ kind: 'cut' }, { atMs }), FAILURES.truncated).change;
}

function ejectedBoard(): { readonly board: Scoreboard; readonly ejection: Ejection } {
  const board = newBoard();
  fail(board, NOW);
  fail(board, NOW);
  const change = fail(board, NOW);
  assert.ok(change?.kind === 'ejected');
  return { board, ejection: change.ejection };
}

function stored(ejection?: Ejection): ReadonlyMap<string, StoredStatistics> {
  const epochs = { lasting: new Map(), recent: new Map(), usual: new Map() };
  return new Map([['a', ejection === undefined ? { epochs } : { epochs, ejection }]]);
}

describe('a scoreboard', () => {
  it('ejects a deployment after three failures in a row', () => {
    const { board, ejection } = ejectedBoard();
    assert.equal(ejection.untilMs, NOW + 2000);
    assert.equal(board.look('a', NOW).state, 'ejected');
    assert.equal(board.look('a', NOW + 2000).state, 'due');
  });

  it('does not eject one that succeeds in between', () => {
    const board = newBoard();
    for (const at of [0, 10, 20, 30]) {
      assert.equal(fail(board, NOW + at), undefined);
      assert.equal(fail(board, NOW + at), undefined);
      for (const _ of [1, 2, 3, 4]) {
        succeed(board, NOW + at + 5);
      }
    }
  });

  const harmless: readonly { readonly name: string; readonly failure: AttemptFailure }[] = [
    { name: 'requests that the vendor refuses', failure: FAILURES.rejected },
    { name: 'prompts that are too long', failure: FAILURES['context-exceeded'] },
    { name: 'callers who hang up', failure: { kind: 'aborted', by: 'caller' } },
    { name: 'hedges that lose', failure: { kind: 'aborted', by: 'hedge' } },
    { name: 'deadlines of callers in a hurry', failure: { kind: 'timed-out', phase: 'deadline', afterMs: 5 } },
  ];
  for (const { name, failure } of harmless) {
    it(`never ejects for ${name}`, () => {
      const board = newBoard();
      const given = observation({ kind: 'given-up', waitedMs: 5 }, { atMs: NOW });
      const changes = Array.from({ length: 50 }, () => board.observe(given, failure).change);
      assert.deepEqual(new Set(changes), new Set([undefined]));
      assert.equal(board.look('a', NOW).estimate.failureRate, 0);
    });
  }

  it('ejects until Retry-After at the first rate limit of a probe', () => {
    const board = newBoard();
    const { change } = board.observe(observed({ kind: 'failed' }, { atMs: NOW }), FAILURES['rate-limited']);
    assert.ok(change?.kind === 'ejected' && change.ejection.untilMs === NOW + 3000);
  });

  it('ejects for silence that hedges have cut short, once it adds up to three limits', () => {
    const board = newBoard();
    const loses = (call: number): EjectionChange | undefined => lose(board, NOW + call * 700, 700);
    const changes = Array.from({ length: 9 }, (_, call) => loses(call));
    assert.deepEqual(
      changes.map((change) => change?.kind),
      [...Array.from({ length: 8 }, () => undefined), 'ejected'],
    );
  });

  it('forgets such silence at the first token of a call that began in it', () => {
    const board = newBoard();
    for (let call = 0; call < 40; call += 1) {
      assert.equal(lose(board, NOW + call * 700, 700), undefined);
      for (let token = 0; call % 8 === 7 && token < 8; token += 1) {
        succeed(board, NOW + call * 700);
      }
    }
  });

  it('ejects for silence that the whole fleet has seen, of which this instance has seen little', () => {
    const board = newBoard();
    const others = Array.from({ length: 12 }, () => observation({ kind: 'given-up', waitedMs: 700 }, { atMs: NOW }));
    const epochs = { lasting: epochsOf(others), recent: epochsOf(others, { pace: 'recent' }), usual: new Map() };
    board.beginRead(['a'])(new Map([['a', { epochs }]]));
    assert.equal(lose(board, NOW, 700)?.kind, 'ejected');
  });

  it('ejects nobody of whom the fleet has just seen as many tokens as such waits', () => {
    const board = newBoard();
    const others = Array.from({ length: 12 }, () => [
      observation({ kind: 'given-up', waitedMs: 700 }, { atMs: NOW }),
      observation({ kind: 'first-token', ttftMs: 500 }, { atMs: NOW }),
    ]).flat();
    const epochs = { lasting: epochsOf(others), recent: epochsOf(others, { pace: 'recent' }), usual: new Map() };
    board.beginRead(['a'])(new Map([['a', { epochs }]]));
    assert.equal(lose(board, NOW, 700), undefined);
  });

  it('ejects again, for longer, what is silent towards its probe', () => {
    const { board, ejection } = ejectedBoard();
    const change = lose(board, ejection.untilMs + 900, 700);
    assert.ok(change?.kind === 'ejected');
    assert.equal(change.ejection.level, ejection.level + 1);
  });

  it('lifts the ejection when an attempt that began after the cooldown succeeds', () => {
    const { board, ejection } = ejectedBoard();
    assert.deepEqual(succeed(board, NOW + 2500), { kind: 'lifted', deployment: 'a', was: ejection });
    assert.equal(board.look('a', NOW + 2500).state, 'healthy');
  });

  for (const { name, atMs, startedAtMs } of [
    { name: 'ends during the cooldown', atMs: NOW + 1000, startedAtMs: NOW + 800 },
    { name: 'began before the ejection and streamed on past the cooldown', atMs: NOW + 30_000, startedAtMs: NOW - 1 },
  ]) {
    it(`keeps the ejection when a success ${name}`, () => {
      const { board } = ejectedBoard();
      assert.equal(succeed(board, atMs, { startedAtMs }), undefined);
      assert.notEqual(board.look('a', atMs).state, 'healthy');
    });
  }

  it('does not lengthen the cooldown for a time-out that began before it', () => {
    const { board } = ejectedBoard();
    const late = observation({ kind: 'failed', waitedMs: 10_000 }, { atMs: NOW + 9000, startedAtMs: NOW - 1000 });
    const { change } = board.observe(late, FAILURES['timed-out']);
    assert.ok(change?.kind === 'ejected' && change.ejection.level === 1);
  });

  it('counts from one again after a success', () => {
    const { board } = ejectedBoard();
    succeed(board, NOW + 2500);
    fail(board, NOW + 3000);
    fail(board, NOW + 3000);
    assert.equal(board.look('a', NOW + 3000).state, 'healthy');
  });

  it('learns ejections and recoveries from the store', () => {
    const board = newBoard();
    const ejection: Ejection = { untilMs: NOW + 5000, level: 2, reason: 'failures' };
    board.beginRead(['a'])(stored(ejection));
    assert.equal(board.look('a', NOW).state, 'ejected');
    board.beginRead(['a'])(stored());
    assert.equal(board.look('a', NOW + 1000).state, 'healthy');
  });

  it('knows of a deployment what it knew where others are read', () => {
    const board = newBoard();
    const theirs = [observation({ kind: 'first-token', ttftMs: 300 }, { atMs: NOW })];
    const epochs = { lasting: epochsOf(theirs), recent: new Map(), usual: new Map() };
    const ejection: Ejection = { untilMs: NOW + 5000, level: 2, reason: 'failures' };
    board.beginRead(['a'])(new Map([['a', { epochs, ejection, lookedAtMs: NOW - 7 }]]));
    const known = board.look('a', NOW);
    board.beginRead(['b'])(new Map());
    const { estimate, ...standing } = board.look('a', NOW);
    assert.deepEqual([standing.state, standing.lookedAtMs, standing.ejection], ['ejected', NOW - 7, ejection]);
    assert.equal(estimate.ttftTotalMs, known.estimate.ttftTotalMs);
  });

  it('takes a deployment that the store leaves out for one that nobody has ejected', () => {
    const board = newBoard();
    board.beginRead(['a'])(stored({ untilMs: NOW + 5000, level: 2, reason: 'failures' }));
    board.beginRead(['a'])(new Map());
    assert.equal(board.look('a', NOW + 1000).state, 'healthy');
  });

  it('keeps its own ejection past a read that began before it, whenever the failed attempt ended', () => {
    const board = newBoard();
    const load = board.beginRead(['a']);
    const vendor = { status: 401, message: '', code: 'invalid_api_key' };
    fail(board, NOW - 20_000, { kind: 'misconfigured', status: 401, vendor });
    load(stored());
    assert.equal(board.look('a', NOW).state, 'ejected');
    board.beginRead(['a'])(stored());
    assert.equal(board.look('a', NOW + 1000).state, 'healthy');
  });

  it('makes finite expectations of first tokens that took no time', () => {
    const board = newBoard();
    for (const ttftMs of [0, 0, 0]) {
      succeed(board, NOW, { lessons: [{ kind: 'first-token', ttftMs }] });
    }
    const { estimate } = board.look('a', NOW);
    const { ttftMs } = expectedLatency(estimate, facts(), latencyPrior([estimate]));
    assert.ok(ttftMs >= 0.9 && ttftMs < 10, String(ttftMs));
  });

  it('knows of a claimed probe before the store says so', () => {
    const { board } = ejectedBoard();
    board.noteProbe('a', NOW + 9000);
    assert.equal(board.look('a', NOW + 3000).state, 'probing');
  });

  it('adds what it has seen itself to what the store holds, in both memories', () => {
    const board = newBoard();
    const theirs = [observation({ kind: 'first-token', ttftMs: 300 }, { atMs: NOW })];
    const epochs = { lasting: epochsOf(theirs), recent: epochsOf(theirs, { pace: 'recent' }), usual: new Map() };
    board.beginRead(['a'])(new Map([['a', { epochs }]]));
    succeed(board, NOW);
    const { estimate } = board.look('a', NOW);
    for (const { evidence, ttftTotalMs } of [estimate, estimate.recent]) {
      assert.ok(Math.abs(evidence - 2) < 0.001 && Math.abs(ttftTotalMs / evidence - 200) < 0.1);
    }
  });

  it('writes a share of its observations such that the fleet stays under its rate of items, not merged even', () => {
    const board = newBoard(200);
    const busy = Array.from({ length: 4000 }, (_, index) => observation(undefined, { atMs: NOW - index }));
    const epochs = { lasting: epochsOf(busy, { times: 43.3 }), recent: new Map(), usual: new Map() };
    board.beginRead(['a'])(new Map([['a', { epochs }]]));
    const rate = board.look('a', NOW).estimate.requestsPerSecond;
    assert.ok(rate > 1900 && rate < 2100, `${rate} a second`);
    let written = 0;
    for (let index = 0; index < 2000; index += 1) {
      for (const lesson of [FIRST_TOKEN, ANSWERED]) {
        board.observe(observation(lesson, { atMs: NOW }), undefined);
        const batch = board.log.take();
        written += entriesOf(batch?.toWrite ?? new Map()).length;
        batch?.settle(true);
      }
    }
    // About a second of the fleet's traffic: 200 items are meant; a sampled first token is two of them.
    assert.ok(written > 130 && written < 260, `${written} items of 2000 attempts`);
  });

  it('takes an observation back from what it sees', () => {
    const board = newBoard();
    const { takeBack } = board.observe(observation({ kind: 'late', waitedMs: 900 }, { atMs: NOW }), undefined);
    assert.ok(board.look('a', NOW).estimate.recent.ttftTotalMs > 899);
    takeBack();
    assert.equal(board.look('a', NOW).estimate.recent.ttftTotalMs, 0);
  });

  it('ejects one that breaks three answers in a row, though each had its first token', () => {
    const board = newBoard();
    assert.deepEqual([cut(board, NOW), cut(board, NOW)], [undefined, undefined]);
    assert.equal(cut(board, NOW)?.kind, 'ejected');
  });

  it('lifts the ejection of one that broke its answers for a whole answer, not for a first token', () => {
    const board = newBoard();
    for (const _ of [1, 2, 3]) {
      cut(board, NOW);
    }
    assert.equal(succeed(board, NOW + 2500, { lessons: [FIRST_TOKEN] }), undefined);
    assert.notEqual(board.look('a', NOW + 2500).state, 'healthy');
    assert.equal(succeed(board, NOW + 2600, { lessons: [ANSWERED] })?.kind, 'lifted');
  });

  it('does not eject one of long answers for single failures between first tokens', () => {
    const board = newBoard();
    for (const at of [0, 1000, 2000, 3000, 4000, 5000]) {
      assert.equal(fail(board, NOW + at), undefined);
      succeed(board, NOW + at + 200, { lessons: [FIRST_TOKEN] });
      succeed(board, NOW + at + 400, { lessons: [FIRST_TOKEN] });
    }
  });
});

describe('what a vendor keeps of prompts that it has read', () => {
  const shareAfter = (cachedTokens: number | undefined): number => {
    const board = newBoard();
    const cache = cachedTokens === undefined ? {} : { cache: { warmTokens: 20_000, cachedTokens } };
    for (let call = 0; call < 10; call += 1) {
      board.observe(observation({ kind: 'answered', ttftMs: 300, totalMs: 900, ...cache }, { atMs: NOW }), undefined);
    }
    return board.look('a', NOW).estimate.usual.cachedShare;
  };

  it('is learnt from its answers, and half of them is assumed of one that does not tell', () => {
    assert.ok(shareAfter(20_000) > 0.95);
    assert.ok(shareAfter(0) < 0.05);
    assert.equal(shareAfter(undefined), 0.5);
  });
});
