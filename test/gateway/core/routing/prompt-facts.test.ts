import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Prompt } from '../../../../functions/gateway/core/model/prompt.ts';
import { promptFacts } from '../../../../functions/gateway/core/routing/prompt-facts.ts';
import { promptOf } from '../../../support/prompt-of.ts';
import fc from '../../../support/property.ts';

type Message = Readonly<Record<string, unknown>>;

function request(messages: readonly Message[], change: object = {}): Prompt {
  return promptOf({ messages, ...change });
}

function keyOf(...messages: readonly Message[]): string {
  return promptFacts(request(messages), []).affinityKey;
}

const SYSTEM = { role: 'system', content: 'You are brief.' } as const;
const FIRST = { role: 'user', content: 'What is a monad?' } as const;

describe("a conversation's key", () => {
  it('stays the same while the conversation grows', () => {
    const text = fc.string({ minLength: 1 });
    const later = fc.array(
      fc.oneof(
        text.map((content): Message => ({ role: 'user', content })),
        text.map((content): Message => ({ role: 'assistant', content })),
        text.map((content): Message => ({ role: 'tool', tool_call_id: 'c', content })),
      ),
    );
    fc.assert(fc.property(later, (more) => assert.equal(keyOf(SYSTEM, FIRST, ...more), keyOf(SYSTEM, FIRST))));
  });

  const others: readonly { readonly name: string; readonly messages: readonly Message[] }[] = [
    { name: 'another first question', messages: [SYSTEM, { role: 'user', content: 'What is a functor?' }] },
    { name: 'another system prompt', messages: [{ role: 'system', content: 'Be verbose.' }, FIRST] },
    { name: 'no system prompt', messages: [FIRST] },
    { name: 'the system prompt alone', messages: [SYSTEM] },
  ];
  for (const { name, messages } of others) {
    it(`is another with ${name}`, () => assert.notEqual(keyOf(...messages), keyOf(SYSTEM, FIRST)));
  }

  it('tells conversations apart that have no message of a user', () => {
    assert.notEqual(keyOf(SYSTEM), keyOf({ role: 'system', content: 'Be verbose.' }));
  });

  it('is the same for text in one part or in a string', () => {
    assert.equal(keyOf({ role: 'user', content: [{ type: 'text', text: 'What is a monad?' }] }), keyOf(FIRST));
  });

  it("is the caller's prompt_cache_key where there is one", () => {
    assert.equal(promptFacts(request([FIRST], { prompt_cache_key: 'mine' }), []).affinityKey, 'mine');
  });

  it('stays short, however long the prompt and however many its messages', () => {
    assert.ok(keyOf({ role: 'system', content: 'x'.repeat(1e6) }, FIRST).length < 5000);
    const many = Array.from({ length: 9000 }, () => ({ role: 'system', content: 'x'.repeat(600) }));
    assert.ok(keyOf(...many, FIRST).length < 20_000);
  });
});

describe('what routing knows of a chat request', () => {
  it("has the caller's limit on the answer, the newer field first", () => {
    assert.equal(promptFacts(request([FIRST]), []).maxOutputTokens, undefined);
    assert.equal(promptFacts(request([FIRST], { max_tokens: 9 }), []).maxOutputTokens, 9);
    assert.equal(promptFacts(request([FIRST], { max_tokens: 9, max_completion_tokens: 7 }), []).maxOutputTokens, 7);
  });

  it('has about a token for four bytes, and a flat price for what is not text', () => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(1e6)}` } };
    const { promptTokens } = promptFacts(
      request([{ role: 'user', content: [{ type: 'text', text: 'x'.repeat(400) }, image] }]),
      [],
    );
    assert.ok(promptTokens >= 1100 && promptTokens < 1150, String(promptTokens));
  });

  it('has the tags and whether it streams', () => {
    const { tags, stream } = promptFacts(request([FIRST], { stream: true }), ['vision']);
    assert.deepEqual({ tags, stream }, { tags: ['vision'], stream: true });
    assert.equal(promptFacts(request([FIRST]), []).stream, false);
  });

  it('counts all that is sent, wherever it stands', () => {
    const long = 'x'.repeat(400_000);
    const bare = promptFacts(request([FIRST]), []).promptTokens;
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: long } };
    const schema = { type: 'object', properties: { a: { type: 'string', description: long } } };
    const places: readonly (readonly [string, Prompt])[] = [
      ['a system message', request([{ role: 'system', content: long }, FIRST])],
      [
        "a tool's description",
        request([FIRST], { tools: [{ type: 'function', function: { name: 'f', description: long } }] }),
      ],
      [
        "a tool's schema",
        request([FIRST], { tools: [{ type: 'function', function: { name: 'f', parameters: schema } }] }),
      ],
      [
        'a tool of another type',
        request([FIRST], { tools: [{ type: 'custom', custom: { name: 'f', description: long } }] }),
      ],
      ["a call's arguments", request([FIRST, { role: 'assistant', tool_calls: [call] }])],
      ["a tool's result", request([FIRST, { role: 'tool', tool_call_id: 'c', content: long }])],
      ['reasoning', request([FIRST, { role: 'assistant', content: 'a', reasoning_content: long }])],
      ['a refusal', request([FIRST, { role: 'assistant', refusal: long }])],
      ['a member that nobody here knows', request([FIRST], { prediction: { type: 'content', content: long } })],
      ['the name of a member', request([FIRST], { metadata: { [long]: '' } })],
      ["reasoning's proof", request([FIRST, { role: 'assistant', thinking_blocks: [{ type: 'x', data: long }] }])],
      ['a legacy function', request([FIRST], { functions: [{ name: 'f', description: long }] })],
      [
        "the answer's schema",
        request([FIRST], { response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } }),
      ],
    ];
    for (const [place, prompt] of places) {
      const counted = promptFacts(prompt, []).promptTokens - bare;
      assert.ok(counted >= 99_000 && counted < 101_000, `${place}: ${counted}`);
    }
  });

  it('counts by bytes, so that no language passes for little', () => {
    const texts = ['日本語', 'Ελλάδα', '🙂🙃'].map((word) => word.repeat(10_000));
    for (const text of texts) {
      const { promptTokens } = promptFacts(request([{ role: 'user', content: text }]), []);
      assert.ok(promptTokens >= Buffer.byteLength(text) / 4);
      assert.ok(promptTokens < Buffer.byteLength(text) / 4 + 50);
    }
  });

  it('counts base64 in the place of an address as the file that it is', () => {
    const file = { type: 'file', file: { filename: 'a.pdf', file_data: 'A'.repeat(640_000) } };
    const { promptTokens } = promptFacts(request([{ role: 'user', content: [file] }]), []);
    assert.ok(promptTokens >= 20_000 && promptTokens < 20_100, String(promptTokens));
  });

  it('counts files and recordings by their size', () => {
    const data = 'A'.repeat(320_000);
    const file = { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${data}` } };
    const audio = { type: 'input_audio', input_audio: { data, format: 'wav' } };
    for (const part of [file, audio]) {
      assert.ok(promptFacts(request([{ role: 'user', content: [part] }]), []).promptTokens >= 10_000);
    }
  });

  it('has what a dearer tier costs at the most', () => {
    assert.equal(promptFacts(request([FIRST], { service_tier: 'priority' }), []).priceFactor, 2);
    for (const tier of ['auto', 'default', 'flex', 'standard_only']) {
      assert.equal(promptFacts(request([FIRST], { service_tier: tier }), []).priceFactor, undefined);
    }
  });

  it('has what a tier costs at the most that nobody here knows', () => {
    assert.equal(promptFacts(request([FIRST], { service_tier: 'turbo' }), []).priceFactor, 2);
  });

  it('has what an answer costs that is made in one country', () => {
    assert.equal(promptFacts(request([FIRST], { inference_geo: 'us' }), []).priceFactor, 1.1);
    assert.equal(promptFacts(request([FIRST], { inference_geo: 'global' }), []).priceFactor, undefined);
    assert.equal(promptFacts(request([FIRST], { inference_geo: 'us', service_tier: 'priority' }), []).priceFactor, 2.2);
  });

  it('counts a digit as two bytes, wherever it stands, because some tokenizers take each alone', () => {
    const digits = '0123456789'.repeat(400);
    const bare = promptFacts(request([FIRST]), []).promptTokens;
    const number = { enum: Array.from({ length: 400 }, () => 1.234567890123456) };
    for (const prompt of [
      request([FIRST, { role: 'user', content: digits }]),
      request([FIRST], { tools: [{ type: 'function', function: { name: 'f', parameters: number } }] }),
    ]) {
      const counted = promptFacts(prompt, []).promptTokens - bare;
      assert.ok(counted >= 2000 && counted < 4000, String(counted));
    }
  });

  it('has what is paid beside its tokens', () => {
    assert.equal(promptFacts(request([FIRST]), []).feesUsd, undefined);
    assert.equal(promptFacts(request([FIRST], { web_search_options: {}, n: 2 }), []).feesUsd, 0.1);
  });

  it('has what its images come to at the most', () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
    assert.equal(promptFacts(request([FIRST]), []).imageTokens, undefined);
    const { imageTokens = 0 } = promptFacts(request([{ role: 'user', content: [image, image] }]), []);
    assert.ok(imageTokens >= 2 * 25_501, String(imageTokens));
  });

  it('has how many answers are asked for', () => {
    assert.equal(promptFacts(request([FIRST], { n: 3 }), []).choices, 3);
  });
});
