import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openAiRules } from '../../../../../functions/gateway/core/protocols/openai-chat/rules-by-model.ts';

describe('the rules of OpenAI-shaped models and hosts', () => {
  it('let a line of a model outweigh one of its host, and the configuration both', () => {
    assert.equal(openAiRules('openai/gpt-oss-120b', undefined, 'groq').answerFormats, 'any');
    assert.equal(openAiRules('llama-3.3-70b-versatile', undefined, 'groq').answerFormats, 'json_object');
    assert.equal(openAiRules('llama-3.3-70b-versatile', { answerFormats: 'none' }, 'groq').answerFormats, 'none');
  });

  it("leave OpenAI's own models what the caller sent, wherever they are served", () => {
    for (const vendor of ['openai', 'azure', 'compatible'] as const) {
      const { ownMembers, turns, instructionRole } = openAiRules('gpt-5.5', undefined, vendor);
      assert.deepEqual(
        { ownMembers, turns, instructionRole },
        { ownMembers: 'all', turns: 'as-sent', instructionRole: 'as-sent' },
      );
    }
    assert.equal(openAiRules('my-deployment', undefined, 'azure').turns, 'as-sent');
    assert.equal(openAiRules('openai/gpt-oss-120b', undefined, 'compatible').turns, 'alternating');
  });
});
