import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatSeam } from '../../../../functions/gateway/core/continuation/chat-seam.ts';
import type { ChatDelta } from '../../../../functions/gateway/core/model/chat-delta.ts';
import fc from '../../../support/property.ts';

function textDelta(text: string): ChatDelta {
  return { type: 'text-delta', choice: 0, text };
}

/** What the caller has read when a text that broke off is gone on with by these pieces. */
function joined(text: string, pieces: readonly string[]): string {
  const seam = chatSeam(text);
  const deltas = pieces.flatMap((piece) => seam.join([textDelta(piece)]));
  return text + deltas.map((delta) => (delta.type === 'text-delta' ? delta.text : '')).join('');
}

describe('the seam of a text that another deployment goes on with', () => {
  const cases = [
    { name: 'a word goes on', text: 'Hel', pieces: ['lo'], whole: 'Hello' },
    { name: 'the space comes from the continuation', text: 'Hello', pieces: [' world'], whole: 'Hello world' },
    { name: 'the space had been sent', text: 'Hello ', pieces: [' world'], whole: 'Hello world' },
    { name: 'the space had been sent and is not repeated', text: 'Hello ', pieces: ['world'], whole: 'Hello world' },
    { name: 'one of two line breaks had been sent', text: 'One\n', pieces: ['\n', '\nTwo'], whole: 'One\n\nTwo' },
    { name: 'both line breaks had been sent', text: 'One\n\n', pieces: ['\n\nTwo'], whole: 'One\n\nTwo' },
    { name: 'more had been sent than is repeated', text: 'One\n\n', pieces: [' Two'], whole: 'One\n\nTwo' },
    { name: 'a line break is missing after a space', text: 'One ', pieces: ['\n- Two'], whole: 'One \n- Two' },
    { name: 'nothing but white space had been sent', text: '\n\n', pieces: ['Hello'], whole: '\n\nHello' },
    {
      name: 'half of a character had been sent',
      text: 'Hi \ud83d',
      pieces: [' \ud83d\ude00!'],
      whole: 'Hi \ud83d\ude00!',
    },
    { name: 'nothing but white space follows', text: 'Hello', pieces: [' ', '\n'], whole: 'Hello' },
  ];
  for (const { name, text, pieces, whole } of cases) {
    it(`loses and doubles no white space where ${name}`, () => {
      assert.equal(joined(text, pieces), whole);
    });
  }

  it('gives the text as it would have been, wherever it broke and however the rest comes in pieces', () => {
    const word = fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom('a', 'b', '7', 'é', '.', '😀') });
    const space = fc.constantFrom(' ', '  ', '\n', '\n\n', ' \n\t');
    const text = fc
      .tuple(word, fc.array(fc.tuple(space, word), { maxLength: 6 }))
      .map(([first, rest]) => first + rest.map((pair) => pair.join('')).join(''));
    const cuts = fc.array(fc.nat(40), { maxLength: 6 });
    fc.assert(
      fc.property(text, fc.nat(40), cuts, (whole, at, places) => {
        const sent = whole.slice(0, Math.max(1, at % whole.length));
        // The model is shown the text without the white space at its end, and goes on from there.
        const rest = whole.slice(chatSeam(sent).prefix.length);
        const bounds = [0, ...places.map((place) => place % rest.length).sort((a, b) => a - b), rest.length];
        const pieces = bounds.slice(1).map((end, index) => rest.slice(bounds[index], end));
        assert.equal(
          joined(
            sent,
            pieces.filter((piece) => piece !== ''),
          ),
          whole,
        );
      }),
    );
  });

  it('shows the next deployment a prefix without white space at its end', () => {
    assert.equal(chatSeam('Hello \n\t').prefix, 'Hello');
  });

  it('shows the next deployment no half of a character', () => {
    assert.equal(chatSeam('Hello \ud83d').prefix, 'Hello');
    assert.equal(chatSeam('Hello\ud83d\ude00').prefix, 'Hello\ud83d\ude00');
  });

  it('keeps what the next deployment says again: only it knows what is a repetition', () => {
    assert.equal(joined('Hello', ['Hello', ' world']), 'HelloHello world');
  });

  it('holds nothing back but white space', () => {
    const seam = chatSeam('Hello');
    const finish: ChatDelta = { type: 'choice-finish', choice: 0, reason: 'stop' };
    assert.deepEqual(seam.join([textDelta(' '), finish]), [finish]);
  });
});
