import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatMessage, ChatRequest } from '../../../../functions/gateway/core/model/chat-request.ts';
import { chatFacts } from '../../../../functions/gateway/core/routing/chat-facts.ts';
import fc from '../../../support/property.ts';

function request(messages: readonly ChatMessage[], change: Partial<ChatRequest> = {}): ChatRequest {
  return { model: 'm', messages, ...change };
}

function keyOf(...messages: readonly ChatMessage[]): string {
  return chatFacts(request(messages), []).affinityKey;
}

const SYSTEM = { role: 'system', content: 'You are brief.' } as const;
const FIRST = { role: 'user', content: 'What is a monad?' } as const;

describe("a conversation's key", () => {
  it('stays the same while the conversation grows', () => {
    const text = fc.string({ minLength: 1 });
    const later = fc.array(
      fc.oneof(
        text.map((content): ChatMessage => ({ role: 'user', content })),
        text.map((content): ChatMessage => ({ role: 'assistant', content })),
        text.map((content): ChatMessage => ({ role: 'tool', tool_call_id: 'c', content })),
      ),
    );
    fc.assert(fc.property(later, (more) => assert.equal(keyOf(SYSTEM, FIRST, ...more), keyOf(SYSTEM, FIRST))));
  });

  const others: readonly { readonly name: string; readonly messages: readonly ChatMessage[] }[] = [
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
    assert.equal(chatFacts(request([FIRST], { prompt_cache_key: 'mine' }), []).affinityKey, 'mine');
  });

  it('stays short, however long the prompt', () => {
    assert.ok(keyOf({ role: 'system', content: 'x'.repeat(1e6) }, FIRST).length < 5000);
  });
});

describe('what routing knows of a chat request', () => {
  it("has the caller's limit on the answer, the newer field first", () => {
    assert.equal(chatFacts(request([FIRST]), []).maxOutputTokens, undefined);
    assert.equal(chatFacts(request([FIRST], { max_tokens: 9 }), []).maxOutputTokens, 9);
    assert.equal(chatFacts(request([FIRST], { max_tokens: 9, max_completion_tokens: 7 }), []).maxOutputTokens, 7);
  });

  it('has about a token for four characters, and a flat price for what is not text', () => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(1e6)}` } };
    const { promptTokens } = chatFacts(
      request([{ role: 'user', content: [{ type: 'text', text: 'x'.repeat(400) }, image] }]),
      [],
    );
    assert.equal(promptTokens, 1100);
  });

  it('has the tags and whether it streams', () => {
    const { tags, stream } = chatFacts(request([FIRST], { stream: true }), ['vision']);
    assert.deepEqual({ tags, stream }, { tags: ['vision'], stream: true });
    assert.equal(chatFacts(request([FIRST]), []).stream, false);
  });
});
