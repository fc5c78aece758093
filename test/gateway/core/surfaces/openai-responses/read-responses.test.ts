import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readResponsesPrompt } from '../../../../../functions/gateway/core/surfaces/openai-responses/read-responses.ts';
import { responsesPromptOf } from '../../../../support/responses-prompt-of.ts';

const WEATHER = {
  type: 'function',
  name: 'weather',
  description: 'The weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: true,
};

describe('readResponsesPrompt', () => {
  it('reads a string as what the user says, and instructions before it', () => {
    assert.deepEqual(responsesPromptOf({ input: 'Hello', instructions: 'Be brief.' }).turns, [
      {
        role: 'instructions',
        path: 'instructions',
        parts: [{ kind: 'text', text: 'Be brief.', path: 'instructions' }],
      },
      { role: 'user', path: 'input', parts: [{ kind: 'text', text: 'Hello', path: 'input' }] },
    ]);
  });

  it('reads messages of every role, with and without a type, with text and with parts', () => {
    const { turns } = responsesPromptOf({
      input: [
        { role: 'developer', content: 'Be brief.' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
        { type: 'message', role: 'assistant', id: 'msg_1', content: [{ type: 'output_text', text: 'Yes?' }] },
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
      ],
    });
    assert.deepEqual(
      turns.map(({ role, parts }) => [role, ...parts.map((part) => ('text' in part ? [part.kind, part.text] : part))]),
      [
        ['instructions', ['text', 'Be brief.']],
        ['user', ['text', 'Hi']],
        ['assistant', ['text', 'Yes?'], ['refusal', 'No.']],
      ],
    );
  });

  it('reads images and files by data, address and id', () => {
    const content = [
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
      { type: 'input_image', image_url: 'https://example.com/a.png' },
      { type: 'input_image', file_id: 'file_1' },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
      { type: 'input_file', file_data: 'AAAA' },
      { type: 'input_file', file_url: 'https://example.com/a.pdf' },
    ];
    const [turn] = responsesPromptOf({ input: [{ role: 'user', content }] }).turns;
    assert.deepEqual(
      turn?.parts.map((part) => (part.kind === 'media' ? [part.media, part.source] : part)),
      [
        ['image', { kind: 'base64', mediaType: 'image/png', data: 'AAAA' }],
        ['image', { kind: 'url', url: 'https://example.com/a.png' }],
        ['image', { kind: 'uploaded', dialect: 'openai-responses', id: 'file_1' }],
        ['document', { kind: 'base64', mediaType: 'application/pdf', data: 'AAAA' }],
        ['document', { kind: 'base64', mediaType: 'application/pdf', data: 'AAAA' }],
        ['document', { kind: 'url', url: 'https://example.com/a.pdf' }],
      ],
    );
  });

  it('reads what the model made in a row as one turn, and the results of tools as the user', () => {
    const { turns } = responsesPromptOf({
      input: [
        { role: 'user', content: 'Weather?' },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'x' },
        { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' },
        { type: 'function_call', call_id: 'c2', name: 'weather', arguments: '' },
        { type: 'function_call_output', call_id: 'c1', output: 'rain' },
        { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'sun' }] },
      ],
    });
    assert.deepEqual(
      turns.map(({ role, parts }) => [role, parts.map(({ kind, path }) => `${kind} ${path}`)]),
      [
        ['user', ['text input[0].content']],
        ['assistant', ['reasoning input[1]', 'tool-call input[2]', 'tool-call input[3]']],
        ['user', ['tool-result input[4]']],
        ['user', ['tool-result input[5]']],
      ],
    );
  });

  it("gives OpenAI's proof of reasoning as the whole item, and another vendor's as that vendor gave it", () => {
    const own = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' };
    const block = { type: 'thinking', thinking: 'Hm: {', signature: 's' };
    const other = {
      type: 'reasoning',
      id: 'rs_2',
      summary: [],
      encrypted_content: `nemo:anthropic-messages:${JSON.stringify(block)}`,
    };
    const broken = { type: 'reasoning', summary: [], encrypted_content: 'nemo:somebody:{' };
    const [turn] = responsesPromptOf({ input: [own, other, broken] }).turns;
    assert.deepEqual(
      turn?.parts.map((part) => (part.kind === 'reasoning' ? part.proof : part)),
      [
        { dialect: 'openai-responses', value: own, ifForeign: 'ignore' },
        { dialect: 'anthropic-messages', value: block, ifForeign: 'ignore' },
        undefined,
      ],
    );
  });

  it('names the functions of a namespace apart from others, in tools, calls and choices', () => {
    const prompt = responsesPromptOf({
      input: [
        { role: 'user', content: 'Wait.' },
        { type: 'function_call', call_id: 'c', namespace: 'agents', name: 'weather', arguments: '{}' },
      ],
      tools: [WEATHER, { type: 'namespace', name: 'agents', tools: [{ type: 'function', name: 'weather' }] }],
      tool_choice: { type: 'function', name: 'weather', namespace: 'agents' },
    });
    assert.deepEqual(
      prompt.tools.map((tool) => tool.kind === 'function' && [tool.name, tool.namePath]),
      [
        ['weather', 'tools[0].name'],
        ['agents__weather', 'tools[1].tools[0].name'],
      ],
    );
    assert.deepEqual(prompt.toolUse, { mode: 'one', name: 'agents__weather' });
    const call = prompt.turns.at(-1)?.parts[0];
    assert.equal(call?.kind === 'tool-call' && call.name, 'agents__weather');
  });

  it('is ready to drop reasoning that is only referred to', () => {
    const input = [
      { type: 'item_reference', id: 'rs_1' },
      { role: 'user', content: 'Hi' },
    ];
    const part = responsesPromptOf({ input }).turns[0]?.parts[0];
    assert.equal(part?.kind === 'opaque' && part.native.ifForeign, 'drop');
  });

  it('takes tools that an item of the input adds', () => {
    const input = [
      { type: 'additional_tools', role: 'developer', tools: [WEATHER] },
      { role: 'user', content: 'Hi' },
    ];
    const { tools, turns } = responsesPromptOf({ input });
    assert.deepEqual(
      tools.map((tool) => tool.kind === 'function' && [tool.name, tool.path, tool.strict]),
      [['weather', 'input[0].tools[0]', true]],
    );
    assert.equal(turns.length, 1);
  });

  it('gives a namespaced name that another tool has a form that differs', () => {
    const member = { type: 'function', name: 'read' };
    const tools = [
      { type: 'function', name: 'files__read' },
      { type: 'namespace', name: 'files', tools: [member] },
    ];
    const names = responsesPromptOf({ tools }).tools.map((tool) => (tool.kind === 'function' ? tool.name : ''));
    assert.deepEqual(names, ['files__read', 'files__read_2']);
  });

  it('makes a custom tool a function of one string, and its calls calls of that', () => {
    const prompt = responsesPromptOf({
      input: [{ type: 'custom_tool_call', call_id: 'c', name: 'patch', input: 'a "b"' }],
      tools: [{ type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: A' } }],
    });
    const [tool] = prompt.tools;
    assert.ok(tool?.kind === 'function');
    assert.deepEqual(tool.schema?.required, ['input']);
    assert.match(JSON.stringify(tool.schema), /lark grammar:\\nstart: A/);
    const call = prompt.turns[0]?.parts[0];
    assert.equal(call?.kind === 'tool-call' && call.input, '{"input":"a \\"b\\""}');
  });

  const BUILT_IN = [
    { tools: ['web_search', 'function'], ifForeign: 'drop' },
    { tools: ['tool_search', 'function'], ifForeign: 'drop' },
    { tools: ['web_search'], ifForeign: 'refuse' },
    { tools: ['file_search', 'function'], ifForeign: 'refuse' },
    { tools: ['mcp', 'function'], ifForeign: 'refuse' },
  ];
  for (const { tools, ifForeign } of BUILT_IN) {
    it(`is ready to ${ifForeign} ${tools[0]} of ${tools.join(' and ')}`, () => {
      const prompt = responsesPromptOf({ tools: tools.map((type) => (type === 'function' ? WEATHER : { type })) });
      const native = prompt.tools.find((tool) => tool.kind === 'native');
      assert.equal(native?.kind === 'native' && native.native.ifForeign, ifForeign);
    });
  }

  it('reads the settings, and keeps what it has no place for under its name', () => {
    const prompt = responsesPromptOf({
      stream: true,
      max_output_tokens: 9,
      temperature: 0.5,
      top_p: 0.9,
      reasoning: { effort: 'low', summary: 'auto', context: 'all_turns' },
      text: { format: { type: 'json_schema', name: 'x', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
      parallel_tool_calls: false,
      safety_identifier: 'someone',
      prompt_cache_key: 'k',
      service_tier: 'flex',
      metadata: { a: 'b' },
      truncation: 'auto',
      store: true,
      include: ['reasoning.encrypted_content'],
      max_tool_calls: null,
      tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'weather' }] },
    });
    assert.deepEqual(prompt.limits, { choices: 1, stop: [], outputTokens: 9 });
    assert.deepEqual(prompt.sampling, { temperature: 0.5, topP: 0.9 });
    assert.deepEqual(prompt.reasoning, { effort: 'low', show: 'summary' });
    assert.deepEqual(prompt.format, { kind: 'schema', name: 'x', schema: { type: 'object' }, strict: true });
    assert.deepEqual(prompt.toolUse, { mode: 'required', only: ['weather'] });
    assert.deepEqual(
      [prompt.stream, prompt.user, prompt.cacheKey, prompt.serviceTier, prompt.parallelToolCalls],
      [true, 'someone', 'k', 'flex', false],
    );
    assert.equal(prompt.names.user, 'safety_identifier');
    assert.deepEqual(
      [...prompt.native].map(([name, { ifForeign }]) => [name, ifForeign]),
      [
        ['reasoning.context', 'drop'],
        ['text.verbosity', 'drop'],
        ['truncation', 'drop'],
        ['store', 'ignore'],
        ['include', 'ignore'],
      ],
    );
  });

  const REFUSED: readonly (readonly [body: object, param: string | null, says: RegExp])[] = [
    [{ input: undefined }, 'input', /string or an array of items; got nothing/],
    [{ input: [] }, 'input', /must not be empty/],
    [{ input: '' }, 'input', /at least one character/],
    [{ input: ['x'] }, 'input[0]', /must be an object/],
    [{ input: [{ content: 'x' }] }, 'input[0].type', /must be a string/],
    [{ input: [{ role: 'robot', content: 'x' }] }, 'input[0].role', /"user", "assistant"/],
    [{ input: [{ role: 'user' }] }, 'input[0].content', /a string or an array of parts; got nothing/],
    [{ input: [{ role: 'user', content: [{ type: 'input_text' }] }] }, 'input[0].content[0].text', /must be a string/],
    [{ input: [{ type: 'function_call', name: 'f', arguments: '' }] }, 'input[0].call_id', /got nothing/],
    [{ input: [{ type: 'function_call_output', call_id: 'c' }] }, 'input[0].output', /got nothing/],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0]', /responses\.keepDays/],
    [{ previous_response_id: 'resp_1' }, 'previous_response_id', /responses\.keepDays/],
    [{ conversation: { id: 'conv_1' } }, 'conversation', /responses\.keepDays/],
    [{ background: true }, 'background', /must be false/],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name', /got nothing/],
    [{ tools: [{ type: 'namespace', name: 'a', tools: [{}] }] }, 'tools[0].tools[0].type', /got nothing/],
    [{ tool_choice: 'any' }, 'tool_choice', /"auto", "none"/],
    [{ text: { format: { type: 'json_schema', schema: {} } } }, 'text.format.name', /got nothing/],
    [{ max_output_tokens: 0 }, 'max_output_tokens', /at least 1/],
  ];
  for (const [body, param, says] of REFUSED) {
    it(`names ${param} in its complaint about ${JSON.stringify(body)}`, () => {
      const read = readResponsesPrompt({ model: 'm', input: 'Hi', ...body });
      assert.ok(read.kind === 'invalid');
      assert.equal(read.param, param);
      assert.match(read.message, says);
    });
  }

  it('keeps the body as the caller sent it', () => {
    const body = { model: 'm', input: [{ role: 'user', content: 'Hi' }], unknown: { a: null }, stream: null };
    const read = readResponsesPrompt(body);
    assert.ok(read.kind === 'read');
    assert.deepEqual(read.prompt.original, { dialect: 'openai-responses', body });
  });
});
