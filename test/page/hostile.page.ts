import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { StatusBody } from '../../functions/gateway/core/serve/status-call.ts';
import type { Decision } from '../../functions/gateway/core/status/decision.ts';
import type { RangeFigures } from '../../functions/gateway/core/status/range-figures.ts';
import { browserForTests } from './support/browser.ts';
import { startLocalPage } from './support/local-page.ts';

/** Sets `window.owned` wherever a text becomes markup. */
const MARKUP = `"><img src="x" onerror="window.owned = 1"><script>window.owned = 1</script>`;

describe('the live page over hostile texts', () => {
  const open = browserForTests();
  let local: Awaited<ReturnType<typeof startLocalPage>>;
  before(async () => {
    local = await startLocalPage();
  });
  after(() => local.close());

  it('shows names and reasons with markup in them as texts', async () => {
    const { page, complaints } = await open(local.origin);
    const real = await fetch(`${local.origin}/status`, { headers: { authorization: `Bearer ${local.key}` } });
    const status = poisoned((await real.json()) as StatusBody);
    await page.route(/\/status/, (route) => route.fulfill({ json: status }));
    await page.getByRole('textbox', { name: 'Key' }).fill(local.key);
    await page.keyboard.press('Enter');
    const row = page.locator('#stream tbody tr').first();
    await row.waitFor();
    assert.ok((await row.innerText()).split(MARKUP).length > 3);
    assert.ok((await page.locator('#deployments tbody').innerText()).includes(MARKUP));
    assert.ok((await page.locator('#routes tbody').innerText()).includes(MARKUP));
    for (const table of ['figures-table', 'worth-table']) {
      assert.ok((await page.locator(`#${table} tbody`).innerText()).includes(MARKUP), table);
    }
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.evaluate('window.owned'), undefined);
    assert.deepEqual(complaints, []);
  });

  it('runs no script but its own, and makes no markup of text even where its code would', async () => {
    const { page } = await open(local.origin);
    const attempts = [
      "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.owned = 1' }))",
      "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.owned=1>')",
      "document.body.setAttribute('onclick', 'window.owned = 1'); document.body.click()",
      "setTimeout('window.owned = 1')",
    ];
    for (const attempt of attempts) {
      await page.evaluate(attempt).catch(() => undefined);
    }
    assert.equal(await page.evaluate('new Promise((resolve) => setTimeout(() => resolve(window.owned)))'), undefined);
  });

  it('asks no other host, whatever its code would', async () => {
    const { page } = await open(local.origin);
    const asked = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'asked', (error) => error.name)");
    assert.equal(await asked, 'TypeError');
    const beacon = await page.evaluate(
      "new Promise((resolve) => { document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective)); fetch('http://127.0.0.1:9/').catch(() => undefined); })",
    );
    assert.equal(beacon, 'connect-src');
  });
});

function poisonedPast(atMs: number): RangeFigures {
  const nothing = { p50: null, p95: null, p99: null };
  const counts = { calls: 1, failed: 0, rescued: 0, hedges: 0, secondOpinions: 0, probes: 0 };
  const spent = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, costUsd: 0 };
  const figures = { name: MARKUP, ...counts, ...spent, ttftMs: nothing, latencyMs: nothing };
  const all = [figures];
  const pinned = [{ deployment: MARKUP, ttftMs: nothing, failureRate: 0, observations: 1 }];
  const everybody = { routed: figures, deployments: all, routes: all, providers: all, models: all, keys: all, pinned };
  return { range: '5m', fromMs: atMs, slotMs: 60_000, ...everybody, absences: [] };
}

function poisoned(status: StatusBody): StatusBody {
  const decision: Decision = {
    requestId: MARKUP,
    atMs: status.atMs,
    operation: 'chat',
    asked: MARKUP,
    route: MARKUP,
    stream: true,
    explored: false,
    status: 502,
    code: MARKUP,
    ending: 'failed',
    routing: 'direct',
    totalMs: 1,
    overheadMs: 0,
    attempts: [
      {
        deployment: MARKUP,
        provider: MARKUP,
        outcome: 'failed',
        reason: MARKUP,
        hedge: false,
        startedAfterMs: 0,
        totalMs: 1,
      },
    ],
  };
  return {
    ...status,
    routes: status.routes.map((route) => ({ ...route, name: `${route.name}${MARKUP}` })),
    deployments: status.deployments.map((deployment) => ({ ...deployment, id: `${deployment.id}${MARKUP}` })),
    decisions: { ...status.decisions, items: [decision] },
    past: poisonedPast(status.atMs),
  };
}
