import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { play, REQUESTS_PER_SECOND, type Served, TTFT_MS } from './support/outage-play.ts';

function callsOfFirst({ record }: Served): number {
  return record.attempts.filter(({ deployment }) => deployment === 'first').length;
}

function isServedByFirst({ record }: Served): boolean {
  return record.servedBy === 'first';
}

/** What a request waited for its first token beyond what the second deployment takes. */
function extraMs({ record }: Served): number {
  return Math.max(0, (record.ttftMs ?? Infinity) - TTFT_MS);
}

describe('the first deployment of an ordered route that goes down and comes back', () => {
  const DOWN_FROM = 30;
  for (const outage of ['refuses', 'is silent'] as const) {
    for (const [instances, downFors] of [
      [1, [60, 300]],
      [4, [10, 60]],
    ] as const) {
      for (const downFor of downFors) {
        const upFrom = DOWN_FROM + downFor;
        const isDown = (second: number): boolean => second >= DOWN_FROM && second < upFrom;
        const about = `after ${downFor} s in which it ${outage}, with ${instances} instances`;

        let played: Promise<readonly Served[]> | undefined;
        const once = (): Promise<readonly Served[]> => {
          played ??= play({ seconds: upFrom + 60, outage, isDown, instances });
          return played;
        };

        it(`is used again within 30 s, and nobody noticed, ${about}`, async () => {
          const served = await once();
          assert.ok(served.every(({ record }) => record.ending === 'complete'));
          const back = served.find((one) => one.second >= upFrom && isServedByFirst(one));
          assert.ok(back !== undefined && back.second - upFrom <= 30, `it was back at ${back?.second}`);
          const settled = served.filter(({ second }) => second >= upFrom + 35);
          assert.ok(settled.length > 0 && settled.every(isServedByFirst));
        });

        it(`costs next to nothing while it is down, ${about}`, async () => {
          const served = await once();
          const during = served.filter(({ second }) => isDown(second));
          const calls = during.reduce((sum, one) => sum + callsOfFirst(one), 0);
          // Those that were needed to notice (silence takes its time, and all that come meanwhile wait), and then one probe a cooldown.
          const noticing = outage === 'refuses' ? 3 * instances : REQUESTS_PER_SECOND * 3 + 3 * instances;
          const probes = 5 + downFor / 20;
          assert.ok(calls <= noticing + probes, `it got ${calls} calls of ${during.length} requests`);
          const late = during.filter((one) => extraMs(one) > 100).length;
          assert.ok(late <= (outage === 'refuses' ? 0 : noticing + probes), `${late} requests were late`);
        });
      }
    }
  }

  it('again and again, every 20 seconds, fails no request and is used while it is up', async () => {
    const isDown = (second: number): boolean => Math.floor(second / 20) % 2 === 1;
    const served = await play({ seconds: 400, outage: 'refuses', isDown, instances: 2 });
    assert.ok(served.every(({ record }) => record.ending === 'complete'));
    const up = served.filter(({ second }) => !isDown(second));
    const share = up.filter(isServedByFirst).length / up.length;
    // The cooldown grows to 16 s of the 20 that it is down, and what is left of it passes before the next probe.
    assert.ok(share > 0.25, `it served ${share} of the requests while it was up`);
    const down = served.filter(({ second }) => isDown(second));
    const calls = down.reduce((sum, one) => sum + callsOfFirst(one), 0) / down.length;
    assert.ok(calls < 0.2, `it got ${calls} calls a request while it was down`);
  });
});
