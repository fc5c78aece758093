import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { opened, sealed } from '../../../../../functions/gateway/core/protocols/openai-responses/sealed-reasoning.ts';
import fc from '../../../../support/property.ts';

const item = (id?: unknown) => ({ type: 'reasoning', id, summary: [], encrypted_content: 'gAAAA' });

/** As long as OpenAI's. */
const ID = fc.stringMatching(/^rs_[0-9a-f]{50}$/);

describe('what an account has encrypted', () => {
  it('comes back to it as it was, whatever the account is called, and to no other', () => {
    fc.assert(
      fc.property(ID, fc.string(), fc.string(), (id, account, other) => {
        fc.pre(account !== other);
        const kept = sealed(item(id), account);
        assert.deepEqual(opened(kept, account), item(id));
        assert.equal(opened(kept, other), undefined);
        assert.equal(opened(kept, undefined), undefined);
      }),
    );
  });

  it('is under an id that OpenAI takes too, and is itself as its vendor gave it', () => {
    fc.assert(
      fc.property(ID, fc.string(), (id, account) => {
        const kept = sealed(item(id), account);
        assert.match(String(kept.id), /^rs_[\w-]{1,61}$/);
        assert.equal(kept.encrypted_content, 'gAAAA');
      }),
    );
  });

  it('of which nobody knows the account goes on as it is', () => {
    for (const id of ['rs_1', '', null, 7, undefined]) {
      assert.deepEqual(opened(item(id), 'openai'), item(id));
      assert.deepEqual(sealed(item(id), undefined), item(id));
    }
  });

  it('is told by nothing of a message or a call', () => {
    for (const type of ['message', 'function_call', 'web_search_call']) {
      const own = { type, id: 'x_n0a1b2c' };
      assert.deepEqual(opened(own, 'openai'), own);
      assert.deepEqual(sealed(own, 'openai'), own);
    }
  });
});
