import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EVERY_PROTOCOL, modelAt, protocolGateway } from './support/every-protocol.ts';
import { SURFACE_FORMS } from './support/surface-forms.ts';

/** A deployment without prices that came after the key: what a limit of dollars does not count is not served with it. */

const KEY = { name: 'key', account: 'a'.repeat(64) };

for (const form of SURFACE_FORMS.filter(({ name }) => name !== 'count_tokens')) {
  for (const protocol of EVERY_PROTOCOL) {
    describe(`${form.name} at a vendor that speaks ${protocol} and whose prices nobody knows`, () => {
      it('is not for a key with a limit of dollars, which would not hold', async () => {
        const gateway = protocolGateway(protocol, {
          ports: { authenticate: async () => ({ ...KEY, limits: { usdPerMonth: 1 } }) },
        });
        const { status, text } = await gateway.ask(form.path, JSON.stringify(form.body(modelAt(form.path), {})));
        assert.equal(gateway.sent.length, 0);
        assert.ok(status === 400 || status === 404, text);
        assert.ok(status === 404 || /a price, which this key's limit of US dollars needs/.test(text), text);
      });
    });
  }
}
