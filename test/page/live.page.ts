import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { faintTexts, spokenNodes } from './support/accessibility.ts';
import { browserForTests, type Tab } from './support/browser.ts';
import { type LocalPage, startLocalPage } from './support/local-page.ts';

/** Runs in the page: what has the focus, and whether that is to be seen. The body has it while the browser's own buttons do. */
const FOCUSED = `(({ tagName, textContent, name = '' }) => tagName === 'BODY' ? ['', true]
  : [tagName === 'BUTTON' || tagName === 'A' ? textContent : name,
     getComputedStyle(document.activeElement).outlineStyle !== 'none'])(document.activeElement)`;

const ROUTE = 'nemo/latency-optimized';

describe('the live page of npm start', () => {
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
    await row('deployments', 'openai').waitFor();
  });
  afterEach(async () => {
    assert.deepEqual(tab.complaints, []);
    assert.deepEqual(tab.strayRequests, []);
    await page.context().close();
  });

  function row(table: string, text: string): Locator {
    return page.locator(`#${table} tbody tr`).filter({ hasText: text, hasNotText: 'embeddings' });
  }

  function control(provider: string): Locator {
    return page.getByRole('combobox', { name: provider, exact: true });
  }

  async function columns(text: string): Promise<readonly string[]> {
    return row('routes', text).locator('.plan .id').allTextContents();
  }

  it('shows every deployment and every route with its plan, and takes the key out of the address', async () => {
    assert.equal(await page.locator('#deployments tbody tr').count(), 4);
    assert.equal(await page.locator('#routes tbody tr').count(), 7);
    assert.equal((await columns(ROUTE)).length, 3);
    assert.equal(page.url(), `${local.origin}/`);
    assert.ok(!(await page.content()).includes(local.key));
  });

  it('keeps the key in this tab alone, over a reload, until it is told to forget it', async () => {
    const kept = await page.evaluate('[Object.values(sessionStorage), Object.values(localStorage), document.cookie]');
    assert.deepEqual(kept, [[local.key], [], '']);
    await page.reload();
    await row('deployments', 'openai').waitFor();
    await page.getByRole('button', { name: 'Forget key' }).click();
    await page.getByRole('textbox', { name: 'Key' }).waitFor();
    assert.deepEqual(await page.evaluate('Object.values(sessionStorage)'), []);
    assert.equal(await page.locator('#deployments tbody tr').count(), 0);
  });

  it('has a button that sends calls and one that stops them', async () => {
    await page.getByRole('button', { name: 'Send calls' }).click();
    await row('stream', ROUTE).nth(2).waitFor();
    await page.getByRole('button', { name: 'Stop the calls' }).click();
    await page.getByRole('button', { name: 'Send calls' }).waitFor();
    assert.match((await row('routes', ROUTE).locator('.calls').getAttribute('d')) ?? '', /^M[\d.]+ [\d.]+m/);
  });

  it('breaks a provider by keyboard too, and says which state it is in', async () => {
    const state = page.locator('.provider').filter({ has: control('anthropic') });
    await control('anthropic').focus();
    for (const [typed, kind] of [
      ['Silent', 'silent'],
      ['Healthy', 'healthy'],
    ] as const) {
      await page.keyboard.type(typed);
      await page.keyboard.press('Enter');
      await state.and(page.locator(`[data-kind="${kind}"]`)).waitFor();
      assert.equal(await control('anthropic').inputValue(), kind);
    }
  });

  it('filters the decisions by text, route, deployment and outcome', async () => {
    await local.call('anthropic/simulated-claude');
    await local.call('nemo/ordered');
    await row('stream', 'nemo/ordered').first().waitFor();
    await row('stream', 'anthropic/simulated-claude').first().waitFor();
    const shown = (): Promise<number> => page.locator('#stream tbody tr').count();
    await page.getByRole('searchbox', { name: 'Text' }).fill('claude');
    await row('stream', 'nemo/ordered').first().waitFor({ state: 'detached' });
    assert.equal(await shown(), await row('stream', 'anthropic/simulated-claude').count());
    await page.getByRole('searchbox', { name: 'Text' }).fill('');
    await page.getByRole('combobox', { name: 'Route' }).selectOption('nemo/ordered');
    assert.equal(await shown(), await row('stream', 'nemo/ordered').count());
    await page.getByRole('combobox', { name: 'Deployment' }).selectOption('google/simulated-gemini');
    await page.getByText('No decision matches the filter.').waitFor();
    await page.getByRole('combobox', { name: 'Route' }).selectOption('');
    await page.getByRole('combobox', { name: 'Deployment' }).selectOption('');
    await page.getByRole('checkbox', { name: 'Only failovers and failures' }).check();
    assert.equal(await shown(), await page.locator('#stream tr[data-kind="failover"]').count());
  });

  it('folds routes without calls away, and unfolds them', async () => {
    await local.call(ROUTE);
    const quiet = row('routes', 'nemo/shuffle');
    await quiet.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: /^Show \d routes without calls$/ }).click();
    await quiet.waitFor();
    await page.getByRole('button', { name: /^Hide \d routes without calls$/ }).click();
    await quiet.waitFor({ state: 'hidden' });
  });

  it('shows one call in full: its attempts in time, and who was ranked how', async () => {
    await local.call(ROUTE);
    const newest = row('stream', ROUTE).first().locator('.story');
    // By its name: a poll may bring a newer call above it.
    const story = page.getByLabel((await newest.getAttribute('aria-label')) ?? '', { exact: true });
    await story.locator('summary').click();
    await story.locator('.waterfall', { hasText: /simulated-\w+: \d+ ms to .*, first token at / }).waitFor();
    assert.equal(await story.locator('.ranks li').count(), 3);
  });

  it('sets what callers saw beside what each deployment alone would give', async () => {
    await local.call(ROUTE);
    const names = page.locator('#worth-table th[scope="row"]');
    await names.filter({ hasText: 'Pinned to' }).first().waitFor();
    assert.match(await names.first().innerText(), /^As routed\n/);
    const sources = page.locator('#worth-table .small');
    assert.match(await sources.first().innerText(), /^measured, \d+ calls$/);
    assert.match(await sources.nth(1).innerText(), /^estimate from \d+ attempts and probes$/);
    assert.match(
      await page.locator('#summary > div').nth(2).innerText(),
      /^The same if pinned\n[\d.]+.* m?s\nestimate; .+ % fail$/,
    );
  });

  it('shows tokens and dollars by deployment and by key, and times by provider and model', async () => {
    await local.call('nemo/ordered');
    const rows = page.locator('#figures-table tbody tr');
    for (const name of ['openai', 'simulated-gpt']) {
      await rows.filter({ has: page.getByText(name, { exact: true }) }).waitFor();
    }
    await page.getByRole('button', { name: 'Key', exact: true }).click();
    const ofKey = rows.filter({ hasText: 'local' });
    await ofKey.waitFor();
    assert.match(await ofKey.locator('[data-label="Tokens in"]').innerText(), /^\d+\n\d+ % cached$/);
    assert.notEqual(await ofKey.locator('[data-label="Tokens out"]').innerText(), '0');
    await page.getByRole('button', { name: 'Deployment', exact: true }).click();
    await rows.filter({ hasText: 'openai/simulated-gpt' }).waitFor();
    assert.match(await rows.first().locator('[data-label="First token p99"]').innerText(), /s$/);
  });

  it('goes over five minutes, an hour and a day, by keyboard too', async () => {
    await local.call('nemo/ordered');
    await page.getByRole('button', { name: '24 hours' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#summary', { hasText: /of \d+ calls, 24 hours/ }).waitFor();
    assert.equal(await page.locator('#deployments-range').innerText(), '24 hours');
    const plot = row('deployments', 'openai').locator('.plot');
    assert.match((await plot.locator('.p50').getAttribute('d')) ?? '', /^M[\d.]+ [\d.]+L/);
    assert.equal(await plot.locator('.calls').getAttribute('d'), '');
    await page.getByRole('button', { name: '1 hour' }).click();
    await page.locator('#summary', { hasText: /of \d+ calls, 1 hour/ }).waitFor();
    await page.getByRole('button', { name: '5 minutes' }).click();
    await page.locator('#summary', { hasText: /of \d+ calls, 5 minutes/ }).waitFor();
  });

  it('stands still while it is paused', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('#connection', { hasText: 'paused' }).waitFor();
    let polls = 0;
    page.on('request', (request) => {
      polls += request.url().includes('/status') ? 1 : 0;
    });
    // As long as several polls.
    await local.call('nemo/ordered');
    assert.equal(polls, 0);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('#connection', { hasText: 'live' }).waitFor();
  });

  it('names every control, table, plot and landmark for who listens', async () => {
    await local.call(ROUTE);
    await page.getByRole('heading', { name: 'What routing is worth' }).waitFor();
    const nodes = await spokenNodes(page);
    const named = (role: string): readonly string[] =>
      nodes.filter((node) => node.role === role).map(({ name }) => name);
    for (const role of ['button', 'searchbox', 'combobox', 'checkbox', 'group', 'image', 'region', 'search']) {
      assert.ok(named(role).length > 0, role);
      assert.ok(!named(role).includes(''), `a ${role} without a name`);
    }
    assert.deepEqual(named('main').length + named('banner').length, 2);
    const parts = ['Simulated providers', 'Deployments', 'What routing is worth', 'Times, tokens, dollars'];
    assert.deepEqual(named('heading'), ['NemoRouter', ...parts, 'Routes', 'Decisions']);
    assert.deepEqual(named('table').length, 5);
    assert.ok(named('columnheader').includes('Confidence'));
    assert.ok(named('rowheader').some((name) => name.startsWith('openai/simulated-gpt')));
    assert.ok(named('image').some((name) => name.startsWith('Time to first token of openai/simulated-gpt: p50')));
  });

  it('shows where the focus is, and lets the keyboard reach every control', async () => {
    const reached = new Set<string>();
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      const [name, isVisible] = (await page.evaluate(FOCUSED)) as [string, boolean];
      assert.ok(isVisible, name);
      reached.add(name);
    }
    for (const name of ['Skip to the decisions', 'Pause', 'Forget key', 'Send calls', 'text', 'failovers']) {
      assert.ok(reached.has(name), name);
    }
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`can be read in ${colorScheme} mode`, async () => {
      await local.call('nemo/ordered');
      await page.emulateMedia({ colorScheme });
      await row('stream', 'nemo/ordered').first().waitFor();
      assert.deepEqual(await faintTexts(page), []);
      const ground = String(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor'));
      const isBright = (ground.match(/\d+/g) ?? []).every((channel) => Number(channel) > 128);
      assert.equal(isBright, colorScheme === 'light');
    });
  }

  for (const width of [320, 375, 768, 1100]) {
    it(`fits a screen ${width} pixels wide without scrolling sideways`, async () => {
      await page.setViewportSize({ width, height: 800 });
      const sizes = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
      assert.deepEqual(sizes, [width, width]);
    });
  }

  it('moves nothing where the reader wants no motion', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const moving = `[...document.querySelectorAll('*')].map((node) => getComputedStyle(node))
      .filter((style) => style.transitionDuration !== '0s' || style.animationName !== 'none').length`;
    assert.equal(await page.evaluate(moving), 0);
  });
});
