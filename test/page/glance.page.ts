import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { StatusBody } from '../../functions/gateway/core/serve/status-call.ts';
import type { DeploymentStatus } from '../../functions/gateway/core/status/fleet-status.ts';
import type { RangeFigures } from '../../functions/gateway/core/status/range-figures.ts';
import { browserForTests } from './support/browser.ts';
import { startLocalPage } from './support/local-page.ts';

describe('the live page at a glance', () => {
  const open = browserForTests();
  let local: Awaited<ReturnType<typeof startLocalPage>>;
  before(async () => {
    local = await startLocalPage();
  });
  after(() => local.close());

  /** The page over a status of our own. */
  async function shown(changed: (status: StatusBody) => StatusBody): Promise<Page> {
    const { page } = await open(local.origin);
    const real = await fetch(`${local.origin}/status`, { headers: { authorization: `Bearer ${local.key}` } });
    const json = changed((await real.json()) as StatusBody);
    await page.route(/\/status/, (route) => route.fulfill({ json }));
    await page.getByRole('textbox', { name: 'Key' }).fill(local.key);
    await page.keyboard.press('Enter');
    await page.locator('#deployments tbody tr').first().waitFor();
    return page;
  }

  it('begins with who is healthy, and names who is not', async () => {
    const away = { untilMs: Date.now() + 60_000, reason: 'failures', level: 1, probeUntilMs: null } as const;
    const page = await shown((status) => ({
      ...status,
      deployments: status.deployments.map((deployment, index) =>
        index === 1 ? { ...deployment, state: 'ejected', ejection: away } : deployment,
      ),
    }));
    const first = page.locator('#summary > div').first();
    assert.equal(await first.innerText(), 'Healthy\n3 of 4\nwithout anthropic/simulated-claude');
    assert.equal(await first.locator('.alarming').textContent(), '3 of 4');
  });

  /** All states that a deployment can be in, of one, of all and of none. */
  const scenes: Readonly<Record<string, (index: number) => Partial<DeploymentStatus>>> = {
    'all is well': () => ({}),
    'one is slow': (index) => (index === 0 ? { recentTtftMs: SLOW, usualTtftMs: 310 } : {}),
    'one is down': (index) => (index === 0 ? down() : {}),
    'all are down': (index) => (index < 3 ? down() : {}),
  };
  for (const [scene, change] of Object.entries(scenes)) {
    it(`shows who is healthy, what routing is worth and times by provider and model on one screen where ${scene}`, async () => {
      const page = await shown((status) => ({
        ...status,
        deployments: status.deployments.map((deployment, index) => ({ ...deployment, ...change(index) })),
        past: busyPast(status),
      }));
      await page.setViewportSize({ width: 1280, height: 800 });
      for (const place of ['#summary', '#deployments', '#worth-table', '#figures-table']) {
        const { y = 0, height = 0 } = (await page.locator(place).boundingBox()) ?? {};
        assert.ok(height > 50 && y + height <= 800, `${place} ends at ${y + height}`);
      }
    });
  }

  it('tells of failures of the last seconds beside the rate of the last minutes', async () => {
    const page = await shown((status) => ({
      ...status,
      deployments: status.deployments.map((deployment, index) =>
        index === 0 ? { ...deployment, failureRate: 0.02, recentFailureRate: 0.64 } : deployment,
      ),
    }));
    const failures = page.locator('#deployments [data-label="Failures"]');
    assert.deepEqual(await failures.allInnerTexts(), ['2.0 %\n64 % just now', '0 %', '0 %', '0 %']);
    assert.equal(await failures.first().locator('.alarming').textContent(), '64 % just now');
  });

  it('shows what is happening now beside what is remembered, and calls slow what has just become slow', async () => {
    const page = await shown((status) => ({
      ...status,
      deployments: status.deployments.map((deployment, index) =>
        index === 0
          ? {
              ...deployment,
              recentTtftMs: { p50: 2400, p95: 3000, p99: 3200 },
              ttftMs: { p50: 300, p95: 500, p99: 900 },
              usualTtftMs: 310,
            }
          : deployment,
      ),
    }));
    const row = page.locator('#deployments tbody tr').first();
    assert.equal(await row.locator('.state').innerText(), 'slow now: 2.4 s, usually 310 ms');
    assert.equal(await row.locator('[data-label="First token p50"]').innerText(), '2.4 s\n300 ms');
    assert.match(await page.locator('#summary > div').first().innerText(), /slow: openai\/simulated-gpt$/);
  });

  it('marks ejections and recoveries over time', async () => {
    const page = await shown((status) => ({ ...status, past: pastOf(status) }));
    const plot = page.locator('#deployments .plot').first();
    await plot.locator('.recoveries[d^="M"]').waitFor({ state: 'attached' });
    assert.equal((await plot.locator('.ejections').getAttribute('d'))?.match(/M/g)?.length, 2);
    assert.match((await plot.getAttribute('aria-label')) ?? '', /, set aside 2 times$/);
  });

  it('counts what stands far behind in a long plan', async () => {
    const page = await shown((status) => ({
      ...status,
      routes: status.routes.map((route) => ({
        ...route,
        plan: [1, 2, 3].flatMap((turn) =>
          route.plan.map((planned) => ({ ...planned, isTied: false, deployment: `${planned.deployment}-${turn}` })),
        ),
      })),
    }));
    const row = page.locator('#routes tbody tr').filter({ hasText: 'nemo/ordered' });
    assert.equal(await row.locator('.plan li').count(), 5);
    assert.match(await row.innerText(), /and 4 more/);
  });

  it('says how many decisions came too fast to be listed', async () => {
    await local.call('nemo/ordered');
    const page = await shown((status) => ({ ...status, decisions: { ...status.decisions, missed: 7 } }));
    assert.match(await page.locator('#shown').innerText(), /^1 of 1 shown, \d+ more came too fast to be kept$/);
  });

  it("shows second opinions, probes and the vendor's own sentence, where the operator has something to mend", async () => {
    await local.call('nemo/ordered');
    const page = await shown((status) => ({ ...status, decisions: { ...status.decisions, items: [doubted(status)] } }));
    const attempts = page.locator('#stream .attempts li');
    assert.deepEqual(await attempts.allInnerTexts(), [
      '✕ x/one misconfigured (401) after 9 ms\nIncorrect API key provided.\nSet X_KEY anew.',
      '✓ x/two (second opinion) served, 5 ms',
      '◌ x/three (probe) 210 ms',
    ]);
  });
});

/** A call that one vendor refused for a fault of the operator's, and that another was then asked for. */
function doubted({ decisions }: StatusBody): StatusBody['decisions']['items'][number] {
  const [first] = decisions.items;
  assert.ok(first);
  const attempt = { provider: 'x', hedge: false, startedAfterMs: 0, ttftMs: 5, totalMs: 9 } as const;
  const fault = {
    reason: 'misconfigured (401)',
    vendorMessage: 'Incorrect API key provided.',
    advice: 'Set X_KEY anew.',
  };
  return {
    ...first,
    attempts: [
      { ...attempt, ...fault, deployment: 'x/one', outcome: 'failed' },
      { ...attempt, deployment: 'x/two', outcome: 'served', secondOpinion: true },
    ],
    probes: [{ deployment: 'x/three', ttftMs: 210 }],
  };
}

const SLOW = { p50: 2400, p95: 3000, p99: 3200 };

function down(): Pick<DeploymentStatus, 'state' | 'ejection'> {
  return {
    state: 'ejected',
    ejection: { untilMs: Date.now() + 60_000, reason: 'failures', level: 1, probeUntilMs: null },
  };
}

/** A past with calls of everybody. */
function busyPast(status: StatusBody): RangeFigures {
  const past = pastOf(status);
  const figures = { ...past.routed, calls: 1200, failed: 14, rescued: 31, ttftMs: SLOW, latencyMs: SLOW };
  const chat = status.deployments.filter(({ kind }) => kind === 'chat');
  const named = (names: readonly string[]) => names.map((name) => ({ ...figures, name }));
  return {
    ...past,
    routed: figures,
    providers: named(chat.map(({ provider }) => provider)),
    models: named(chat.map(({ model }) => model)),
    pinned: chat.map(({ id }) => ({ deployment: id, ttftMs: SLOW, failureRate: 0.4, observations: 1200 })),
  };
}

/** A past in which the first deployment was set aside twice and has not come back from the second time. */
function pastOf({ atMs, deployments }: StatusBody): RangeFigures {
  const [{ id: deployment } = { id: '' }] = deployments;
  const first = { deployment, fromMs: atMs - 200_000, untilMs: atMs - 150_000, reason: 'failures' } as const;
  const absences = [first, { ...first, fromMs: atMs - 50_000, untilMs: null }];
  const nothing = { p50: null, p95: null, p99: null };
  const counts = { calls: 0, failed: 0, rescued: 0, hedges: 0, secondOpinions: 0, probes: 0 };
  const spent = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, costUsd: 0 };
  const routed = { ...counts, ...spent, ttftMs: nothing, latencyMs: nothing };
  const nobodys = { deployments: [], routes: [], providers: [], models: [], keys: [], pinned: [] };
  return { range: '5m', fromMs: atMs - 300_000, slotMs: 60_000, routed, ...nobodys, absences };
}
