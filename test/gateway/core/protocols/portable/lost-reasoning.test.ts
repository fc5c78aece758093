import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sealed } from '../../../../../functions/gateway/core/protocols/openai-responses/sealed-reasoning.ts';
import type { PROTOCOLS } from '../../../../../functions/gateway/core/protocols/protocols.ts';
import '../../../../../functions/gateway/core/protocols/protocols.ts';
import { protocolFor } from '../../../../../functions/gateway/core/protocols/spoken-protocols.ts';
import { readResponsesPrompt } from '../../../../../functions/gateway/core/surfaces/openai-responses/read-responses.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';

const HI = { role: 'user', content: 'Hi.' };
const TWO = { model: 'gpt-5.5', account: 'two', streaming: true };

function encoded(item: JsonObject, protocol: keyof typeof PROTOCOLS) {
  const read = readResponsesPrompt({ model: 'm', input: [HI, item, { role: 'user', content: 'Go on.' }] });
  assert.ok(read.kind === 'read', JSON.stringify(read));
  return protocolFor(protocol, read.prompt, TWO).encode(read.prompt, TWO);
}

const COMPACTION = { type: 'compaction', id: 'cmp_1' };

describe('what one account has encrypted', () => {
  it('is refused to another where the request makes no sense without it, with its path', () => {
    for (const protocol of ['openai-responses', 'openai', 'anthropic', 'gemini', 'bedrock'] as const) {
      const encoding = encoded(sealed({ ...COMPACTION, encrypted_content: 'gAAAA' }, 'one'), protocol);
      assert.ok(encoding.kind === 'unsupported', protocol);
      assert.equal(encoding.param, 'input[1]');
    }
  });

  it('goes to its own account as it was', () => {
    const encoding = encoded(sealed({ ...COMPACTION, encrypted_content: 'gAAAA' }, 'two'), 'openai-responses');
    assert.ok(encoding.kind === 'encoded');
    assert.deepEqual(encoding.dropped, []);
    assert.deepEqual((encoding.request.body as { input: object[] }).input[1], {
      ...COMPACTION,
      encrypted_content: 'gAAAA',
    });
  });

  it('is named where it is left out', () => {
    const cases: readonly (readonly [JsonObject, string])[] = [
      [
        sealed({ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' }, 'one'),
        'reasoning.encrypted_content',
      ],
      [{ type: 'item_reference', id: 'rs_1' }, 'item_reference'],
    ];
    for (const [item, name] of cases) {
      for (const protocol of ['openai-responses', 'openai', 'anthropic', 'gemini', 'bedrock'] as const) {
        const encoding = encoded(item, protocol);
        assert.ok(encoding.kind === 'encoded', protocol);
        assert.ok(encoding.dropped.includes(name), `${protocol}: ${encoding.dropped.join()}`);
        assert.doesNotMatch(JSON.stringify(encoding.request.body), /gAAAA/);
      }
    }
  });
});
