import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quotesRequest } from '../../../../functions/gateway/core/attempt/quotes-request.ts';
import fc from '../../../support/property.ts';

const LETTER = 'Dear Ms Example, thank you for your order of the third of May, which we received in time.';

function asked(content: string): object {
  return {
    model: 'claude-sonnet-4-5-20250929',
    messages: [{ role: 'user', content: [{ type: 'text', text: content }] }],
  };
}

describe('quotesRequest', () => {
  it('sees a whole text and a long piece of one, wherever it stands', () => {
    assert.ok(quotesRequest(`Your input "${LETTER}" was not taken.`, asked(LETTER)));
    assert.ok(quotesRequest(`Refused at: ${LETTER.slice(11, 60)}`, asked(LETTER)));
    assert.ok(quotesRequest('No: the code is 4711-0815-x', asked('the code is 4711-0815-x')));
  });

  it('sees any quotation of 36 characters', () => {
    fc.assert(
      fc.property(fc.nat(LETTER.length - 36), fc.string({ maxLength: 40 }), (from, before) => {
        assert.ok(quotesRequest(`${before}${LETTER.slice(from, from + 36)}`, asked(LETTER)));
      }),
      { seed: 15 },
    );
  });

  it('sees none in sentences about the model, or in words that any prompt has', () => {
    const said = 'The model claude-sonnet-4-5-20250929 does not exist or you do not have access to it.';
    assert.ok(!quotesRequest(said, asked(LETTER)));
    assert.ok(!quotesRequest('Incorrect API key provided for this assistant.', asked('API key')));
    assert.ok(!quotesRequest(said, undefined));
  });

  it('costs no more than a part of a huge request', () => {
    const huge = { messages: Array.from({ length: 40 }, () => ({ content: 'x'.repeat(1_000_000) })) };
    assert.ok(!quotesRequest('y'.repeat(5000), huge));
  });
});
