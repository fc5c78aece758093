import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from '../../infra/local/simulated/seeded-random.ts';
import { lognormal } from '../support/lognormal.ts';
import { play, REQUESTS_PER_SECOND, type Scenario, type Served } from './support/outage-play.ts';

const DOWN_FROM = 60;
const DOWN_FOR = 120;
const UP_FROM = DOWN_FROM + DOWN_FOR;

interface Speeds {
  /** Median times to first token. */
  readonly firstMs: number;
  readonly secondMs: number;
}

const played = new Map<string, Promise<readonly Served[]>>();

/** The same for the same arguments, played once: the tests look at it from several sides. */
function silentFor(speeds: Speeds, hedgeBudget: number, instances = 1): Promise<readonly Served[]> {
  const name = JSON.stringify([speeds, hedgeBudget, instances]);
  const served = played.get(name) ?? playSilence(speeds, hedgeBudget, instances);
  played.set(name, served);
  return served;
}

/** An ordered route that hedges; its first deployment is silent for two minutes. Tokens take as long as of real models: some thrice the median. */
function playSilence(
  { firstMs, secondMs }: Speeds,
  hedgeBudget: number,
  instances: number,
): Promise<readonly Served[]> {
  const random = seededRandom(3);
  const [first, second] = [lognormal(random, firstMs, 0.4), lognormal(random, secondMs, 0.4)];
  const scenario: Scenario = {
    seconds: UP_FROM + 60,
    outage: 'is silent',
    isDown: (at) => at >= DOWN_FROM && at < UP_FROM,
    instances,
    hedgeBudget,
    ttftMs: (deployment) => (deployment === 'first' ? first() : second()),
  };
  return play(scenario);
}

function isDuring({ second }: Served): boolean {
  return second >= DOWN_FROM && second < UP_FROM;
}

function hasAskedFirst({ record }: Served): boolean {
  return record.attempts.some(({ deployment }) => deployment === 'first');
}

function isFirstSetAside({ record }: Served): boolean {
  return record.candidates.some(({ deployment, state }) => deployment === 'first' && state !== 'healthy');
}

const EQUAL: Speeds = { firstMs: 300, secondMs: 300 };
const SLOWER: Speeds = { firstMs: 1000, secondMs: 200 };
const FASTER: Speeds = { firstMs: 200, secondMs: 1000 };

describe('a first deployment that falls silent, in an ordered route that hedges', () => {
  for (const [name, speeds] of Object.entries({ 'as fast as': EQUAL, 'slower than': SLOWER, 'faster than': FASTER })) {
    for (const budget of [0.05, 1]) {
      const about = `where it had been ${name} the second, with a budget of ${budget}`;

      it(`is found out within seconds, and costs next to nothing while it is silent, ${about}`, async () => {
        const served = await silentFor(speeds, budget);
        assert.ok(served.every(({ record }) => record.ending === 'complete'));
        const during = served.filter(isDuring);
        const ejected = during.find(isFirstSetAside);
        assert.ok(ejected !== undefined && ejected.second - DOWN_FROM <= 10, `it was ejected at ${ejected?.second}`);
        // Those that came before it was known, and one probe a cooldown.
        const calls = during.filter(hasAskedFirst).length;
        assert.ok(calls <= REQUESTS_PER_SECOND * 10, `it got ${calls} calls of ${during.length} requests`);
      });

      it(`is used again within 30 s of its recovery, ${about}`, async () => {
        const served = await silentFor(speeds, budget);
        const back = served.find(({ second, record }) => second >= UP_FROM && record.servedBy === 'first');
        assert.ok(back !== undefined && back.second - UP_FROM <= 30, `it was back at ${back?.second}`);
        assert.ok(served.filter(({ second }) => second >= UP_FROM + 35).every((one) => !isFirstSetAside(one)));
      });

      it(`is blamed for nothing while it answers, however often it loses, ${about}`, async () => {
        const served = await silentFor(speeds, budget);
        assert.ok(served.filter(({ second }) => second < DOWN_FROM).every((one) => !isFirstSetAside(one)));
      });
    }
  }

  it('is found out by a fleet of which each instance sees few calls', async () => {
    const served = await silentFor(EQUAL, 1, 40);
    const calls = served.filter(isDuring).filter(hasAskedFirst).length;
    assert.ok(calls <= DOWN_FOR * REQUESTS_PER_SECOND * 0.25, `it got ${calls} calls`);
  });

  it('makes each caller wait for the hedge only', async () => {
    const served = await silentFor(EQUAL, 1);
    const late = served.filter(isDuring).filter(({ record }) => (record.ttftMs ?? Infinity) > 3000);
    assert.deepEqual(late, []);
  });
});

describe('a second deployment that is merely slow, while the first is ejected', () => {
  it('is not given up for the first', async () => {
    const served = await silentFor(FASTER, 1);
    const slow = served.filter(isDuring).filter(({ record }) => record.attempts[0]?.deployment === 'second');
    assert.ok(slow.length > 0 && slow.every(({ record }) => record.status === 200));
  });
});
