import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sha256Hex } from '../../functions/gateway/adapters/key-form.ts';
import { assemblePage } from '../../functions/gateway/page/assemble-page.ts';
import { pageAnswer } from '../../functions/gateway/page/page-answer.ts';
import { configFromSimulation } from '../../infra/local/local-config.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { browserForTests } from './support/browser.ts';

const OPERATORS_KEY = 'nemo_key-of-an-operator';
const CALLERS_KEY = 'nemo_key-of-a-caller';
const POLL_MS = 100;

/** A gateway as it is deployed: no controls, and keys of both kinds in its configuration. */
async function deployed(statusPage: boolean): Promise<LocalSystem> {
  const vendor = {
    name: 'openai',
    protocol: 'openai',
    baseUrl: 'http://127.0.0.1:9/v1',
    apiKey: 'x',
    model: 'gpt',
  } as const;
  const answer = pageAnswer(assemblePage({ pollMs: POLL_MS }));
  return startLocalSystem({
    config: {
      ...configFromSimulation([vendor]),
      statusPage,
      keys: [
        { name: 'operator', sha256: sha256Hex(OPERATORS_KEY), operator: true },
        { name: 'caller', sha256: sha256Hex(CALLERS_KEY) },
      ],
    },
    key: 'nemo_key-of-nobody',
    port: 0,
    credentials: async () => 'x',
    sign: async () => ({}),
    onRecord: () => undefined,
    onStoreError: () => undefined,
    page: async () => answer,
  });
}

describe('the live page of a deployed gateway', () => {
  const open = browserForTests();
  let system: LocalSystem;
  let origin: string;
  before(async () => {
    system = await deployed(true);
    origin = new URL(system.baseUrl).origin;
  });
  after(() => system.close());

  it('asks for a key, and shows nothing before it has one', async () => {
    const { page, complaints, strayRequests } = await open(origin);
    const field = page.getByRole('textbox', { name: 'Key' });
    await field.waitFor();
    assert.equal(await page.evaluate('document.activeElement.id'), 'key');
    assert.equal(await page.locator('#board').isVisible(), false);
    assert.equal(await page.getByRole('button', { name: 'Forget key' }).isVisible(), false);
    assert.deepEqual([complaints, strayRequests], [[], []]);
  });

  it('says what is wrong with a key that is unknown, and with one that is no operator’s', async () => {
    const { page } = await open(origin);
    const cases = [
      ['nemo_nonsense', /not known here/],
      [CALLERS_KEY, /no operator's.*--operator/],
    ] as const;
    for (const [key, says] of cases) {
      await page.getByRole('textbox', { name: 'Key' }).fill(key);
      await page.keyboard.press('Enter');
      await page.locator('#key-problem', { hasText: says }).waitFor();
      assert.deepEqual(await page.evaluate('Object.values(sessionStorage)'), []);
      assert.equal(await page.locator('#board').isVisible(), false);
    }
  });

  it("shows the fleet to an operator's key, without controls, and says that the decisions are one instance's", async () => {
    const { page } = await open(origin);
    await page.getByRole('textbox', { name: 'Key' }).fill(OPERATORS_KEY);
    await page.getByRole('button', { name: 'Show' }).click();
    await page.locator('#deployments tbody tr').waitFor();
    assert.equal(await page.getByRole('heading', { name: 'Simulated providers' }).isVisible(), false);
    assert.match(
      await page.locator('#decisions-lead').innerText(),
      /one gateway instance.*The deployments above are the whole fleet/,
    );
    await page.getByText('No calls yet.').waitFor();
  });

  it('says that the gateway does not answer, keeps what it had, and goes on by itself', async () => {
    const { page } = await open(`${origin}/#key=${OPERATORS_KEY}`);
    await page.locator('#connection[data-state="live"]').waitFor();
    await page.context().setOffline(true);
    await page.getByText('The gateway cannot be reached.').waitFor();
    assert.ok(await page.locator('#deployments tbody tr').isVisible());
    await page.context().setOffline(false);
    await page.locator('#connection[data-state="live"]').waitFor();
    assert.equal(await page.locator('#trouble').isVisible(), false);
  });

  it('sends the key in no address, and nobody may put the page in a frame', async () => {
    const { page } = await open(origin);
    const asked = page.waitForRequest(/\/status/);
    await page.getByRole('textbox', { name: 'Key' }).fill(OPERATORS_KEY);
    await page.keyboard.press('Enter');
    const request = await asked;
    assert.ok(!request.url().includes('nemo_'));
    assert.equal(request.headers().authorization, `Bearer ${OPERATORS_KEY}`);
    assert.equal(request.headers().referer ?? '', '');
    const { headers } = await fetch(origin);
    assert.equal(headers.get('x-frame-options'), 'DENY');
  });
});

describe('a deployed gateway that says nothing of a page', () => {
  const open = browserForTests();
  let system: LocalSystem;
  before(async () => {
    system = await deployed(false);
  });
  after(() => system.close());

  it('has none', async () => {
    const { page } = await open(new URL(system.baseUrl).origin);
    assert.match(await page.content(), /missing_api_key/);
    assert.equal(await page.locator('#key').count(), 0);
    const { origin } = new URL(system.baseUrl);
    for (const path of ['/', '/status']) {
      const response = await fetch(origin + path, { headers: { authorization: `Bearer ${OPERATORS_KEY}` } });
      assert.equal(response.status, 404);
    }
  });
});
