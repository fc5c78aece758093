import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { browserForTests, type Tab } from './support/browser.ts';
import { type LocalPage, startLocalPage } from './support/local-page.ts';

/** Always tried first in this route, so that its trouble is noticed at the next calls. */
const ROUTE = 'nemo/ordered';
const DEPLOYMENT = 'openai/simulated-gpt';
/** In rotation: on a busy machine it may be slow beside what it was. */
const BACK = '[data-state="healthy"], [data-state="slow"]';
/** A recovery takes up to half a minute, and a busy machine its own time. */
const PATIENCE_MS = 60_000;
const PROVIDERS = ['openai', 'anthropic', 'google'] as const;

describe('the live page in trouble', () => {
  const open = browserForTests();
  let local: LocalPage;
  let tab: Tab;
  let page: Page;
  before(async () => {
    local = await startLocalPage();
  });
  after(() => local.close());
  beforeEach(async () => {
    tab = await open(local.url);
    page = tab.page;
    await callsUntilSeen(tile('Healthy').filter({ hasText: '4 of 4' }));
  });
  afterEach(async () => {
    assert.deepEqual([tab.complaints, tab.strayRequests], [[], []]);
    await page.context().close();
  });

  /** Sends calls, one after the other, until something is there to be seen. */
  async function callsUntilSeen(seen: Locator): Promise<void> {
    let isSeen = false;
    const waiting = seen
      .first()
      .waitFor({ timeout: PATIENCE_MS })
      .finally(() => {
        isSeen = true;
      });
    while (!isSeen) {
      await local.call(ROUTE);
    }
    await waiting;
  }

  function tile(title: string): Locator {
    return page.locator('#summary > div').filter({ has: page.getByText(title, { exact: true }) });
  }

  function row(deployment: string): Locator {
    return page.locator('#deployments tbody tr').filter({ hasText: deployment });
  }

  async function make(condition: string, providers: readonly string[] = ['openai']): Promise<void> {
    for (const name of providers) {
      await page.getByRole('combobox', { name, exact: true }).selectOption(condition);
    }
  }

  it("follows a provider's death and recovery, while callers notice nothing", async () => {
    const told = (text: string): Promise<void> =>
      page.locator('#announcer', { hasText: text }).waitFor({ state: 'attached' });
    const plan = page.locator('#routes tbody tr').filter({ hasText: ROUTE }).locator('.plan li');

    await callsUntilSeen(page.locator('#stream tr[data-kind="direct"]'));
    assert.match(await plan.first().innerText(), new RegExp(DEPLOYMENT));

    await make('Down');
    await callsUntilSeen(row(DEPLOYMENT).locator('[data-state="ejected"]'));
    await told(`${DEPLOYMENT} is ejected: failing.`);
    const failovers = page.locator('#stream tr[data-kind="failover"]');
    await failovers
      .filter({ hasText: `${DEPLOYMENT} unreachable` })
      .first()
      .waitFor();
    await plan.last().filter({ hasText: DEPLOYMENT }).waitFor();

    await make('Healthy');
    await callsUntilSeen(row(DEPLOYMENT).locator(BACK));
    await told(`${DEPLOYMENT} is healthy again.`);
    await plan.first().filter({ hasText: DEPLOYMENT }).waitFor();
    assert.equal(await tile('Failed').locator('dd > span').first().textContent(), '0');
  });

  it('names a provider that becomes slow, at the top and in its row, while its past is still fast', async () => {
    await Promise.all(Array.from({ length: 15 }, () => local.call(ROUTE)));
    await make('Slow ×10');
    await callsUntilSeen(tile('Healthy').filter({ hasText: DEPLOYMENT }));
    const state = row(DEPLOYMENT).locator('.state');
    assert.match((await state.getAttribute('data-state')) ?? '', /^(?:slow|ejected|due|probing)$/);
    assert.equal(await tile('Failed').locator('dd > span').first().textContent(), '0');
    await make('Healthy');
    await callsUntilSeen(row(DEPLOYMENT).locator(BACK));
  });

  it('says that nobody is left where all are down, counts what fails, and sees them come back', async () => {
    await make('Down', PROVIDERS);
    const health = tile('Healthy');
    await callsUntilSeen(health.filter({ hasText: 'nobody for 6 of 7 routes' }));
    assert.match(await health.locator('.alarming').innerText(), /^1 of 4$/);
    for (const name of ['gpt', 'claude', 'gemini']) {
      assert.notEqual(await row(`simulated-${name}`).locator('.state').getAttribute('data-state'), 'healthy');
    }
    const failed = page.locator('#stream tr[data-kind="failed"]').first();
    await failed.waitFor();
    assert.match(await failed.innerText(), /failed 50[23] /);
    await tile('Failed').locator('.alarming').waitFor();
    await make('Healthy', PROVIDERS);
    await callsUntilSeen(health.filter({ hasNotText: 'nobody' }));
    await callsUntilSeen(row(DEPLOYMENT).locator(BACK));
  });
});
