import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import { messagesPrompt } from '../support/messages-prompt.ts';

/** Members and values of chat that no caller of Messages knows. */
const WORDS_OF_CHAT = /data:|data URL|file_data|image_url|allowed_tools|"required"|type "function"/;

const REFUSED: Readonly<Record<string, object>> = {
  'a picture by address': content({ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }),
  'a document that was uploaded': content({ type: 'document', source: { type: 'file', file_id: 'file_1' } }),
  'a document of a type that nobody knows': content({
    type: 'document',
    source: { type: 'base64', media_type: 'application/x-unknown', data: 'AAAA' },
  }),
  'the use of a computer': { tools: [{ type: 'computer_20250124', name: 'computer' }] },
  'a choice of tools that nobody knows': {
    tools: [{ name: 'f', input_schema: { type: 'object' } }],
    tool_choice: { type: 'unknown' },
  },
};

function content(...blocks: readonly object[]): object {
  return { messages: [{ role: 'user', content: blocks }] };
}

describe('what a caller of Messages is told where a vendor cannot serve', () => {
  for (const [what, body] of Object.entries(REFUSED)) {
    it(`has no words of chat for ${what}`, () => {
      const told = Object.values(PROTOCOLS).flatMap((protocol) => {
        const encoding = protocol.encode(messagesPrompt(body), { model: 'm', streaming: true });
        return encoding.kind === 'unsupported' ? encoding.message : [];
      });
      assert.ok(told.length > 0);
      assert.doesNotMatch(told.join('\n'), WORDS_OF_CHAT);
    });
  }
});
