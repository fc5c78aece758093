import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { requestFeature } from './request-cells.ts';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = 'JVBERi0=';
const WAV = 'UklGRg==';
const PNG_URL = `data:image/png;base64,${PNG}`;
const CAT_URL = 'https://example.com/cat.png';
const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

function tool(name: string, more: object = {}): object {
  return { type: 'function', function: { name, description: 'Tells.', parameters: SCHEMA, ...more } };
}

function user(...parts: readonly object[]): JsonObject {
  return { messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, ...parts] }] };
}

const TOOLS = [tool('weather'), tool('now')];
const IMAGE_PART = { type: 'image_url', image_url: { url: PNG_URL } };
const URL_PART = { type: 'image_url', image_url: { url: CAT_URL } };
const FILE_PART = {
  type: 'file',
  file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` },
};
const AUDIO_PART = { type: 'input_audio', input_audio: { data: WAV, format: 'wav' } };
const NAMED = { type: 'function', function: { name: 'weather' } };
const ALLOWED = { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [NAMED] } };
const FORMAT = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: SCHEMA } };
const CALLS = ['Oslo', 'Rome'].map((city, index) => ({
  id: `call_${index}`,
  type: 'function',
  function: { name: 'weather', arguments: JSON.stringify({ city }) },
}));
const AFTER_CALLS = {
  tools: TOOLS,
  messages: [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: null, tool_calls: CALLS },
    { role: 'tool', tool_call_id: 'call_0', content: 'rain' },
    { role: 'tool', tool_call_id: 'call_1', content: 'sun' },
  ],
};

/** Rows about what the caller sends. */
export const REQUEST_FEATURES = [
  requestFeature('text', {
    ask: {},
    field: 'messages',
    openai: { 'messages.0.content': 'Hello' },
    compatible: { 'messages.0.content': 'Hello' },
    anthropic: { 'messages.0.content.0.text': 'Hello' },
    gemini: { 'contents.0.parts.0.text': 'Hello' },
    bedrock: { 'messages.0.content.0.text': 'Hello' },
  }),
  ...['system', 'developer'].map((role) =>
    requestFeature(`${role} message`, {
      ask: {
        messages: [
          { role, content: 'Be brief.' },
          { role: 'user', content: 'Hello' },
        ],
      },
      field: 'messages',
      openai: { 'messages.0': { role, content: 'Be brief.' } },
      compatible: { 'messages.0': { role: 'system', content: 'Be brief.' } },
      anthropic: { system: 'Be brief.', 'messages.0.role': 'user' },
      gemini: { 'systemInstruction.parts.0.text': 'Be brief.', 'contents.0.role': 'user' },
      bedrock: { 'system.0.text': 'Be brief.', 'messages.0.role': 'user' },
    }),
  ),
  requestFeature('system message in mid-conversation', {
    ask: {
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Hi' },
        { role: 'system', content: 'Now in French.' },
        { role: 'user', content: 'Go on' },
      ],
    },
    field: 'messages',
    notes: {
      compatible: 'in place, as user text',
      anthropic: 'in place, as user text',
      gemini: 'in place, as user text',
      bedrock: 'in place, as user text',
    },
    openai: { 'messages.2': { role: 'system', content: 'Now in French.' } },
    compatible: { 'messages.2': { role: 'user', content: 'Now in French.\n\nGo on' } },
    anthropic: { system: undefined, 'messages.2.role': 'user', 'messages.2.content.0.text': 'Now in French.' },
    gemini: {
      systemInstruction: undefined,
      'contents.2.role': 'user',
      'contents.2.parts.0.text': 'Now in French.',
    },
    bedrock: { system: undefined, 'messages.2.role': 'user', 'messages.2.content.0.text': 'Now in French.' },
  }),
  requestFeature('image, as a data URL', {
    ask: user(IMAGE_PART),
    field: 'messages',
    openai: { 'messages.0.content.1': IMAGE_PART },
    compatible: { 'messages.0.content.1': IMAGE_PART },
    anthropic: { 'messages.0.content.1.source': { type: 'base64', media_type: 'image/png', data: PNG } },
    gemini: { 'contents.0.parts.1.inlineData': { mimeType: 'image/png', data: PNG } },
    bedrock: { 'messages.0.content.1.image': { format: 'png', source: { bytes: PNG } } },
  }),
  requestFeature('image, by address', {
    ask: user(URL_PART),
    field: 'messages[0].content[1]',
    openai: { 'messages.0.content.1': URL_PART },
    compatible: { 'messages.0.content.1': URL_PART },
    anthropic: { 'messages.0.content.1.source': { type: 'url', url: CAT_URL } },
    gemini: { 'contents.0.parts.1.fileData.fileUri': CAT_URL },
    bedrock: 'refused',
  }),
  requestFeature('PDF', {
    ask: user(FILE_PART),
    field: 'messages',
    openai: { 'messages.0.content.1': FILE_PART },
    compatible: { 'messages.0.content.1': FILE_PART },
    anthropic: { 'messages.0.content.1.source': { type: 'base64', media_type: 'application/pdf', data: PDF } },
    gemini: { 'contents.0.parts.1.inlineData': { mimeType: 'application/pdf', data: PDF } },
    bedrock: { 'messages.0.content.1.document': { name: 'a', format: 'pdf', source: { bytes: PDF } } },
  }),
  requestFeature('audio', {
    ask: user(AUDIO_PART),
    field: 'messages[0].content[1]',
    openai: { 'messages.0.content.1': AUDIO_PART },
    compatible: { 'messages.0.content.1': AUDIO_PART },
    anthropic: 'refused',
    gemini: { 'contents.0.parts.1.inlineData': { mimeType: 'audio/wav', data: WAV } },
    bedrock: 'refused',
    notes: { bedrock: 'by model' },
  }),
  requestFeature('tools', {
    ask: { tools: TOOLS },
    field: 'tools',
    openai: { tools: TOOLS },
    compatible: { tools: TOOLS },
    anthropic: { 'tools.0.name': 'weather', 'tools.0.input_schema': SCHEMA, 'tools.1.name': 'now' },
    gemini: { 'tools.0.functionDeclarations.0.parametersJsonSchema': SCHEMA },
    bedrock: { 'toolConfig.tools.0.toolSpec.inputSchema.json': SCHEMA },
  }),
  requestFeature('strict tools', {
    ask: { tools: [tool('weather', { strict: true })] },
    field: 'strict',
    openai: { 'tools.0.function.strict': true },
    compatible: { 'tools.0.function.strict': true },
    anthropic: { 'tools.0.strict': true },
    gemini: 'dropped',
    bedrock: { 'toolConfig.tools.0.toolSpec.strict': true },
  }),
  requestFeature('tool calls and their results', {
    ask: AFTER_CALLS,
    field: 'messages',
    openai: { 'messages.1.tool_calls': CALLS, 'messages.3.content': 'sun' },
    compatible: { 'messages.1.tool_calls': CALLS, 'messages.3.content': 'sun' },
    anthropic: {
      'messages.1.content.1': { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Rome' } },
      'messages.2.content.1': { type: 'tool_result', tool_use_id: 'call_1', content: 'sun' },
      'messages.3': undefined,
    },
    gemini: {
      'contents.1.parts.1.functionCall.args': { city: 'Rome' },
      'contents.2.parts.1.functionResponse.name': 'weather',
    },
    bedrock: {
      'messages.1.content.1.toolUse.input': { city: 'Rome' },
      'messages.2.content.1.toolResult.content': [{ text: 'sun' }],
    },
  }),
  requestFeature('tool_choice: auto', {
    ask: { tools: TOOLS, tool_choice: 'auto' },
    field: 'tool_choice',
    openai: { tool_choice: 'auto' },
    compatible: { tool_choice: 'auto' },
    anthropic: { 'tool_choice.type': 'auto' },
    gemini: { 'toolConfig.functionCallingConfig.mode': 'AUTO' },
    bedrock: { 'toolConfig.toolChoice': { auto: {} } },
  }),
  requestFeature('tool_choice: required', {
    ask: { tools: TOOLS, tool_choice: 'required' },
    field: 'tool_choice',
    openai: { tool_choice: 'required' },
    compatible: { tool_choice: 'required' },
    anthropic: { 'tool_choice.type': 'any' },
    gemini: { 'toolConfig.functionCallingConfig.mode': 'ANY' },
    bedrock: { 'toolConfig.toolChoice': { any: {} } },
  }),
  requestFeature('tool_choice: none', {
    ask: { tools: TOOLS, tool_choice: 'none' },
    field: 'tool_choice',
    openai: { tool_choice: 'none' },
    compatible: { tool_choice: 'none' },
    anthropic: { 'tool_choice.type': 'none' },
    gemini: { 'toolConfig.functionCallingConfig.mode': 'NONE' },
    bedrock: { toolConfig: undefined },
    notes: { bedrock: 'the tools stay away' },
  }),
  requestFeature('tool_choice: one function', {
    ask: { tools: TOOLS, tool_choice: NAMED },
    field: 'tool_choice',
    openai: { tool_choice: NAMED },
    compatible: { tool_choice: NAMED },
    anthropic: { tool_choice: { type: 'tool', name: 'weather' } },
    gemini: { 'toolConfig.functionCallingConfig': { mode: 'ANY', allowedFunctionNames: ['weather'] } },
    bedrock: { 'toolConfig.toolChoice': { tool: { name: 'weather' } } },
  }),
  requestFeature('tool_choice: allowed_tools', {
    ask: { tools: TOOLS, tool_choice: ALLOWED },
    field: 'tool_choice',
    openai: { tool_choice: ALLOWED },
    compatible: { tool_choice: 'required', 'tools.0.function.name': 'weather', 'tools.1': undefined },
    anthropic: { 'tool_choice.type': 'any', 'tools.0.name': 'weather', 'tools.1': undefined },
    gemini: { 'toolConfig.functionCallingConfig': { mode: 'ANY', allowedFunctionNames: ['weather'] } },
    bedrock: { 'toolConfig.toolChoice': { any: {} }, 'toolConfig.tools.1': undefined },
  }),
  requestFeature('parallel_tool_calls: false', {
    ask: { tools: TOOLS, parallel_tool_calls: false },
    field: 'parallel_tool_calls',
    openai: { parallel_tool_calls: false },
    compatible: { parallel_tool_calls: false },
    anthropic: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    gemini: 'dropped',
    bedrock: { 'additionalModelRequestFields.tool_choice.disable_parallel_tool_use': true },
    notes: { bedrock: 'Claude' },
  }),
  requestFeature('response_format: json_object', {
    ask: { response_format: { type: 'json_object' } },
    field: 'response_format',
    openai: { response_format: { type: 'json_object' } },
    compatible: { response_format: { type: 'json_object' } },
    anthropic: { system: 'Answer with one valid JSON object and nothing else: no explanation, no code fence.' },
    gemini: { 'generationConfig.responseMimeType': 'application/json' },
    bedrock: {
      'system.0.text': 'Answer with one valid JSON object and nothing else: no explanation, no code fence.',
    },
    notes: { anthropic: 'by instruction', bedrock: 'by instruction' },
  }),
  requestFeature('response_format: json_schema', {
    ask: { response_format: FORMAT },
    field: 'response_format',
    openai: { response_format: FORMAT },
    compatible: { response_format: FORMAT },
    anthropic: { 'output_config.format': { type: 'json_schema', schema: SCHEMA } },
    gemini: { 'generationConfig.responseJsonSchema': SCHEMA },
    bedrock: { 'outputConfig.textFormat.structure.jsonSchema.schema': JSON.stringify(SCHEMA) },
  }),
  requestFeature('max_tokens', {
    ask: { max_tokens: 50 },
    field: 'max_tokens',
    openai: { max_completion_tokens: 50, max_tokens: undefined },
    compatible: { max_tokens: 50 },
    anthropic: { max_tokens: 50 },
    gemini: { 'generationConfig.maxOutputTokens': 50 },
    bedrock: { 'inferenceConfig.maxTokens': 50 },
  }),
  requestFeature('max_completion_tokens', {
    ask: { max_completion_tokens: 50 },
    field: 'max_completion_tokens',
    openai: { max_completion_tokens: 50 },
    compatible: { max_completion_tokens: 50 },
    anthropic: { max_tokens: 50 },
    gemini: { 'generationConfig.maxOutputTokens': 50 },
    bedrock: { 'inferenceConfig.maxTokens': 50 },
  }),
  requestFeature('stop', {
    ask: { stop: ['END'] },
    field: 'stop',
    openai: { stop: ['END'] },
    compatible: { stop: ['END'] },
    anthropic: { stop_sequences: ['END'] },
    gemini: { 'generationConfig.stopSequences': ['END'] },
    bedrock: { 'inferenceConfig.stopSequences': ['END'] },
    notes: { openai: 'by model' },
  }),
  requestFeature('temperature', {
    ask: { temperature: 0.5 },
    field: 'temperature',
    openai: { temperature: 0.5 },
    compatible: { temperature: 0.5 },
    anthropic: { temperature: 0.5 },
    gemini: { 'generationConfig.temperature': 0.5 },
    bedrock: { 'inferenceConfig.temperature': 0.5 },
    notes: { openai: 'by model', anthropic: 'by model', gemini: 'by model', bedrock: 'by model' },
  }),
  requestFeature('top_p', {
    ask: { top_p: 0.9 },
    field: 'top_p',
    openai: { top_p: 0.9 },
    compatible: { top_p: 0.9 },
    anthropic: { top_p: 0.9 },
    gemini: { 'generationConfig.topP': 0.9 },
    bedrock: { 'inferenceConfig.topP': 0.9 },
    notes: { openai: 'by model', anthropic: 'by model', gemini: 'by model', bedrock: 'by model' },
  }),
  requestFeature('top_k', {
    ask: { top_k: 5 },
    field: 'top_k',
    openai: 'dropped',
    compatible: { top_k: 5 },
    anthropic: { top_k: 5 },
    gemini: { 'generationConfig.topK': 5 },
    bedrock: { 'additionalModelRequestFields.top_k': 5 },
    notes: { bedrock: 'Claude, Nova' },
  }),
  requestFeature('seed', {
    ask: { seed: 7 },
    field: 'seed',
    openai: { seed: 7 },
    compatible: { seed: 7 },
    anthropic: 'dropped',
    gemini: { 'generationConfig.seed': 7 },
    bedrock: 'dropped',
  }),
  requestFeature('frequency_penalty, presence_penalty', {
    ask: { frequency_penalty: 0.5 },
    field: 'frequency_penalty',
    openai: { frequency_penalty: 0.5 },
    compatible: { frequency_penalty: 0.5 },
    anthropic: 'dropped',
    gemini: 'dropped',
    bedrock: 'dropped',
    notes: { gemini: 'by model' },
  }),
  requestFeature('logit_bias', {
    ask: { logit_bias: { '50256': -100 } },
    field: 'logit_bias',
    openai: { logit_bias: { '50256': -100 } },
    compatible: { logit_bias: { '50256': -100 } },
    anthropic: 'dropped',
    gemini: 'dropped',
    bedrock: 'dropped',
  }),
  requestFeature('n > 1', {
    ask: { n: 2 },
    field: 'n',
    openai: { n: 2 },
    compatible: { n: 2 },
    anthropic: 'refused',
    gemini: { 'generationConfig.candidateCount': 2 },
    bedrock: 'refused',
    notes: { gemini: 'by model' },
  }),
  requestFeature('logprobs', {
    ask: { logprobs: true, top_logprobs: 2 },
    field: 'logprobs',
    openai: { logprobs: true, top_logprobs: 2 },
    compatible: { logprobs: true, top_logprobs: 2 },
    anthropic: 'refused',
    gemini: { 'generationConfig.responseLogprobs': true, 'generationConfig.logprobs': 2 },
    bedrock: 'refused',
    notes: { openai: 'by model' },
  }),
  requestFeature('reasoning_effort', {
    ask: { reasoning_effort: 'low' },
    field: 'reasoning_effort',
    openai: { reasoning_effort: 'low' },
    compatible: { reasoning_effort: 'low' },
    anthropic: { thinking: { type: 'enabled', budget_tokens: 2048 } },
    gemini: { 'generationConfig.thinkingConfig': { thinkingBudget: 1024, includeThoughts: true } },
    bedrock: { 'additionalModelRequestFields.thinking': { type: 'enabled', budget_tokens: 2048 } },
  }),
  requestFeature('reasoning_effort: none', {
    ask: { reasoning_effort: 'none' },
    field: 'reasoning_effort',
    openai: { reasoning_effort: 'none' },
    compatible: { reasoning_effort: 'none' },
    anthropic: { thinking: { type: 'disabled' } },
    gemini: { 'generationConfig.thinkingConfig.thinkingBudget': 0 },
    bedrock: { 'additionalModelRequestFields.thinking': { type: 'disabled' } },
  }),
  requestFeature('cache marks (cache_control)', {
    ask: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'A long text.', cache_control: { type: 'ephemeral' } },
            { type: 'text', text: 'A question.' },
          ],
        },
      ],
    },
    field: 'cache_control',
    openai: 'n.a.',
    compatible: 'n.a.',
    anthropic: { 'messages.0.content.0.cache_control': { type: 'ephemeral' } },
    gemini: 'n.a.',
    bedrock: { 'messages.0.content.1': { cachePoint: { type: 'default' } } },
    notes: {
      openai: 'caches by itself',
      compatible: 'only where they are known to be read',
      gemini: 'caches by itself',
    },
  }),
  requestFeature('service_tier', {
    ask: { service_tier: 'flex' },
    field: 'service_tier',
    openai: { service_tier: 'flex' },
    compatible: 'dropped',
    anthropic: 'dropped',
    gemini: { serviceTier: 'flex' },
    bedrock: { serviceTier: { type: 'flex' } },
    notes: { anthropic: 'auto and default are kept' },
  }),
  requestFeature('user, safety_identifier', {
    ask: { user: 'u-1' },
    field: 'user',
    openai: { user: 'u-1' },
    compatible: { user: 'u-1' },
    anthropic: { metadata: { user_id: 'u-1' } },
    gemini: 'dropped',
    bedrock: { requestMetadata: { user: 'u-1' } },
  }),
  requestFeature('metadata', {
    ask: { metadata: { team: 'a' } },
    field: 'metadata',
    openai: { metadata: { team: 'a' } },
    compatible: 'n.a.',
    anthropic: 'n.a.',
    gemini: 'n.a.',
    bedrock: { requestMetadata: { team: 'a' } },
  }),
  requestFeature('audio as an answer', {
    ask: { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } },
    field: 'modalities',
    openai: { modalities: ['text', 'audio'], stream: false },
    compatible: { modalities: ['text', 'audio'] },
    anthropic: 'refused',
    gemini: 'refused',
    bedrock: 'refused',
  }),
  requestFeature('fields nobody here knows', {
    ask: { some_new_field: { a: 1 } },
    field: 'some_new_field',
    openai: { some_new_field: { a: 1 } },
    compatible: { some_new_field: { a: 1 } },
    anthropic: 'dropped',
    gemini: 'dropped',
    bedrock: 'dropped',
  }),
];
