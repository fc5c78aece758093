import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptFailure } from '../../../../functions/gateway/core/failover/attempt-failure.ts';
import { EJECTION_DEFAULTS, type Ejection } from '../../../../functions/gateway/core/statistics/ejection.ts';
import type { Observation } from '../../../../functions/gateway/core/statistics/observation.ts';
import {
  type EjectionChange,
  type Scoreboard,
  type StoredStatistics,
  scoreboard,
} from '../../../../functions/gateway/core/statistics/scoreboard.ts';
import { addSums, type Sums, sumsOf } from '../../../../functions/gateway/core/statistics/sums.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';
import { FAILURES } from '../../../support/failures.ts';
import { EPOCH_START_MS, observation, SCALE } from '../../../support/observation.ts';

const NOW = EPOCH_START_MS + 600_000;

function newBoard(writesPerSecond = 200): Scoreboard {
  return scoreboard({ scale: SCALE, ejection: EJECTION_DEFAULTS, writesPerSecond, random: seededRandom(1) });
}

function fail(
  board: Scoreboard,
  atMs: number,
  failure: AttemptFailure = FAILURES.overloaded,
): EjectionChange | undefined {
  return board.observe(observation({ atMs, outcome: 'failed' }), failure);
}

function succeed(board: Scoreboard, atMs: number, change: Partial<Observation> = {}): EjectionChange | undefined {
  return board.observe(observation({ atMs, ttftMs: 100, totalMs: 200, ...change }), undefined);
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
  const epochs = new Map<number, Sums>();
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
      succeed(board, NOW + at + 5);
      succeed(board, NOW + at + 5);
      succeed(board, NOW + at + 5);
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
      const given = observation({ atMs: NOW, outcome: 'given-up' });
      const changes = Array.from({ length: 50 }, () => board.observe(given, failure));
      assert.deepEqual(new Set(changes), new Set([undefined]));
      assert.equal(board.look('a', NOW).estimate.failureRate, 0);
    });
  }

  it('ejects until Retry-After at the first rate limit', () => {
    const board = newBoard();
    const change = fail(board, NOW, FAILURES['rate-limited']);
    assert.ok(change?.kind === 'ejected' && change.ejection.untilMs === NOW + 3000);
  });

  it('lifts the ejection when an attempt that began after the cooldown succeeds', () => {
    const { board, ejection } = ejectedBoard();
    assert.deepEqual(succeed(board, NOW + 2500), { kind: 'lifted', deployment: 'a', was: ejection });
    assert.equal(board.look('a', NOW + 2500).state, 'healthy');
  });

  for (const { name, atMs, totalMs } of [
    { name: 'ends during the cooldown', atMs: NOW + 1000, totalMs: 200 },
    { name: 'began before the ejection and streamed on past the cooldown', atMs: NOW + 30_000, totalMs: 60_000 },
  ]) {
    it(`keeps the ejection when a success ${name}`, () => {
      const { board } = ejectedBoard();
      assert.equal(succeed(board, atMs, { totalMs }), undefined);
      assert.notEqual(board.look('a', atMs).state, 'healthy');
    });
  }

  it('does not lengthen the cooldown for a time-out that began before it', () => {
    const { board } = ejectedBoard();
    const late = observation({ atMs: NOW + 9000, outcome: 'failed', waitedMs: 10_000 });
    const change = board.observe(late, FAILURES['timed-out']);
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
    board.beginRead(NOW)(stored(ejection));
    assert.equal(board.look('a', NOW).state, 'ejected');
    board.beginRead(NOW + 1000)(stored());
    assert.equal(board.look('a', NOW + 1000).state, 'healthy');
  });

  it('takes a deployment that the store leaves out for one that nobody has ejected', () => {
    const board = newBoard();
    board.beginRead(NOW)(stored({ untilMs: NOW + 5000, level: 2, reason: 'failures' }));
    board.beginRead(NOW + 1000)(new Map());
    assert.equal(board.look('a', NOW + 1000).state, 'healthy');
  });

  it('keeps its own ejection past a read that began before it, whenever the failed attempt ended', () => {
    const board = newBoard();
    const load = board.beginRead(NOW);
    fail(board, NOW - 20_000, { kind: 'misconfigured', status: 401 });
    load(stored());
    assert.equal(board.look('a', NOW).state, 'ejected');
    board.beginRead(NOW + 1000)(stored());
    assert.equal(board.look('a', NOW + 1000).state, 'healthy');
  });

  it('knows of a claimed probe before the store says so', () => {
    const { board } = ejectedBoard();
    board.noteProbe('a', NOW + 9000);
    assert.equal(board.look('a', NOW + 3000).state, 'probing');
  });

  it('adds what it has seen itself to what the store holds', () => {
    const board = newBoard();
    const { epoch, sums } = sumsOf(observation({ atMs: NOW, ttftMs: 300 }), SCALE);
    board.beginRead(NOW)(new Map([['a', { epochs: new Map([[epoch, sums]]) }]]));
    succeed(board, NOW, { ttftMs: 100 });
    const { evidence, ttftMs } = board.look('a', NOW).estimate;
    assert.ok(Math.abs(evidence - 2) < 0.001 && Math.abs((ttftMs ?? 0) - 200) < 0.1);
  });

  it('writes a share of its observations such that the fleet stays under its rate', () => {
    const board = newBoard(200);
    const busy = Array.from({ length: 4000 }, (_, index) => sumsOf(observation({ atMs: NOW - index }), SCALE, 43.3));
    const all = addSums(...busy.map(({ sums }) => sums));
    const epoch = busy[0]?.epoch ?? assert.fail();
    board.beginRead(NOW)(new Map([['a', { epochs: new Map([[epoch, all]]) }]]));
    const rate = board.look('a', NOW).estimate.requestsPerSecond;
    assert.ok(rate > 1900 && rate < 2100, `${rate} a second`);
    let written = 0;
    for (let index = 0; index < 2000; index += 1) {
      succeed(board, NOW);
      const batch = board.takeUnwritten();
      written += batch?.toWrite.size ?? 0;
      batch?.settle(true);
    }
    assert.ok(written > 140 && written < 260, `${written} of 2000`);
  });
});
