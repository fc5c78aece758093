import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AssistantMessage } from '../../../../../functions/gateway/core/model/chat-request.ts';
import { anthropic } from '../../../../../functions/gateway/core/protocols/anthropic-messages/anthropic.ts';
import { chatFold } from '../../../../../functions/gateway/core/surfaces/openai-chat/fold-chat.ts';
import { arrayMember, objectMember } from '../../../../../functions/gateway/core/wire/json.ts';

it('an answer that a client echoes goes back to Anthropic block by block', () => {
  const target = { model: 'claude-sonnet-4-6', streaming: false };
  const content = [
    { type: 'thinking', thinking: 'First', signature: 'sig-1' },
    { type: 'redacted_thinking', data: 'xyz' },
    { type: 'text', text: 'Let me look.' },
    { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} },
    { type: 'tool_use', id: 'toolu_2', name: 'weather', input: { city: 'Oslo' } },
  ];
  const fold = chatFold();
  for (const delta of anthropic.chatDecoder(target).body({ content, stop_reason: 'tool_use', usage: {} })) {
    fold.add(delta);
  }
  const [choice] = arrayMember(fold.body({ id: 'chatcmpl-1', created: 1, model: 'm' }), 'choices');
  const echoed: AssistantMessage = { role: 'assistant', ...objectMember(choice, 'message') };
  const encoding = anthropic.encodeChat(
    {
      model: 'm',
      messages: [
        { role: 'user', content: 'Weather?' },
        echoed,
        { role: 'tool', tool_call_id: 'toolu_1', content: 'noon' },
        { role: 'tool', tool_call_id: 'toolu_2', content: 'rain' },
      ],
      reasoning_effort: 'low',
    },
    target,
  );
  assert.ok(encoding.kind === 'encoded');
  assert.deepEqual(arrayMember(encoding.request.body, 'messages')[1], { role: 'assistant', content });
  assert.deepEqual(encoding.request.body.thinking, { type: 'adaptive' });
  assert.deepEqual(encoding.dropped, []);
});
