import assert from 'node:assert/strict';
import { it } from 'node:test';
import { REAL_MESSAGES } from '../fuzz/real-messages.ts';
import { REAL_CHATS } from '../fuzz/real-requests.ts';
import { REAL_RESPONSES } from '../fuzz/real-responses.ts';
import { messagesPrompt } from '../support/messages-prompt.ts';
import { promptOf } from '../support/prompt-of.ts';
import { responsesPromptOf } from '../support/responses-prompt-of.ts';
import { type TypedBody, typeErrors } from '../support/typed-bodies.ts';
import { typedRequests } from '../support/typed-requests.ts';
import { fieldRequests } from './fields.ts';

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const IMAGE = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' };

/** A loop of calls with everything that may stand in it, in the words of Anthropic. */
const MESSAGES = {
  system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
  tools: [{ name: 'weather', description: 'Tells.', input_schema: SCHEMA, strict: true }],
  tool_choice: { type: 'any', disable_parallel_tool_use: true },
  thinking: { type: 'enabled', budget_tokens: 2000 },
  max_tokens: 4000,
  stop_sequences: ['END'],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Hi' },
        { type: 'image', source: IMAGE },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
        { type: 'text', text: 'Let me look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'image', source: IMAGE }], is_error: true },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'notes' }, title: 'a.txt' },
      ],
    },
  ],
};

/** The same in the words of the Responses API. */
const RESPONSES = {
  instructions: 'Be brief.',
  tools: [{ type: 'function', name: 'weather', parameters: SCHEMA, strict: true }],
  reasoning: { effort: 'low', summary: 'auto' },
  text: { format: { type: 'json_schema', name: 'answer', schema: SCHEMA, strict: true } },
  max_output_tokens: 4000,
  input: [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Hi' },
        { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
      ],
    },
    { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' },
    { type: 'function_call_output', call_id: 'call_1', output: 'rain' },
  ],
};

/** Members of betas go out as they came, and have no types; what goes on from a kept answer goes out with it in its place. */
const UNTYPED = /"(?:task_budget|char_location|namespace|previous_response_id|conversation)"/;

function isTyped(request: object): boolean {
  return !UNTYPED.test(JSON.stringify(request));
}

it('what goes to OpenAI, Anthropic, Google and Amazon, for ten models of each, is of the types of their own SDKs', {
  timeout: 110_000,
}, async () => {
  const prompts = [
    // What no type knows, only its own dialect is sent.
    ...fieldRequests()
      .filter(({ name }) => name !== 'a field nobody knows')
      .map(({ name, request }) => [name, promptOf(request)] as const),
    ...REAL_CHATS.map((request, index) => [`chat ${index}`, promptOf(request)] as const),
    ...REAL_MESSAGES.filter(isTyped).map((request, index) => [`message ${index}`, messagesPrompt(request)] as const),
    ...REAL_RESPONSES.filter(isTyped).map(
      (request, index) => [`response ${index}`, responsesPromptOf(request)] as const,
    ),
    ['messages', messagesPrompt(MESSAGES)] as const,
    ['responses', responsesPromptOf(RESPONSES)] as const,
  ];
  const bodies = prompts.flatMap(([name, prompt]) => typedRequests(name, prompt));
  assert.ok(bodies.length > 2500, String(bodies.length));
  assert.deepEqual(await typeErrors(bodies), []);
});

it('a member that a vendor does not have, and a value that it does not know, is found in a body of each dialect', {
  timeout: 110_000,
}, async () => {
  const wrong: readonly TypedBody[] = [
    { dialect: 'openai-chat', body: { model: 'm', messages: [], max_token: 1 }, name: 'chat' },
    {
      dialect: 'openai-responses',
      body: { model: 'm', input: [{ type: 'message', role: 'user' }] },
      name: 'responses',
    },
    { dialect: 'anthropic-messages', body: { model: 'm', max_tokens: 1, messages: [], stop: [] }, name: 'messages' },
    { dialect: 'gemini', body: { contents: [], generationConfig: { max_tokens: 1 } }, name: 'gemini' },
    {
      dialect: 'gemini',
      body: { contents: [], toolConfig: { functionCallingConfig: { mode: 'SOMETIMES' } } },
      name: 'mode',
    },
    {
      dialect: 'bedrock-converse',
      body: { messages: [{ role: 'user', content: [{ words: 'Hi' }] }] },
      name: 'bedrock',
    },
    { dialect: 'bedrock-converse', body: { messages: [], inferenceConfig: { max_tokens: 1 } }, name: 'inference' },
    {
      dialect: 'claude-on-bedrock',
      body: { anthropic_version: 'bedrock-2023-05-31', model: 'm', max_tokens: 1, messages: [] },
      name: 'invocation',
    },
    { dialect: 'claude-on-vertex', body: { max_tokens: 1, messages: [] }, name: 'prediction' },
  ];
  const told = await typeErrors(wrong);
  for (const { name } of wrong) {
    assert.ok(
      told.some((line) => line.startsWith(`${name}: `)),
      `${name}: ${told.join('\n')}`,
    );
  }
});
