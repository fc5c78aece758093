import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Native } from '../../../../../functions/gateway/core/model/dialect.ts';
import type { Prompt } from '../../../../../functions/gateway/core/model/prompt.ts';
import { encodeResponses } from '../../../../../functions/gateway/core/protocols/openai-responses/responses-request.ts';
import type { Target } from '../../../../../functions/gateway/core/protocols/protocol.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import { promptOf } from '../../../../support/prompt-of.ts';
import { responsesPromptOf } from '../../../../support/responses-prompt-of.ts';

function encoded(prompt: Prompt, target: Partial<Target> = {}) {
  const encoding = encodeResponses(prompt, { model: 'some-model', streaming: true, ...target });
  assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
  return encoding;
}

function bodyOf(prompt: Prompt, target: Partial<Target> = {}): JsonObject {
  return JSON.parse(JSON.stringify(encoded(prompt, target).request.body));
}

const FUNCTION = { name: 'weather', description: 'w', parameters: { type: 'object' } };

describe('a chat prompt for the Responses API', () => {
  it('says every message and call in its place, with results after their calls', () => {
    const body = bodyOf(
      promptOf({
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: [{ type: 'text', text: 'Look' }, IMAGE, FILE] },
          {
            role: 'assistant',
            content: 'Well',
            reasoning_content: 'Hm.',
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '' } }],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'rain' },
          { role: 'user', content: 'So?' },
        ],
      }),
    );
    assert.deepEqual(body, {
      input: [
        { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be brief.' }] },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'Look' },
            { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,AAAA' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
          ],
        },
        {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Well', annotations: [] }],
        },
        { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'rain' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'So?' }] },
      ],
      model: 'some-model',
      store: false,
      stream: true,
    });
  });

  it('has its tools, format and settings in the words of that API', () => {
    const { input: _, ...body } = bodyOf(
      promptOf({
        tools: [
          { type: 'function', function: FUNCTION },
          {
            type: 'custom',
            custom: {
              name: 'patch',
              format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: A' } },
            },
          },
        ],
        tool_choice: { type: 'function', function: { name: 'weather' } },
        parallel_tool_calls: false,
        response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' }, strict: true } },
        verbosity: 'low',
        reasoning_effort: 'high',
        max_completion_tokens: 5,
        temperature: 0.5,
        metadata: { a: 'b' },
        prompt_cache_key: 'k',
        user: 'someone',
      }),
      { streaming: false },
    );
    assert.deepEqual(body, {
      tools: [
        { type: 'function', ...FUNCTION, strict: false },
        { type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: A' } },
      ],
      tool_choice: { type: 'function', name: 'weather' },
      parallel_tool_calls: false,
      text: { format: { type: 'json_schema', name: 'x', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
      reasoning: { effort: 'high' },
      // The least that OpenAI takes.
      max_output_tokens: 16,
      temperature: 0.5,
      metadata: { a: 'b' },
      prompt_cache_key: 'k',
      user: 'someone',
      model: 'some-model',
      store: false,
      stream: false,
    });
  });

  it('names what it drops', () => {
    const { dropped } = encoded(promptOf({ seed: 1, frequency_penalty: 0.5, top_k: 3, logit_bias: {} }));
    assert.deepEqual([...dropped].sort(), ['frequency_penalty', 'logit_bias', 'seed', 'top_k']);
  });

  const REFUSED: readonly (readonly [body: object, param: string])[] = [
    [{ n: 2 }, 'n'],
    [{ stop: 'END' }, 'stop'],
    [{ tools: [{ type: 'web_search_20250305' }] }, 'tools[0]'],
    [{ messages: [{ role: 'user', content: [AUDIO()] }] }, 'messages[0].content[0]'],
  ];
  for (const [body, param] of REFUSED) {
    it(`is refused for ${param}`, () => {
      const encoding = encodeResponses(promptOf(body), { model: 'm', streaming: true });
      assert.ok(encoding.kind === 'unsupported');
      assert.equal(encoding.param, param);
    });
  }

  it('asks for log probabilities where the model gives them, and is refused where it does not', () => {
    const { include, top_logprobs } = bodyOf(promptOf({ logprobs: true, top_logprobs: 3 }), { model: 'gpt-4o' });
    assert.deepEqual([include, top_logprobs], [['message.output_text.logprobs'], 3]);
    const encoding = encodeResponses(promptOf({ logprobs: true }), { model: 'o3', streaming: true });
    assert.ok(encoding.kind === 'unsupported');
    assert.equal(encoding.param, 'logprobs');
  });

  it('asks models that reason for their reasoning in encrypted form, and others not', () => {
    assert.deepEqual(bodyOf(promptOf({}), { model: 'gpt-5.5' }).include, ['reasoning.encrypted_content']);
    assert.deepEqual(bodyOf(promptOf({}), { model: 'o3' }).include, ['reasoning.encrypted_content']);
    assert.equal(bodyOf(promptOf({}), { model: 'gpt-4o' }).include, undefined);
    assert.equal(bodyOf(promptOf({}), { model: 'grok-5' }).include, undefined);
    assert.ok(bodyOf(promptOf({}), { model: 'x', rules: { reasons: 'yes' } }).include);
  });

  it('goes on with what has been answered, with as much less to say', () => {
    const body = bodyOf({ ...promptOf({ max_tokens: 100 }), begun: { text: 'So far', tokens: 10 } });
    assert.deepEqual((body.input as JsonObject[]).at(-1), {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'So far' }],
    });
    assert.equal(body.max_output_tokens, 90);
  });
});

const IMAGE = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
const FILE = { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } };

function AUDIO(): object {
  return { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } };
}

describe('a prompt in the words of the Responses API', () => {
  it('stays as the caller sent it, unknown members and all', () => {
    const body = {
      input: [
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gA' },
        { type: 'something_new', a: [1, { b: null }] },
        { type: 'custom_tool_call', call_id: 'c', name: 'n', namespace: 'x', input: 'y' },
      ],
      tools: [{ type: 'web_search', filters: { allowed_domains: ['a'] } }],
      include: ['web_search_call.action.sources', 'reasoning.encrypted_content'],
      client_metadata: { a: 'b' },
      stream_options: { include_obfuscation: false },
    };
    const prompt = responsesPromptOf({ ...body, model: 'route', store: true });
    assert.deepEqual(bodyOf(prompt, { model: 'gpt-5.5' }), { ...body, model: 'gpt-5.5', store: false, stream: true });
    assert.deepEqual(encoded(prompt).dropped, []);
    const whole = bodyOf(prompt, { model: 'gpt-5.5', streaming: false });
    assert.deepEqual([whole.stream, whole.stream_options], [false, undefined]);
  });

  it('leaves behind reasoning that OpenAI could not read, and marks that the gateway has set', () => {
    const other: Native = { dialect: 'anthropic-messages', value: {}, ifForeign: 'ignore' };
    const input = [
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: `nemo:${other.dialect}:{}` },
      { type: 'item_reference', id: 'rs_0' },
      { type: 'reasoning', id: 'rs_2', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      { type: 'function_call', call_id: 'c', name: 'n', arguments: '{}', extra_content: { google: {} } },
    ];
    const call = { type: 'function_call', call_id: 'c', name: 'n', arguments: '{}' };
    assert.deepEqual(bodyOf(responsesPromptOf({ input }), { model: 'gpt-5.5' }).input, [call]);
    // Elsewhere a summary may say something.
    assert.deepEqual(bodyOf(responsesPromptOf({ input })).input, [input[2], call]);
  });

  it('says nothing of reasoning to a model without, and of sampling to one that refuses it', () => {
    const prompt = responsesPromptOf({
      reasoning: { effort: 'low' },
      temperature: 0.5,
      include: ['reasoning.encrypted_content'],
    });
    const plain = encoded(prompt, { model: 'gpt-4o' });
    assert.deepEqual(plain.dropped, ['reasoning.effort']);
    assert.deepEqual([plain.request.body.reasoning, plain.request.body.include], [undefined, []]);
    const thinking = encoded(prompt, { model: 'o3' });
    assert.deepEqual(thinking.dropped, ['temperature']);
    assert.equal(thinking.request.body.temperature, undefined);
  });

  it('is refused by a model that does not know its effort', () => {
    const prompt = responsesPromptOf({ reasoning: { effort: 'minimal' } });
    const encoding = encodeResponses(prompt, { model: 'gpt-5.6-terra', streaming: true });
    assert.equal(encoding.kind === 'unsupported' && encoding.param, 'reasoning.effort');
  });
});
