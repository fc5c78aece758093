import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { opened, sealed } from '../../../../../functions/gateway/core/protocols/openai-responses/sealed-reasoning.ts';
import fc from '../../../../support/property.ts';

const item = (content?: unknown) => ({ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: content });

describe('encrypted reasoning', () => {
  it('comes back to its account as it was, whatever the account is called, and to no other', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (...drawn) => {
        const [content, account, other] = drawn;
        fc.pre(account !== other && account.isWellFormed() && other.isWellFormed() && !content.startsWith('nemo@'));
        const kept = sealed(item(content), account);
        assert.deepEqual(opened(kept, account), item(content));
        assert.equal(opened(kept, other), undefined);
        assert.equal(opened(kept, undefined), undefined);
      }),
    );
  });

  it('of which nobody knows the account goes on as it is', () => {
    for (const content of ['gAAAA', '', null, 7, undefined]) {
      assert.deepEqual(opened(item(content), 'openai'), item(content));
      assert.deepEqual(sealed(item(content), undefined), item(content));
    }
  });

  it('that a caller has written himself is nobody’s', () => {
    for (const content of ['nemo@', 'nemo@openai', 'nemo@:gAAAA', 'nemo@%:gAAAA']) {
      assert.equal(opened(item(content), 'other'), undefined);
    }
  });
});
