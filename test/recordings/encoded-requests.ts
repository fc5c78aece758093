import assert from 'node:assert/strict';
import { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import { parseChatRequest } from '../../functions/gateway/core/surfaces/openai-chat/parse-chat-request.ts';

/** A request that OpenAI takes is encoded for every vendor, or refused with the field's name. Nothing throws. */
export function assertEncodesForEveryVendor(request: unknown): void {
  const parsed = parseChatRequest(request);
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  for (const [name, protocol] of Object.entries(PROTOCOLS)) {
    for (const streaming of [true, false]) {
      const encoding = protocol.encodeChat(parsed.request, { model: 'some-model', streaming });
      if (encoding.kind === 'encoded') {
        assert.ok(encoding.request.path.startsWith('/'), name);
        assert.doesNotThrow(() => JSON.stringify(encoding.request.body));
      } else {
        assert.ok(encoding.param !== '' && encoding.message !== '', name);
      }
    }
  }
}
