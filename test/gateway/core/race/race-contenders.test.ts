import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChatAttempt } from '../../../../functions/gateway/core/attempt/chat-attempt.ts';
import type { AnswerEvent } from '../../../../functions/gateway/core/model/answer-event.ts';
import type { AttemptSetting } from '../../../../functions/gateway/core/model/attempt.ts';
import type { Dial } from '../../../../functions/gateway/core/model/dial.ts';
import { openai } from '../../../../functions/gateway/core/protocols/openai-chat/openai.ts';
import { type KeyShares, keyShares, secondOpinions } from '../../../../functions/gateway/core/race/instance-budgets.ts';
import {
  isWithinRetryBudget,
  raceContenders,
  raceRules,
} from '../../../../functions/gateway/core/race/race-contenders.ts';
import type { RaceRules } from '../../../../functions/gateway/core/race/race-state.ts';
import type { Contender } from '../../../../functions/gateway/core/routing/contender.ts';
import type { Estimate } from '../../../../functions/gateway/core/statistics/estimate.ts';
import type { FleetStatistics } from '../../../../functions/gateway/core/statistics/fleet-statistics.ts';
import type { Observation } from '../../../../functions/gateway/core/statistics/observation.ts';
import type { Standing } from '../../../../functions/gateway/core/statistics/standing.ts';
import { raceContender } from '../../../support/racer.ts';
import { deployment, measured, route } from '../../../support/routes.ts';
import { scriptedDial, type UpstreamScript } from '../../../support/scripted-dial.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

const HEDGE = { percentile: 95, budget: 0.1 };
const TIMEOUTS = { connectMs: 1000, firstTokenMs: 10_000, stallMs: 15_000, deadlineMs: 120_000 };
const WITNESS = { key: 'key', conversation: '' };

/** No request so far. */
function newShares(): KeyShares {
  return keyShares({ nowMs: () => 0 });
}

/** The rules of a race at one deployment, of which the fleet knows `seen`. */
function rulesWhere(seen: Partial<Estimate>, hedges = { racing: 0 }): RaceRules {
  const setting = { route: route({ hedge: HEDGE }), mode: 'stream', deadlineMs: 1000, witness: WITNESS } as const;
  return raceRules([raceContender()], setting, {
    random: () => 0.5,
    statistics: { look: () => measured(300, seen) },
    hedges,
    opinions: secondOpinions(),
    shares: newShares(),
  });
}

describe('the hedge budget', () => {
  it('counts the hedges under way that the statistics do not have yet', () => {
    const hedges = { racing: 0 };
    const { mayHedge } = rulesWhere({ requests: 19, hedges: 0 }, hedges);
    assert.equal(mayHedge?.('when due'), true);
    assert.equal(hedges.racing, 1);
    assert.equal(mayHedge?.('when due'), false);
    assert.equal(hedges.racing, 1);
  });

  it('is none in a route that does not hedge', () => {
    const ports = {
      random: () => 0.5,
      statistics: { look: () => measured(300) },
      hedges: { racing: 0 },
      opinions: secondOpinions(),
      shares: newShares(),
    };
    const setting = { route: route(), mode: 'plain', deadlineMs: 1000, witness: WITNESS } as const;
    const { mayHedge } = raceRules([raceContender()], setting, ports);
    assert.equal(mayHedge, undefined);
  });
});

describe('the budget of hedges', () => {
  const BUDGET = 0.05;
  const TTFT_MS = 300;
  /** A thousand requests beside the hedges: the whole budget allows fifty. */
  const REQUESTS = 1000;

  interface Row {
    readonly name: string;
    /** Hedges of the last minutes, all of them over. */
    readonly hedges: number;
    readonly asked: 'when due' | 'when late';
    /** The mean of the last seconds' times to first token. */
    readonly recentTtftMs: number;
    readonly isGranted: boolean;
  }
  const usual = { asked: 'when due', recentTtftMs: TTFT_MS } as const;
  const rows: readonly Row[] = [
    { ...usual, name: 'grants one that is due within its half', hedges: 24, isGranted: true },
    { ...usual, name: 'refuses one that is due past its half', hedges: 25, isGranted: false },
    { ...usual, name: 'grants a late one out of the other half', asked: 'when late', hedges: 49, isGranted: true },
    { ...usual, name: 'refuses a late one past the whole', asked: 'when late', hedges: 50, isGranted: false },
    { ...usual, name: 'grants one while the first slows down', recentTtftMs: 900, hedges: 49, isGranted: true },
    { ...usual, name: 'refuses one past the whole also then', recentTtftMs: 900, hedges: 50, isGranted: false },
  ];
  for (const { name, hedges, asked, recentTtftMs, isGranted } of rows) {
    it(name, () => {
      const seen = { evidence: 100, ttftTotalMs: 100 * recentTtftMs };
      const now = measured(TTFT_MS, { hedges, requests: REQUESTS + hedges });
      const look = (): Standing => ({
        ...now,
        estimate: { ...now.estimate, recent: { ...now.estimate.recent, ...seen } },
      });
      const budgets = { hedges: { racing: 0 }, opinions: secondOpinions(), shares: newShares() };
      const ports = { random: () => 0.5, statistics: { look }, ...budgets };
      const setting = { route: route({ hedge: { percentile: 95, budget: BUDGET } }), mode: 'stream' } as const;
      const contenders = [raceContender({ expectedTtftMs: TTFT_MS })];
      const { mayHedge } = raceRules(contenders, { ...setting, deadlineMs: 40_000, witness: WITNESS }, ports);
      assert.equal(mayHedge?.(asked), isGranted);
      // A granted one counts from now on, before the statistics have it.
      assert.equal(ports.hedges.racing, isGranted ? 1 : 0);
    });
  }
});

describe('a key', () => {
  /** Extras that the first key may have where no other has asked. */
  const EXTRAS = 3;
  const seen = { failureRate: 0.9, requests: 1000 } as const;
  const setting = { route: route({ secondOpinions: 1 }), mode: 'stream', deadlineMs: 1000, witness: WITNESS } as const;
  const ports = (shares: KeyShares) => ({
    random: () => 0.5,
    statistics: { look: () => measured(300, seen) },
    hedges: { racing: 0 },
    opinions: secondOpinions(),
    shares,
  });

  it('has its share of the retries at a deployment that fails, and asks nobody for others', () => {
    const failing = { ...raceContender(), standing: measured(300, seen) };
    const { mayRetry } = raceRules([failing], setting, ports(newShares()));
    const granted = Array.from({ length: 10 }, () => mayRetry(failing)).filter(Boolean).length;
    assert.ok(granted >= EXTRAS && granted < 10, `${granted}`);
    assert.ok(Array.from({ length: 10 }, () => mayRetry(raceContender())).every(Boolean));
  });

  it('has its share of the second opinions', () => {
    const shares = newShares();
    const { mayRetry, takeSecondOpinion } = raceRules([raceContender()], setting, ports(shares));
    assert.equal(takeSecondOpinion?.(), true);
    while (mayRetry({ ...raceContender(), standing: measured(300, seen) })) {
      // Until its share is used up.
    }
    const another = raceRules([raceContender()], setting, ports(shares));
    assert.equal(another.takeSecondOpinion?.(), false);
  });
});

describe('the retry budget', () => {
  const rows: readonly { readonly name: string; readonly seen: Partial<Estimate>; readonly isWithin: boolean }[] = [
    { name: 'is no matter at a healthy deployment', seen: { failureRate: 0.1, retries: 1000 }, isWithin: true },
    { name: 'lets a few go to one that fails', seen: { failureRate: 0.9, requests: 0, retries: 9 }, isWithin: true },
    {
      name: 'lets a fifth of its traffic go to one that fails',
      seen: { failureRate: 0.9, requests: 100, retries: 29 },
      isWithin: true,
    },
    { name: 'lets no more go there', seen: { failureRate: 0.9, requests: 100, retries: 30 }, isWithin: false },
  ];
  for (const { name, seen, isWithin } of rows) {
    it(name, () => {
      assert.equal(isWithinRetryBudget({ ...raceContender(), standing: measured(300, seen) }), isWithin);
    });
  }
});

/** The lessons of a race of two, the second of which is the first's hedge after 300 ms, in the order in which the fleet is told. */
async function lessonsOfRace(bodies: Readonly<Record<string, UpstreamScript['body']>>, mode: RaceRules['mode']) {
  const time = virtualClock();
  const told: string[] = [];
  const target = { model: 'm', streaming: true };
  const request = { operation: 'answer-stream', headers: {}, body: {} } as const;
  const chat = {
    protocol: openai,
    target,
    request,
    choices: 1,
    timeouts: TIMEOUTS,
    clock: time.clock,
    maxBytes: 10_000,
  };
  const contenders = Object.keys(bodies).map((id): Contender<AnswerEvent> => {
    const asked = deployment(id);
    const attempt = (setting: AttemptSetting) => new ChatAttempt({ ...chat, ...setting, deployment: asked });
    const encode = () => ({ kind: 'encoded', dropped: [], attempt }) as const;
    return { ...raceContender({ hedgeAfterMs: 300 }), deployment: asked, encode };
  });
  const statistics = {
    look: () => measured(300, { requests: 1000 }),
    observe: ({ deployment: id, kind }: Observation) => {
      told.push(`${id}: ${kind}`);
      return () => undefined;
    },
    flush: async () => void told.push('written'),
  } as unknown as FleetStatistics;
  const race = {
    ...{ contenders, mode, route: route({ hedge: HEDGE }), witness: WITNESS, signal: new AbortController().signal },
    ...{
      deadlineMs: time.clock.nowMs() + 60_000,
      trace: { traceId: '1'.repeat(32), spanId: '1'.repeat(16), flags: 0 },
    },
  };
  const dial: Dial = (call) => scriptedDial(time.clock, { body: bodies[call.deployment.id] ?? [] }).dial(call);
  const running = raceContenders(race, {
    ...{ statistics, dial, clock: time.clock, random: () => 0.5, randomHex: (digits) => '1'.repeat(digits) },
    ...{ hedges: { racing: 0 }, opinions: secondOpinions(), shares: newShares() },
  });
  await time.advance(2000);
  const { outcome } = await running;
  assert.ok(outcome.kind === 'won');
  outcome.leader.attempt.abort({ kind: 'aborted', by: 'caller' });
  return told;
}

describe('the fleet is told of a race', () => {
  const said = (choice: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
  const answering = (firstMs: number): UpstreamScript['body'] => [
    { afterMs: firstMs, text: said({ delta: { content: 'Hello' } }) },
    { afterMs: 100, text: `${said({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n` },
  ];
  const SILENT = [{ silent: true }] as const;
  const rows: readonly (readonly [
    name: string,
    bodies: Readonly<Record<string, UpstreamScript['body']>>,
    told: readonly string[],
  ])[] = [
    ['with the first token of one that is alone', { first: answering(200), hedge: SILENT }, ['first: first-token']],
    [
      "with its hedge's first token before the write of the one that it has beaten",
      { first: SILENT, hedge: answering(100) },
      ['hedge: first-token', 'first: given-up', 'written'],
    ],
    [
      "with the first's token before the write of its hedge",
      { first: answering(350), hedge: SILENT },
      ['first: first-token', 'hedge: given-up', 'written'],
    ],
    [
      'with the first token of one whose hedge has failed',
      { first: answering(350), hedge: [{ breaks: 'ECONNRESET' }] },
      ['hedge: failed', 'written', 'first: first-token'],
    ],
    [
      'with the first token of one that is asked after another',
      { first: [{ breaks: 'ECONNRESET' }], hedge: answering(100) },
      ['first: failed', 'written', 'hedge: first-token'],
    ],
  ];
  for (const mode of ['stream', 'plain'] as const) {
    for (const [name, bodies, told] of rows) {
      it(`${name} (${mode})`, async () => {
        const winner = told.findLast((line) => line.endsWith('first-token'))?.split(':')[0];
        const rest = mode === 'plain' ? [`${winner}: answered`] : [];
        assert.deepEqual(await lessonsOfRace(bodies, mode), [...told, ...rest]);
      });
    }
  }
});
