import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptReport } from '../../../../functions/gateway/core/model/attempt.ts';
import type { RaceAttempt } from '../../../../functions/gateway/core/race/run-race.ts';
import { type CallFact, type CallLog, newCallLog } from '../../../../functions/gateway/core/serve/call.ts';
import { recordOf } from '../../../../functions/gateway/core/serve/call-record.ts';
import { FAILURES } from '../../../support/failures.ts';
import { raceContender } from '../../../support/racer.ts';
import { deployment, facts, route } from '../../../support/routes.ts';

const ARRIVED_MS = 1_000_000;
const USAGE = { input: 10, output: 20 };

function attempt(id: string, report: AttemptReport, change: Partial<RaceAttempt> = {}): RaceAttempt {
  return {
    contender: raceContender(),
    hedge: false,
    attempt: {
      deployment: deployment(id, { inputPrice: 1, outputPrice: 2 }),
      startedAtMs: ARRIVED_MS + 100,
      open: async () => assert.fail(),
      isReady: () => assert.fail(),
      take: () => assert.fail(),
      abort: () => {},
      report: () => report,
    },
    ...change,
  };
}

const FAILED = attempt('down', { failure: FAILURES.overloaded, endedAtMs: ARRIVED_MS + 150 });
const SERVED = attempt('up', { ttftMs: 200, endedAtMs: ARRIVED_MS + 900, usage: USAGE });
const GOES_ON = attempt('other', { ttftMs: 10, endedAtMs: ARRIVED_MS + 950, usage: USAGE }, { continues: true });

const REQUEST = { method: 'POST', path: '/v1/responses', headers: {} };

function logOf(...known: readonly CallFact[]): CallLog {
  return logOfRequest(REQUEST, known);
}

function logOfRequest(request: CallLog['request'], known: readonly CallFact[]): CallLog {
  const trace = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), flags: 1 };
  const log = newCallLog({ requestId: 'req', request, startedAtMs: ARRIVED_MS, trace });
  for (const fact of known) {
    log.add(fact);
  }
  return log;
}

function raced(attempts: readonly RaceAttempt[], leader?: RaceAttempt): CallFact {
  return { kind: 'raced', attempts, leader, upstreamMs: 250, atMs: ARRIVED_MS + 300 };
}

const ROUTED: CallFact = { kind: 'routed', route: route({ name: 'best' }), facts: facts({ promptTokens: 10 }) };

describe('the record of a call', () => {
  it('that was refused before it was read is of no route and asks nobody', () => {
    const record = recordOf(
      logOf({ kind: 'answered', status: 401 }, { kind: 'ending', ending: 'refused', errorCode: 'missing_api_key' }),
      ARRIVED_MS + 5,
    );
    const { status, ending, errorCode, operation, candidates, attempts, totalMs, overheadMs, route: name } = record;
    assert.deepEqual(
      { status, ending, errorCode, operation, candidates, attempts, totalMs, overheadMs, name },
      {
        status: 401,
        ending: 'refused',
        errorCode: 'missing_api_key',
        operation: 'other',
        candidates: [],
        attempts: [],
        totalMs: 5,
        overheadMs: 5,
        name: undefined,
      },
    );
  });

  it('counts as overhead neither the wait for providers and the caller nor what comes after commit', () => {
    const log = logOf({ kind: 'body', waitedMs: 20 }, ROUTED, raced([SERVED], SERVED));
    const { totalMs, overheadMs, ttftMs } = recordOf(log, ARRIVED_MS + 5000);
    assert.deepEqual({ totalMs, overheadMs, ttftMs }, { totalMs: 5000, overheadMs: 30, ttftMs: 300 });
  });

  const routings: readonly {
    readonly of: string;
    readonly facts: readonly CallFact[];
    readonly routing: string;
    readonly servedBy: string | undefined;
  }[] = [
    { of: 'the first one asked is direct', facts: [raced([SERVED], SERVED)], routing: 'direct', servedBy: 'up' },
    {
      of: 'another after a failure is a fallback',
      facts: [raced([FAILED, SERVED], SERVED)],
      routing: 'fallback',
      servedBy: 'up',
    },
    {
      of: 'one that went on is a fallback, and by whoever had the last word',
      facts: [raced([SERVED], SERVED), { kind: 'continued', attempts: [GOES_ON], leader: GOES_ON }],
      routing: 'fallback',
      servedBy: 'other',
    },
    {
      of: 'one with which nobody goes on is still by its first',
      facts: [raced([SERVED], SERVED), { kind: 'continued', attempts: [FAILED], leader: undefined }],
      routing: 'fallback',
      servedBy: 'up',
    },
    {
      of: 'nobody is a fallback where several failed',
      facts: [raced([FAILED])],
      routing: 'fallback',
      servedBy: undefined,
    },
  ];
  for (const { of, facts: known, routing, servedBy } of routings) {
    it(`of an answer by ${of}`, () => {
      const record = recordOf(logOf(ROUTED, ...known), ARRIVED_MS + 1000);
      assert.deepEqual([record.routing, record.servedBy], [routing, servedBy]);
    });
  }

  it('tells the usage of several deployments together, and adds up what each has cost', () => {
    const whole = { input: 10, output: 40 };
    const log = logOf(
      ROUTED,
      raced([SERVED], SERVED),
      { kind: 'continued', attempts: [GOES_ON], leader: GOES_ON },
      { kind: 'usage', usage: whole },
    );
    const record = recordOf(log, ARRIVED_MS + 1000);
    assert.deepEqual([record.usage, record.usedTokens, record.costUsd], [whole, 50, 0.0001]);
  });

  it('names the method and path that were asked', () => {
    assert.equal(recordOf(logOf(), ARRIVED_MS).endpoint, 'POST /v1/responses');
  });

  const PASSED: CallFact = { kind: 'ending', ending: 'failed', errorCode: 'deadline_exceeded' };
  const misses: readonly {
    readonly name: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly facts: readonly CallFact[];
    readonly isCallers: true | undefined;
  }[] = [
    {
      name: "names a deadline that has passed as the caller's where its header set it",
      headers: { 'x-nemo-timeout-ms': '500' },
      facts: [ROUTED, raced([FAILED]), PASSED],
      isCallers: true,
    },
    {
      name: "names no deadline that has passed as the caller's where the route set it",
      headers: {},
      facts: [ROUTED, raced([FAILED]), PASSED],
      isCallers: undefined,
    },
    {
      name: "names no deadline as the caller's where the answer failed for another reason",
      headers: { 'x-nemo-timeout-ms': '500' },
      facts: [ROUTED, raced([FAILED]), { kind: 'ending', ending: 'failed', errorCode: 'provider_error' }],
      isCallers: undefined,
    },
    {
      name: "names no deadline of a stream that has begun as that of the caller's read",
      headers: { 'x-stainless-read-timeout': '20' },
      facts: [ROUTED, raced([SERVED], SERVED), PASSED],
      isCallers: undefined,
    },
  ];
  for (const { name, headers, facts: known, isCallers } of misses) {
    it(name, () => {
      const record = recordOf(logOfRequest({ ...REQUEST, headers }, known), ARRIVED_MS + 1000);
      assert.equal(record.callersDeadline, isCallers);
    });
  }

  it('names as candidates all but those that were found to be unable to serve it', () => {
    const unfit = raceContender({ isUnsupported: true });
    unfit.encode();
    const unasked = raceContender({ isUnsupported: true });
    const log = logOf({ kind: 'planned', contenders: [raceContender(), unfit, unasked], explored: false });
    assert.equal(recordOf(log, ARRIVED_MS).candidates.length, 2);
  });
});

describe('the records of one call', () => {
  it('are one record, with its times brought up to date, once all has ended', () => {
    const log = logOf(ROUTED, raced([FAILED, SERVED], SERVED));
    const first = recordOf(log, ARRIVED_MS + 1000);
    const last = recordOf(log, ARRIVED_MS + 2000);
    assert.equal(last.attempts, first.attempts);
    assert.deepEqual(last, { ...first, totalMs: 2000 });
  });

  it('are made anew while an attempt is under way, and after each fact', () => {
    const log = logOf(ROUTED, raced([attempt('up', { ttftMs: 200 })]));
    assert.notEqual(recordOf(log, ARRIVED_MS + 1000).attempts, recordOf(log, ARRIVED_MS + 1000).attempts);
    log.add({ kind: 'ending', ending: 'cut' });
    assert.equal(recordOf(log, ARRIVED_MS + 1000).ending, 'cut');
  });
});
