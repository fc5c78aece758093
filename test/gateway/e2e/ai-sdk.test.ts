import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, isStepCount, type LanguageModel, streamText, tool } from 'ai';
import * as z from 'zod';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

interface GatewayAddress {
  readonly baseURL: string;
  readonly apiKey: string;
}

/** The second asks over the Responses API, as its documentation has it. */
const MODELS: Readonly<Record<string, (address: GatewayAddress) => LanguageModel>> = {
  'OpenAI-compatible': (address) => createOpenAICompatible({ name: 'nemo', includeUsage: true, ...address })('all'),
  OpenAI: (address) => createOpenAI(address)('all'),
};

for (const [kind, protocol] of Object.keys(MODELS).flatMap((name) => PROTOCOLS.map((each) => [name, each] as const))) {
  const modelAt = MODELS[kind] ?? assert.fail();
  describe(`the AI SDK's ${kind} provider with a provider of the ${protocol} protocol behind the gateway`, () => {
    let gateway: RunningGateway<'only'>;
    let model: LanguageModel;

    before(async () => {
      gateway = await runningGateway({ fakes: { only: protocol } });
      const { baseUrl: baseURL, key: apiKey } = gateway;
      model = modelAt({ baseURL, apiKey });
    });
    after(() => gateway.close());

    it('generates a text', async () => {
      gateway.fakes.only.script({ kind: 'answer', text: 'Four.', usage: { inputTokens: 7, outputTokens: 3 } });
      const result = await generateText({ model, system: 'Be brief.', prompt: 'Two and two?' });
      assert.equal(result.text, 'Four.');
      assert.equal(result.finishReason, 'stop');
      assert.equal(result.usage.inputTokens, 7);
      assert.equal(result.usage.outputTokens, 3);
      assert.equal(result.response.modelId, deploymentId('only'));
    });

    it('streams a text', async () => {
      gateway.fakes.only.script({
        kind: 'answer',
        chunks: ['One', ' two', ' three'],
        usage: { inputTokens: 8, outputTokens: 4 },
      });
      const result = streamText({ model, prompt: 'Count to three.' });
      const pieces: string[] = [];
      for await (const piece of result.textStream) {
        pieces.push(piece);
      }
      assert.deepEqual(pieces, ['One', ' two', ' three']);
      assert.equal(await result.finishReason, 'stop');
      assert.equal((await result.usage).inputTokens, 8);
      assert.equal((await result.usage).outputTokens, 4);
    });

    it('streams what the model reasons apart from what it says', async () => {
      gateway.fakes.only.script({ kind: 'answer', reasoning: ['Let me ', 'think.'], chunks: ['Yes.'] });
      const result = streamText({ model, prompt: 'Well?' });
      assert.equal(await result.text, 'Yes.');
      assert.equal(await result.reasoningText, 'Let me think.');
    });

    for (const form of ['generated', 'streamed'] as const) {
      it(`calls a tool and goes on with its result, ${form}`, async () => {
        gateway.fakes.only.script(
          {
            kind: 'tool-call',
            reasoning: ['Hm.'],
            text: 'I will see.',
            calls: [{ name: 'weather', fragments: ['{"ci', 'ty":"Oslo"}'] }],
          },
          { kind: 'answer', text: 'It rains in Oslo.' },
        );
        const asked: string[] = [];
        const weather = tool({
          description: 'The weather in a city.',
          inputSchema: z.object({ city: z.string() }),
          execute: async ({ city }) => {
            asked.push(city);
            return 'rain';
          },
        });
        const call = {
          model,
          prompt: 'Weather in Oslo?',
          tools: { weather },
          stopWhen: isStepCount(3),
          // Else the OpenAI provider sends ids in place of what was said.
          providerOptions: { openai: { store: false } },
        };
        const text = form === 'generated' ? (await generateText(call)).text : await streamText(call).text;
        assert.equal(text, 'It rains in Oslo.');
        assert.deepEqual(asked, ['Oslo']);
      });
    }

    it('throws its own error with the status and the reason when all have failed', async () => {
      await using down = await runningGateway({ fakes: { only: protocol } });
      down.fakes.only.byDefault({ kind: 'status', status: 503 });
      const { baseUrl: baseURL, key: apiKey } = down;
      const failing = modelAt({ baseURL, apiKey });
      const error = await generateText({ model: failing, prompt: 'Hello', maxRetries: 0 }).catch((thrown) => thrown);
      assert.ok(APICallError.isInstance(error), String(error));
      assert.equal(error.statusCode, 502);
      assert.match(error.message, /only\/fake-model: overloaded/);
    });
  });
}
