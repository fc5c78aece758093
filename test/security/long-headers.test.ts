import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runningGateway } from '../support/running-gateway.ts';
import { modelAt, protocolGateway } from './support/every-protocol.ts';
import { SURFACE_FORMS } from './support/surface-forms.ts';

/** A caller's lists in headers: neither does an error repeat them whole, nor is a vendor sent more of them than anybody means. */

describe('a list in a header that is as long as headers may be', () => {
  for (const form of SURFACE_FORMS.filter(({ name }) => name !== 'count_tokens')) {
    it(`is repeated up to twenty of its tags by ${form.name}`, async () => {
      const gateway = protocolGateway('openai');
      const body = JSON.stringify(form.body(modelAt(form.path), {}));
      for (const tags of [
        Array.from({ length: 1500 }, (_, index) => `t${index}`),
        Array.from({ length: 1500 }, () => 'same'),
        ['x'.repeat(7_000)],
      ]) {
        const { status, text } = await gateway.ask(form.path, body, { 'x-nemo-tags': tags.join(',') });
        assert.equal(status, 400);
        assert.ok(text.length < 600, text.slice(0, 100));
      }
    });
  }

  it('reaches no vendor whole: of betas the first 32', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'anthropic' } });
    const names = Array.from({ length: 600 }, (_, index) => `beta-${index}`);
    const response = await gateway.fetch('/v1/messages', {
      method: 'POST',
      headers: { 'anthropic-beta': [...names, ...names].join(',') },
      body: JSON.stringify({ model: 'all', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    assert.equal(response.status, 200);
    await response.text();
    const [sent] = gateway.fakes.only.requests;
    assert.equal(sent?.headers['anthropic-beta'], names.slice(0, 32).join(','));
  });
});
