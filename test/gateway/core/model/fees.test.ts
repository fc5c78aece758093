import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { promptFeesUsd, requestFeeUsd, toolFeeUsd } from '../../../../functions/gateway/core/model/cost.ts';
import type { Dialect } from '../../../../functions/gateway/core/model/dialect.ts';
import type { Prompt } from '../../../../functions/gateway/core/model/prompt.ts';
import { openAiResponses } from '../../../../functions/gateway/core/surfaces/openai-responses/openai-responses.ts';

/** A prompt in the words of Responses, whose tools a vendor carries out. */
function promptWith(...types: readonly string[]): Prompt {
  const got = openAiResponses.read({ model: 'm', input: 'Go.', tools: types.map((type) => ({ type })) });
  assert.ok(got.kind === 'read');
  return got.prompt;
}

function used(what: string, value: object = {}, dialect: Dialect = 'openai-responses'): number {
  return toolFeeUsd({ kind: 'opaque', what, native: { dialect, value: { ...value }, ifForeign: 'drop' } }, dialect);
}

describe('what vendors ask for beside tokens', () => {
  const tools: readonly (readonly [name: string, usd: number, leastUsd: number])[] = [
    ["OpenAI's search of the web", used('web_search_call'), 0.01],
    ["OpenAI's search of files", used('file_search_call'), 0.0025],
    ["OpenAI's container", used('code_interpreter_call'), 0.03],
    ["Anthropic's search of the web", used('server_tool_use', { name: 'web_search' }, 'anthropic-messages'), 0.01],
  ];
  for (const [name, usd, leastUsd] of tools) {
    it(`is charged for ${name}`, () => assert.ok(usd >= leastUsd && usd <= 3 * leastUsd, `${usd}`));
  }

  it('is charged for a picture that a tool of OpenAI has made, and not for one that is paid for by tokens', () => {
    const begins = { kind: 'media', media: 'image', source: { kind: 'none' } } as const;
    assert.ok(toolFeeUsd(begins, 'openai-responses') >= 0.25);
    assert.equal(toolFeeUsd(begins, 'gemini'), 0);
  });

  it('is nothing for results, for reasoning that is kept, and for what is known to be free', () => {
    for (const what of ['web_search_tool_result', 'compaction', 'mcp_call', 'computer_call', 'tool_search_call']) {
      assert.equal(used(what), 0);
    }
    assert.equal(toolFeeUsd({ kind: 'tool-call', id: 'c', name: 'web_search' }, 'openai-chat'), 0);
  });

  it('is charged for each answer that is searched for, and for each request of a vendor that always searches', () => {
    assert.equal(
      requestFeeUsd({ web_search_options: {} }, 'openai', 3),
      3 * requestFeeUsd({ web_search_options: {} }, 'openai', 1),
    );
    assert.ok(requestFeeUsd({ web_search_options: {} }, 'openai', 1) >= 0.05);
    assert.ok(requestFeeUsd({}, 'perplexity', 1) >= 0.014);
    assert.equal(requestFeeUsd({}, 'openai', 1), 0);
  });

  it('is reserved for one use of each tool that a vendor carries out', () => {
    assert.equal(promptFeesUsd(promptWith()), undefined);
    assert.equal(promptFeesUsd(promptWith('image_generation')), 0.25);
    assert.equal(promptFeesUsd(promptWith('web_search', 'image_generation')), 0.275);
  });
});
