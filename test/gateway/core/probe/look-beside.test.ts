import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../../functions/gateway/config/parse-config.ts';
import type { Dial } from '../../../../functions/gateway/core/model/dial.ts';
import type { ProbeRecord } from '../../../../functions/gateway/core/model/probe-record.ts';
import { lookBeside } from '../../../../functions/gateway/core/probe/look-beside.ts';
import { planCandidates } from '../../../../functions/gateway/core/routing/plan.ts';
import {
  type FleetStatistics,
  fleetStatistics,
} from '../../../../functions/gateway/core/statistics/fleet-statistics.ts';
import type { Lesson } from '../../../../functions/gateway/core/statistics/observation.ts';
import { memoryStore } from '../../../bench/routing/memory-store.ts';
import { FAILURES } from '../../../support/failures.ts';
import { deployment, facts, route } from '../../../support/routes.ts';
import { scriptedDial, type UpstreamScript } from '../../../support/scripted-dial.ts';
import { type VirtualClock, virtualClock } from '../../../support/virtual-clock.ts';

const parsed = parseConfig({
  providers: { vendor: { protocol: 'openai', baseUrl: 'http://vendor.test/v1', apiKey: 'KEY' } },
  deployments: { best: { provider: 'vendor', model: 'm' }, other: { provider: 'vendor', model: 'm' } },
});
const CONFIG = parsed.kind === 'parsed' ? parsed.config : assert.fail(JSON.stringify(parsed.problems));
const DELTA = { choices: [{ index: 0, delta: { role: 'assistant', content: 'Hi' } }] };

function answersAfter(ms: number): UpstreamScript {
  return { headersAfterMs: ms, body: [{ text: `data: ${JSON.stringify(DELTA)}\n\n` }, { silent: true }] };
}

const DOWN: UpstreamScript = { status: 503, body: [{ text: '{}' }] };

interface Stage {
  readonly time: VirtualClock;
  readonly statistics: FleetStatistics;
  /** Looks beside one request, of which the other's n-th meets the n-th script. Gives its probes within `forMs`. */
  readonly look: (scripts: readonly UpstreamScript[], forMs?: number) => Promise<readonly ProbeRecord[]>;
}

/** Both are usually as fast. What the other's last calls have shown came after. */
async function stage(last: readonly Lesson[], claimMs = 0): Promise<Stage> {
  const time = virtualClock();
  const { clock } = time;
  const store = memoryStore(clock);
  const statistics = fleetStatistics({
    deployments: ['best', 'other'],
    settings: CONFIG.statistics,
    ejection: CONFIG.ejection,
    probesConfirm: true,
    store: {
      ...store,
      claimLook: async (deployment, claim) => {
        await new Promise<void>((resolve) => {
          clock.after(claimMs, resolve);
        });
        return await store.claimLook(deployment, claim);
      },
    },
    clock,
    random: () => 0.5,
    onStoreError: (operation) => assert.fail(operation),
  });
  const tell = (id: string, lesson: Lesson): void => {
    const nowMs = clock.nowMs();
    const failure = lesson.kind === 'failed' ? FAILURES.overloaded : undefined;
    statistics.observe({ ...lesson, deployment: id, startedAtMs: nowMs, atMs: nowMs }, failure);
  };
  for (let call = 0; call < 40; call += 1) {
    tell('best', { kind: 'first-token', ttftMs: 400 });
    tell('other', { kind: 'first-token', ttftMs: 300 });
    await time.advance(250);
  }
  for (const lesson of last) {
    tell('other', lesson);
    await time.advance(500);
  }
  void statistics.flush();
  await time.advance(1000);
  const look: Stage['look'] = async (scripts, forMs = 60_000) => {
    let asked = 0;
    const dial: Dial = (call) => {
      if (call.deployment.id === 'best') {
        return scriptedDial(clock, answersAfter(400)).dial(call);
      }
      asked += 1;
      return scriptedDial(clock, scripts[asked - 1] ?? assert.fail(`probe ${asked}`)).dial(call);
    };
    const plan = planCandidates({
      route: route(),
      facts: facts(),
      qualified: [deployment('best'), deployment('other')],
      look: (id) => statistics.look(id),
      random: () => 0.5,
      probesTell: true,
    });
    const looks = lookBeside({ config: CONFIG, dial, clock, statistics }, plan, route());
    const made = looks?.end(forMs) ?? [];
    await time.advance(60_000);
    return (await made).filter((record) => record.deployment.id === 'other');
  };
  return { time, statistics, look };
}

const SLOW: readonly Lesson[] = [1, 2, 3, 4].map(() => ({ kind: 'first-token', ttftMs: 4000 }));
const FAILED: readonly Lesson[] = [1, 2, 3].map(() => ({ kind: 'failed' }));

describe('probes beside a request', () => {
  it('confirm at once that a slow deployment is as usual again, and end there', async () => {
    const { look } = await stage(SLOW);
    const made = await look([answersAfter(290), answersAfter(310)]);
    assert.deepEqual(
      made.map(({ ttftMs }) => ttftMs),
      [290, 310],
    );
    const [first, second] = made;
    assert.ok((second?.startedAtMs ?? Infinity) - (first?.startedAtMs ?? 0) < 350);
  });

  it('are not followed by others where a slow deployment still is', async () => {
    const { look } = await stage(SLOW);
    assert.equal((await look([answersAfter(3500)])).length, 1);
  });

  it('bring one that failed back by three answers in a row beside one request', async () => {
    const { statistics, look } = await stage(FAILED);
    assert.equal(statistics.look('other').state, 'ejected');
    assert.equal((await look([290, 300, 310].map(answersAfter))).length, 3);
    assert.equal(statistics.look('other').state, 'healthy');
  });

  it('end at the first that fails', async () => {
    const { statistics, look } = await stage(FAILED);
    assert.equal((await look([answersAfter(290), DOWN])).length, 2);
    assert.notEqual(statistics.look('other').state, 'healthy');
  });

  it('are stopped with the request where their claim takes longer than it', async () => {
    const { look } = await stage(SLOW, 1000);
    const [late] = await look([{ headersAfterMs: 9000, body: [] }], 200);
    assert.equal(late?.failure?.kind, 'aborted');
    assert.equal(late.totalMs, 0);
  });

  it('are stopped with the request, and not followed by others then', async () => {
    const { look } = await stage(SLOW);
    assert.equal((await look([answersAfter(290)], 200)).length, 1);
  });
});
