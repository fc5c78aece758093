import assert from 'node:assert/strict';
import { it } from 'node:test';
import { anthropic } from '../../../../../functions/gateway/core/protocols/anthropic-messages/anthropic.ts';
import { openAiChat } from '../../../../../functions/gateway/core/surfaces/openai-chat/openai-chat.ts';
import { arrayMember, objectMember } from '../../../../../functions/gateway/core/wire/json.ts';
import { promptOf } from '../../../../support/prompt-of.ts';

it('an answer that a client echoes goes back to Anthropic block by block', () => {
  const target = { model: 'claude-sonnet-4-6', streaming: false };
  const content = [
    { type: 'thinking', thinking: 'First', signature: 'sig-1' },
    { type: 'redacted_thinking', data: 'xyz' },
    { type: 'text', text: 'Let me look.' },
    { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} },
    { type: 'tool_use', id: 'toolu_2', name: 'weather', input: { city: 'Oslo' } },
  ];
  const asked = promptOf({});
  const events = anthropic.decoder(target).body({ content, stop_reason: 'tool_use', usage: {} });
  const body = openAiChat.body(events, { requestId: '1', created: 1, model: 'm', prompt: asked });
  const [choice] = arrayMember(body, 'choices');
  const encoding = anthropic.encode(
    promptOf({
      messages: [
        { role: 'user', content: 'Weather?' },
        { ...objectMember(choice, 'message') },
        { role: 'tool', tool_call_id: 'toolu_1', content: 'noon' },
        { role: 'tool', tool_call_id: 'toolu_2', content: 'rain' },
      ],
      reasoning_effort: 'low',
    }),
    target,
  );
  assert.ok(encoding.kind === 'encoded');
  assert.deepEqual(arrayMember(encoding.request.body, 'messages')[1], { role: 'assistant', content });
  assert.deepEqual(encoding.request.body.thinking, { type: 'adaptive' });
  assert.deepEqual(encoding.dropped, []);
});
