import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mediaOfUsers } from '../../../../../functions/gateway/core/protocols/openai-chat/taken-media.ts';
import { PROTOCOLS } from '../../../../../functions/gateway/core/protocols/protocols.ts';
import { messagesPrompt } from '../../../../support/messages-prompt.ts';

const TEXT = { type: 'text', text: 'a map' };
const IMAGE = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
const FILE = { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA' } };
const USER = { role: 'user', content: 'Hi' };
const CALLS = { role: 'assistant', content: null, tool_calls: [{ id: 'c' }] };

describe('mediaOfUsers', () => {
  for (const { name, messages, expected } of [
    {
      name: 'of a tool follow the last result',
      messages: [
        CALLS,
        { role: 'tool', tool_call_id: 'a', content: [TEXT, IMAGE] },
        { role: 'tool', tool_call_id: 'b', content: [FILE] },
        USER,
      ],
      expected: [
        CALLS,
        { role: 'tool', tool_call_id: 'a', content: [TEXT] },
        { role: 'tool', tool_call_id: 'b', content: 'The content follows.' },
        { role: 'user', content: [IMAGE, FILE] },
        USER,
      ],
    },
    {
      name: 'of the assistant follow it, and nothing is left of a message that only showed',
      messages: [USER, { role: 'assistant', content: [IMAGE] }, USER],
      expected: [USER, { role: 'user', content: [IMAGE] }, USER],
    },
    {
      name: 'of the assistant beside calls follow the results of these',
      messages: [
        { ...CALLS, content: [IMAGE] },
        { role: 'tool', tool_call_id: 'c', content: 'x' },
      ],
      expected: [CALLS, { role: 'tool', tool_call_id: 'c', content: 'x' }, { role: 'user', content: [IMAGE] }],
    },
  ]) {
    it(`pictures and files ${name}`, () => {
      assert.deepEqual(mediaOfUsers(messages), expected);
    });
  }

  it('is the very same list where only users show', () => {
    const messages = [{ role: 'user', content: [TEXT, IMAGE] }, CALLS];
    assert.equal(mediaOfUsers(messages), messages);
  });

  it('a picture in a result of the Messages API reaches OpenAI from the user', () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
    const prompt = messagesPrompt({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'c', content: [{ type: 'image', source }] }],
        },
      ],
    });
    const encoding = PROTOCOLS.openai.encode(prompt, { model: 'gpt-4o', streaming: true });
    assert.ok(encoding.kind === 'encoded');
    assert.deepEqual((encoding.request.body.messages as object[]).slice(-2), [
      { role: 'tool', tool_call_id: 'c', content: 'The content follows.' },
      { role: 'user', content: [IMAGE] },
    ]);
  });
});
