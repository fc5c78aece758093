import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outageName, outagesWithin } from '../../../../infra/local/demo/outages.ts';
import { runTraffic } from '../../../../infra/local/demo/run-traffic.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

describe('runTraffic', () => {
  it('makes each call at its time whatever became of those before, and lets outages come and go', async () => {
    const { clock, advance } = virtualClock();
    const startMs = clock.nowMs();
    const story: string[] = [];
    const tell = (what: string): void => void story.push(`${Math.round(clock.nowMs() - startMs)} ${what}`);
    const answers = [5_000, 10, 10];
    let isOver = false;
    const running = runTraffic({
      clock,
      arrivals: [100, 200, 900],
      outages: outagesWithin(1_000),
      call: async (index) => {
        tell(`call ${index}`);
        await new Promise<void>((resolve) => clock.after(answers[index] ?? 0, resolve));
        return index;
      },
      begin: (outage) => tell(outageName(outage)),
      end: ({ vendor }) => tell(`${vendor} healthy`),
      onOutcome: (index) => tell(`outcome ${index}`),
    }).then(() => {
      isOver = true;
    });
    await advance(5_000);
    assert.equal(isOver, false);
    await advance(1_000);
    await running;
    assert.deepEqual(story, [
      '100 call 0',
      '150 google 15x slower',
      '200 call 1',
      '210 outcome 1',
      '320 openai down',
      '400 google healthy',
      '550 openai healthy',
      '680 google down',
      '850 google healthy',
      '900 call 2',
      '910 outcome 2',
      '5100 outcome 0',
    ]);
  });
});
