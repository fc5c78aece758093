import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { responseDecoder } from '../../../../functions/gateway/core/attempt/response-body.ts';
import type { AnswerEvent } from '../../../../functions/gateway/core/model/answer-event.ts';
import { PROTOCOLS } from '../../../../functions/gateway/core/protocols/protocols.ts';
import fc from '../../../support/property.ts';

const TARGET = { model: 'm', streaming: true };
const NAMES = Object.keys(PROTOCOLS) as (keyof typeof PROTOCOLS)[];

const STREAM = [
  ': ping\r\n\r\n',
  'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n',
  'data: {"choices":[{"index":0,"delta":{"content":"Grüße, 世界"}}]}\n\n',
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\ndata: [DONE]\n\n',
].join('');
const BODY = ` \n${JSON.stringify({ choices: [{ index: 0, message: { content: 'Grüße, 世界' }, finish_reason: 'stop' }] }, null, 2)}`;

function decode(name: keyof typeof PROTOCOLS, parts: readonly Uint8Array[]): readonly AnswerEvent[] {
  const protocol = PROTOCOLS[name];
  const decoder = responseDecoder(protocol.framing, protocol.decoder(TARGET));
  const events = parts.flatMap((part) => decoder.push(part));
  return decoder.isComplete() || events.at(-1)?.type === 'failed' ? events : [...events, ...decoder.end()];
}

/** The bytes cut at these places. */
function cut(text: string, places: readonly number[]): readonly Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const bounds = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
}

describe('an answer', () => {
  for (const [name, text] of Object.entries({ stream: STREAM, body: BODY })) {
    it(`says the same as a ${name}, wherever its bytes are cut, between the bytes of one letter too`, () => {
      const whole = decode('openai', cut(text, []));
      assert.ok(whole.some((event) => event.type === 'part-delta' && event.text === 'Grüße, 世界'));
      fc.assert(
        fc.property(fc.array(fc.nat(), { maxLength: 12 }), (places) => {
          assert.deepEqual(decode('openai', cut(text, places)), whole);
        }),
      );
    });
  }

  it('never makes a decoder throw, whatever the bytes, and always ends in a failure or a finish', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), fc.array(bytes, { maxLength: 6 }), (name, parts) => {
        const last = decode(name, parts).at(-1);
        assert.notEqual(last, undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('has nothing after its failure', () => {
    const failing = `${STREAM.slice(0, 100)}\n\ndata: {"error":{"message":"x"}}\n\n${STREAM}`;
    const events = decode('openai', cut(failing, []));
    const failed = events.findIndex((event) => event.type === 'failed');
    assert.equal(failed, events.length - 1);
  });

  for (const name of NAMES) {
    it(`of no bytes is truncated (${name})`, () => {
      assert.deepEqual(decode(name, []), [{ type: 'failed', failure: { kind: 'truncated' } }]);
    });
  }
});
