import assert from 'node:assert/strict';
import { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import { readChatPrompt } from '../../functions/gateway/core/surfaces/openai-chat/read-prompt.ts';

/** A request that OpenAI takes is encoded for every vendor, or refused with the field's name. Nothing throws. */
export function assertEncodesForEveryVendor(request: unknown): void {
  const read = readChatPrompt(request);
  assert.ok(read.kind === 'read', JSON.stringify(read));
  for (const [name, protocol] of Object.entries(PROTOCOLS)) {
    for (const streaming of [true, false]) {
      const encoding = protocol.encode(read.prompt, { model: 'some-model', streaming });
      if (encoding.kind === 'encoded') {
        assert.doesNotThrow(() => JSON.stringify(encoding.request.body));
      } else {
        assert.ok(encoding.param !== '' && encoding.message !== '', name);
      }
    }
  }
}
