import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { askPlain, askStreamed } from '../recordings/asked-gateway.ts';
import { type ConformanceBench, startConformanceBench } from './conformance-bench.ts';
import { VENDOR_NAMES, VENDORS } from './vendors.ts';

/** Words that no vendor's table has, and what the caller must see of an answer that ends so; `failure`: no answer at all. */
const WORDS = [
  ['some_new_word', 'length'],
  ['constructor', 'length'],
  ['safety_of_the_new_kind', 'content_filter'],
  ['sensitive', 'content_filter'],
  ['network_error', 'failure'],
  ['aborted', 'failure'],
  ['malformed_json', 'failure'],
] as const;

describe('an answer that ends with a word that no table knows', () => {
  let bench: ConformanceBench;
  before(async () => {
    bench = await startConformanceBench();
  });
  after(() => bench.close());

  for (const vendor of VENDOR_NAMES) {
    for (const [word, expected] of WORDS) {
      it(`is no clean one: ${word} at ${VENDORS[vendor].title} is ${expected}, streamed and plain`, async () => {
        const request = { model: bench.model(vendor), messages: [{ role: 'user' as const, content: 'Hello' }] };
        for (const ask of [askStreamed, askPlain]) {
          bench.fake(vendor).script({ kind: 'answer', text: 'So far', nativeFinish: word });
          const seen = await ask(bench.client, request);
          const shown = seen.kind === 'failure' ? 'failure' : seen.choices[0]?.finish;
          assert.equal(shown, expected, JSON.stringify(seen));
        }
      });
    }
  }
});
