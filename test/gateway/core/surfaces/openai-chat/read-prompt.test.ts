import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readChatPrompt } from '../../../../../functions/gateway/core/surfaces/openai-chat/read-prompt.ts';
import fc from '../../../../support/property.ts';

const HELLO = { role: 'user', content: 'hello' };

function complaint(body: unknown): readonly [string | null, string] | undefined {
  const read = readChatPrompt(body);
  return read.kind === 'invalid' ? [read.param, read.message] : undefined;
}

function parsed(body: object): unknown {
  const read = readChatPrompt({ model: 'm', messages: [HELLO], ...body });
  assert.equal(read.kind, 'read');
  return read.kind === 'read' && read.prompt.original.body;
}

describe('readChatPrompt', () => {
  it('leaves a request as it is, members that it does not know included', () => {
    const body = {
      model: 'm',
      messages: [
        { role: 'system', content: 'be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image_url', image_url: { url: 'data:,' } },
          ],
          name: 'ann',
        },
        {
          role: 'assistant',
          content: null,
          refusal: null,
          thinking_blocks: [{ type: 'thinking' }],
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' }, extra_content: { google: {} } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: '1' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: {} }, cache_control: { type: 'ephemeral' } }],
      tool_choice: { type: 'function', function: { name: 'f' } },
      verbosity: 'low',
      stop: ['a'],
      something_new: { deep: [1, null] },
    };
    assert.deepEqual(parsed(body), body);
  });

  const refused: readonly [body: unknown, param: string | null, message: string][] = [
    [[], null, 'The request body must be a JSON object; got an array.'],
    [{}, 'model', 'model must be a string of at least one character; got nothing.'],
    [{ model: 'm' }, 'messages', 'messages must be an array of messages; got nothing.'],
    [{ model: 'm', messages: [] }, 'messages', 'messages must not be empty.'],
    [{ messages: ['x'] }, 'messages[0]', 'messages[0] must be an object; got a string.'],
    [
      { messages: [HELLO, { role: 'user', content: 7 }] },
      'messages[1].content',
      'messages[1].content must be a string or an array of parts; got a number.',
    ],
    [
      { messages: [{ role: 'usr', content: 'x' }] },
      'messages[0].role',
      'messages[0].role must be one of "system", "developer", "user", "assistant", "tool", "function"; got "usr".',
    ],
    [{ messages: [{ role: 'user', content: [] }] }, 'messages[0].content', 'messages[0].content must not be empty.'],
    [
      { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages[0].content[0].text',
      'messages[0].content[0].text must be a string; got nothing.',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 7 }] }] },
      'messages[0].content[0].image_url',
      'messages[0].content[0].image_url must be an object; got a number.',
    ],
    [
      { messages: [{ role: 'tool', content: 'x' }] },
      'messages[0].tool_call_id',
      'messages[0].tool_call_id must be a string; got nothing.',
    ],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: [] } }] }] },
      'messages[0].tool_calls[0].function.arguments',
      'messages[0].tool_calls[0].function.arguments must be a string of JSON text; got an array.',
    ],
    [
      { messages: [HELLO], tools: [{ type: 'function', function: {} }] },
      'tools[0].function.name',
      'tools[0].function.name must be a string of at least one character; got nothing.',
    ],
    [{ messages: [HELLO], n: 0 }, 'n', 'n must be a whole number from 1 to 128; got 0.'],
    [{ messages: [HELLO], max_tokens: 1.5 }, 'max_tokens', 'max_tokens must be a whole number of at least 1; got 1.5.'],
    [
      { messages: [HELLO], temperature: Number.POSITIVE_INFINITY },
      'temperature',
      'temperature must be a finite number; got a number.',
    ],
    [{ messages: [HELLO], stop: [1] }, 'stop[0]', 'stop[0] must be a string; got a number.'],
    [{ messages: [HELLO], stop: 1 }, 'stop', 'stop must be a string or an array of strings; got a number.'],
    [{ messages: [HELLO], stream: 'yes' }, 'stream', 'stream must be true or false; got a string.'],
    [
      { messages: [HELLO], tool_choice: 'maybe' },
      'tool_choice',
      'tool_choice must be "auto", "none", "required" or an object; got another string.',
    ],
    [
      { messages: [HELLO], response_format: { type: 'json_schema', json_schema: { name: 7 } } },
      'response_format.json_schema.name',
      'response_format.json_schema.name must be a string of at least one character; got a number.',
    ],
    [
      { messages: Array.from({ length: 10_001 }, () => HELLO) },
      'messages',
      'messages must have at most 10000 items; got 10001.',
    ],
  ];
  for (const [body, param, message] of refused) {
    it(`says: ${message}`, () => {
      assert.deepEqual(
        complaint(Array.isArray(body) ? body : { ...(param !== 'model' && { model: 'm' }), ...(body as object) }),
        [param, message],
      );
    });
  }

  it('drops top-level nulls and the nulls that mean "not set" further in', () => {
    assert.deepEqual(
      parsed({
        temperature: null,
        tools: [{ type: 'function', function: { name: 'f', description: null, strict: null } }],
        messages: [{ role: 'assistant', content: null, tool_calls: null, function_call: null }, HELLO],
      }),
      {
        model: 'm',
        tools: [{ type: 'function', function: { name: 'f' } }],
        messages: [{ role: 'assistant', content: null }, HELLO],
      },
    );
  });

  it('reads null or missing arguments as no text, and a missing type as function', () => {
    assert.deepEqual(
      parsed({
        messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: null } }] }],
      }),
      {
        model: 'm',
        messages: [
          { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
        ],
      },
    );
  });

  it('turns the legacy function members into tools, each result answering the call before it', () => {
    assert.deepEqual(
      parsed({
        functions: [{ name: 'f', parameters: {} }],
        function_call: { name: 'f' },
        messages: [
          HELLO,
          { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
          { role: 'function', name: 'f', content: '2' },
        ],
      }),
      {
        model: 'm',
        tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
        tool_choice: { type: 'function', function: { name: 'f' } },
        messages: [
          HELLO,
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'call_function_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
          },
          { role: 'tool', tool_call_id: 'call_function_1', content: '2' },
        ],
      },
    );
  });

  it('reads a plain body like one that has a member beside it which nobody knows', () => {
    const role = fc.constantFrom('system', 'developer', 'user', 'assistant');
    const settings = fc.record(
      {
        stream: fc.boolean(),
        stream_options: fc.constant({ include_usage: true }),
        max_tokens: fc.integer({ min: 1, max: 1e6 }),
        max_completion_tokens: fc.integer({ min: 1, max: 1e6 }),
        temperature: fc.double({ min: 0, max: 2, noNaN: true }),
        seed: fc.integer(),
        stop: fc.string(),
        user: fc.string(),
      },
      { requiredKeys: [] },
    );
    const messages = fc.array(fc.record({ role, content: fc.string() }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(messages, settings, (said, set) => {
        const [plain, other] = [{}, { something_new: null }].map((more) => {
          const read = readChatPrompt({ model: 'm', messages: said, ...set, ...more });
          return read.kind === 'read' ? read.prompt : undefined;
        });
        assert.ok(plain !== undefined);
        assert.deepEqual(plain, other);
      }),
    );
  });

  it('leaves a custom tool call as it is', () => {
    const call = { id: 'a', type: 'custom', custom: { name: 'sh', input: 'ls' } };
    const body = { model: 'm', messages: [{ role: 'assistant', tool_calls: [call] }] };
    assert.deepEqual(parsed(body), body);
  });

  it('never throws and never repeats what a caller wrote, whatever the body', () => {
    const secret = fc.constant('s3cret-prompt-that-must-not-show-in-a-message');
    const messages = fc.array(
      fc.record({
        role: fc.oneof(fc.constantFrom('user', 'tool', 'assistant', '__proto__'), secret),
        content: fc.oneof(secret, fc.jsonValue()),
        tool_calls: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), messages, fc.jsonValue(), (tools, someMessages, format) => {
        const said = complaint({ model: 'm', messages: someMessages, tools, response_format: format })?.[1] ?? '';
        assert.ok(!said.includes('s3cret'));
      }),
    );
  });
});
