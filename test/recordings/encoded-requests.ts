import assert from 'node:assert/strict';
import type { Prompt } from '../../functions/gateway/core/model/prompt.ts';
import { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import { readChatPrompt } from '../../functions/gateway/core/surfaces/openai-chat/read-prompt.ts';
import { readResponsesPrompt } from '../../functions/gateway/core/surfaces/openai-responses/read-responses.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';

/** A request that OpenAI takes is encoded for every vendor, or refused with the field's name. Nothing throws. */
export function assertEncodesForEveryVendor(request: unknown): void {
  const read = readChatPrompt(request);
  assert.ok(read.kind === 'read', JSON.stringify(read));
  assertEncodes(read.prompt);
}

/**
 * A request of the Responses API reaches a deployment of the same dialect as it was sent, but for what is the gateway's to say, and any
 * other vendor too, or is refused with the field's name. What needs answers that are kept is refused at once.
 */
export function assertPassesResponses(request: JsonObject): void {
  const read = readResponsesPrompt({ model: 'some-model', ...request });
  if (read.kind === 'invalid') {
    assert.ok(STATE.includes(read.param ?? ''), JSON.stringify(read));
    return;
  }
  assertEncodes(read.prompt);
  const encoding = PROTOCOLS['openai-responses'].encode(read.prompt, { model: 'some-model', streaming: true });
  assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
  const { model: _, stream: __, store: ___, ...sent } = encoding.request.body;
  const { model: ____, stream: _____, store: ______, ...own } = request;
  assert.deepEqual(sent, own);
}

const STATE: readonly string[] = ['previous_response_id', 'conversation', 'background'];

function assertEncodes(prompt: Prompt): void {
  for (const [name, protocol] of Object.entries(PROTOCOLS)) {
    for (const streaming of [true, false]) {
      const encoding = protocol.encode(prompt, { model: 'some-model', streaming });
      if (encoding.kind === 'encoded') {
        assert.doesNotThrow(() => JSON.stringify(encoding.request.body));
      } else {
        assert.ok(encoding.param !== '' && encoding.message !== '', name);
      }
    }
  }
}
