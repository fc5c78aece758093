import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dialect } from '../../functions/gateway/core/model/dialect.ts';
import { type JsonObject, numberMember, objectMember } from '../../functions/gateway/core/wire/json.ts';
import { PLACES, type Place, PROMPTS, servedAt } from './places.ts';

/** The most that the model gives, as the configuration says it. */
const LARGEST = 4000;

/** How a caller limits the answer, in each API and by each name. */
const WAYS: Readonly<Record<string, (limit: number | undefined) => Parameters<typeof servedAt>[1]>> = {
  'max_tokens of chat': (limit) => PROMPTS.chat({ max_tokens: limit }),
  'max_completion_tokens of chat': (limit) => PROMPTS.chat({ max_completion_tokens: limit }),
  'both names of chat': (limit) => PROMPTS.chat({ max_tokens: 99_999, max_completion_tokens: limit }),
  'max_output_tokens of Responses': (limit) => PROMPTS.responses({ max_output_tokens: limit }),
  'max_tokens of Messages': (limit) => PROMPTS.messages({ max_tokens: limit }),
};

function limitIn(dialect: Dialect, body: JsonObject): number | undefined {
  switch (dialect) {
    case 'openai-chat': {
      const names = ['max_tokens', 'max_completion_tokens'].filter((name) => name in body);
      const limits = new Set(names.map((name) => body[name]));
      assert.ok(limits.size <= 1, JSON.stringify(body));
      return numberMember(body, names[0] ?? '');
    }
    case 'openai-responses':
      return numberMember(body, 'max_output_tokens');
    case 'anthropic-messages':
      return numberMember(body, 'max_tokens');
    case 'gemini':
      return numberMember(objectMember(body, 'generationConfig'), 'maxOutputTokens');
    case 'bedrock-converse':
      return numberMember(objectMember(body, 'inferenceConfig'), 'maxTokens');
  }
}

/** Those that know one name alone. */
const ONE_NAME: Readonly<Record<string, 'max_tokens' | 'max_completion_tokens'>> = {
  'OpenAI, a reasoning model': 'max_completion_tokens',
  cerebras: 'max_completion_tokens',
  ...Object.fromEntries(
    ['mistral', 'deepseek', 'zhipu', 'dashscope', 'perplexity', 'together', 'nvidia', 'sambanova'].map((name) => [
      name,
      'max_tokens',
    ]),
  ),
  ...Object.fromEntries(['deepinfra', 'huggingface', 'ollama'].map((name) => [name, 'max_tokens'])),
};

function sentLimit(place: Place, prompt: Parameters<typeof servedAt>[1], streaming: boolean): number | undefined {
  const { dialect, body } = servedAt(place, prompt, { maxOutputTokens: LARGEST, streaming });
  const one = ONE_NAME[place.name];
  if (one !== undefined) {
    const other = one === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
    assert.ok(!(other in body), `${place.name} does not know ${other}`);
  }
  return limitIn(dialect, body);
}

describe('the limit of an answer', () => {
  for (const place of PLACES) {
    for (const [way, prompt] of Object.entries(WAYS)) {
      for (const streaming of [true, false]) {
        it(`goes to ${place.name} as ${way} has it, within the model’s largest answer, ${streaming ? 'streamed' : 'plain'}`, () => {
          assert.equal(sentLimit(place, prompt(300), streaming), 300);
          assert.equal(sentLimit(place, prompt(64_000), streaming), LARGEST);
        });
      }
    }

    it(`is the model’s largest answer where nobody says it and ${place.name} must be told, else nothing`, () => {
      for (const prompt of [PROMPTS.chat({}), PROMPTS.responses({})]) {
        const { dialect, body } = servedAt(place, prompt, { maxOutputTokens: LARGEST });
        assert.equal(limitIn(dialect, body), dialect === 'anthropic-messages' ? LARGEST : undefined);
      }
    });

    it(`leaves room for the answer beside the thoughts at ${place.name}`, () => {
      const prompt = PROMPTS.messages({ max_tokens: 64_000, thinking: { type: 'enabled', budget_tokens: 32_000 } });
      const { body } = servedAt(place, prompt, { maxOutputTokens: LARGEST });
      const fields = objectMember(body, 'additionalModelRequestFields') ?? body;
      const budget = numberMember(objectMember(fields, 'thinking'), 'budget_tokens') ?? 0;
      assert.ok(budget < LARGEST, String(budget));
    });
  }
});
