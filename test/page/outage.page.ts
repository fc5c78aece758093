import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { browserForTests } from './support/browser.ts';
import { startLocalPage } from './support/local-page.ts';

/** Always tried first in this route, so that its death is noticed at the next calls. */
const ROUTE = 'nemo/ordered';
const DEPLOYMENT = 'openai/simulated-gpt';

describe('the live page during an outage', () => {
  const open = browserForTests();
  let local: Awaited<ReturnType<typeof startLocalPage>>;
  before(async () => {
    local = await startLocalPage();
  });
  after(() => local.close());

  /** Sends calls, one after the other, until something is there to be seen. */
  async function callsUntilSeen(seen: Locator): Promise<void> {
    let isSeen = false;
    const waiting = seen.waitFor().finally(() => {
      isSeen = true;
    });
    while (!isSeen) {
      await local.call(ROUTE);
    }
    await waiting;
  }

  it("follows a provider's death and recovery, while callers notice nothing", async () => {
    const { page, complaints, strayRequests } = await open(local.url);
    const row = page.locator('#deployments tbody tr').filter({ hasText: DEPLOYMENT });
    const control = (name: string): Locator =>
      page.getByRole('group', { name: 'openai' }).getByRole('button', { name });
    const told = (text: string): Promise<void> =>
      page.locator('#announcer', { hasText: text }).waitFor({ state: 'attached' });
    const plan = page.locator('#routes tbody tr').filter({ hasText: ROUTE }).locator('.plan li');
    const failovers = page.locator('#stream tr[data-kind="failover"]');

    await callsUntilSeen(page.locator('#stream tr[data-kind="direct"]').first());
    assert.match(await plan.first().innerText(), new RegExp(DEPLOYMENT));

    await control('Down').click();
    await callsUntilSeen(row.locator('[data-state="ejected"]'));
    await told(`${DEPLOYMENT} is ejected: failing.`);
    await failovers
      .filter({ hasText: `${DEPLOYMENT} unreachable` })
      .first()
      .waitFor();
    await plan.last().filter({ hasText: DEPLOYMENT }).waitFor();

    await control('Healthy').click();
    await callsUntilSeen(row.locator('[data-state="healthy"]'));
    await told(`${DEPLOYMENT} is healthy again.`);
    await plan.first().filter({ hasText: DEPLOYMENT }).waitFor();

    const failed = page.locator('#summary > div').filter({ hasText: 'Failed' }).locator('dd > span').first();
    assert.equal(await failed.textContent(), '0');
    assert.deepEqual([complaints, strayRequests], [[], []]);
  });
});
