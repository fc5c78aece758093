import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Part } from '../../../../../functions/gateway/core/model/part.ts';
import type { Prompt } from '../../../../../functions/gateway/core/model/prompt.ts';
import { bedrock } from '../../../../../functions/gateway/core/protocols/bedrock-converse/bedrock.ts';
import type { Encoding, Target } from '../../../../../functions/gateway/core/protocols/protocol.ts';
import { arrayMember, type JsonObject, member } from '../../../../../functions/gateway/core/wire/json.ts';
import { promptOf } from '../../../../support/prompt-of.ts';
import fc from '../../../../support/property.ts';

const SONNET_3_7 = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0';
const SONNET_4_5 = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const OPUS_4_6 = 'anthropic.claude-opus-4-6-v1';
const NOVA = 'amazon.nova-lite-v1:0';
const NOVA_2 = 'us.amazon.nova-2-lite-v1:0';
const LLAMA = 'meta.llama3-1-70b-instruct-v1:0';
const MISTRAL = 'mistral.mistral-large-2407-v1:0';
const GPT_OSS = 'openai.gpt-oss-120b-1:0';

const HELLO: JsonObject = { role: 'user', content: 'Hello' };
const WEATHER: JsonObject = {
  type: 'function',
  function: { name: 'weather', description: 'Of a city', parameters: { type: 'object', properties: { city: {} } } },
};
const TIME: JsonObject = { type: 'function', function: { name: 'time' } };
const CALL: JsonObject = {
  id: 'call_1',
  type: 'function',
  function: { name: 'weather', arguments: '{"city":"Bonn"}' },
};

function encode(fields: JsonObject, target: Partial<Target> = {}): Encoding {
  return encodePrompt(promptOf({ messages: [HELLO], ...fields }), target);
}

function encodePrompt(prompt: Prompt, target: Partial<Target> = {}): Encoding {
  return bedrock.encode(prompt, { model: SONNET_4_5, streaming: true, ...target });
}

/** The body for a prompt with what no OpenAI chat request says. */
function bodyOf(more: Partial<Prompt>, target: Partial<Target> = {}): JsonObject {
  const encoding = encodePrompt({ ...promptOf({ messages: [HELLO] }), ...more }, target);
  assert.equal(encoding.kind, 'encoded', JSON.stringify(encoding));
  return encoding.kind === 'encoded' ? encoding.request.body : {};
}

function userTurn(...parts: readonly Part[]): Prompt['turns'] {
  return [{ role: 'user', parts, path: 'messages[0]' }];
}

function encoded(fields: JsonObject, target: Partial<Target> = {}): Extract<Encoding, { kind: 'encoded' }> {
  const encoding = encode(fields, target);
  assert.equal(encoding.kind, 'encoded', JSON.stringify(encoding));
  return encoding as Extract<Encoding, { kind: 'encoded' }>;
}

function body(fields: JsonObject, target: Partial<Target> = {}): JsonObject {
  return encoded(fields, target).request.body;
}

function refusedParam(fields: JsonObject, target: Partial<Target> = {}): string | undefined {
  const encoding = encode(fields, target);
  return encoding.kind === 'unsupported' ? encoding.param : undefined;
}

function assistantCalls(...calls: JsonObject[]): JsonObject {
  return { role: 'assistant', content: null, tool_calls: calls };
}

function result(id: string, content: unknown, more: JsonObject = {}): JsonObject {
  return { role: 'tool', tool_call_id: id, content, ...more };
}

test('An answer and a stream of it are two operations, each with the type that it answers', () => {
  const operations = [true, false].map((streaming) => {
    const { operation, headers } = encoded({}, { streaming }).request;
    return [operation, headers];
  });
  assert.deepEqual(operations, [
    ['answer-stream', { accept: 'application/vnd.amazon.eventstream' }],
    ['answer', { accept: 'application/json' }],
  ]);
});

test('Leading system messages become system blocks; a later one stays in its place as the user’s text', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
    HELLO,
    { role: 'system', content: 'Now in French.' },
  ];
  assert.deepEqual(body({ messages }), {
    system: [{ text: 'Be brief.' }, { text: 'Be kind.' }],
    messages: [{ role: 'user', content: [{ text: 'Hello' }, { text: 'Now in French.' }] }],
  });
});

test('A model without a system prompt gets it as the beginning of the first message', () => {
  const messages = [{ role: 'system', content: 'Be brief.' }, HELLO];
  assert.deepEqual(body({ messages }, { model: 'amazon.titan-text-express-v1' }), {
    messages: [{ role: 'user', content: [{ text: 'Be brief.' }, { text: 'Hello' }] }],
  });
});

test('Messages of one side are merged, blank text is dropped, and a message left empty gets a placeholder', () => {
  const messages = [
    { role: 'user', content: ' \n' },
    { role: 'assistant', content: 'One.' },
    { role: 'assistant', content: 'Two.' },
    HELLO,
    { role: 'user', content: 'again' },
  ];
  assert.deepEqual(body({ messages }).messages, [
    { role: 'user', content: [{ text: '(empty)' }] },
    { role: 'assistant', content: [{ text: 'One.' }, { text: 'Two.' }] },
    { role: 'user', content: [{ text: 'Hello' }, { text: 'again' }] },
  ]);
});

test('A conversation that the assistant begins goes to the families that take one', () => {
  const messages = [{ role: 'assistant', content: 'Hi' }, HELLO];
  for (const model of ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'qwen.qwen3-32b-v1:0', 'zai.glm-4.7']) {
    assert.deepEqual((body({ messages }, { model }).messages as JsonObject[])[0]?.role, 'assistant');
  }
  for (const model of [NOVA, 'us.meta.llama3-3-70b-instruct-v1:0', 'mistral.mistral-large-2407-v1:0']) {
    assert.equal(refusedParam({ messages }, { model }), 'messages');
  }
});

const APART = [LLAMA, 'mistral.mistral-large-2407-v1:0', 'us.writer.palmyra-x5-v1:0'];

test('Results of tools and the words after them are of one turn, or of two where the family wants it', () => {
  const shapes = (fields: JsonObject, model: string) =>
    (body(fields, { model }).messages as JsonObject[]).map(({ role, content }) => [
      role,
      ...(content as JsonObject[]).map((block) => Object.keys(block)[0]),
    ]);
  const asked = [HELLO, assistantCalls(CALL), result('call_1', 'rain')];
  for (const model of APART) {
    assert.deepEqual(shapes({ messages: [...asked, HELLO], tools: [WEATHER] }, model).slice(2), [
      ['user', 'toolResult'],
      ['assistant', 'text'],
      ['user', 'text'],
    ]);
    assert.deepEqual(shapes({ messages: asked, tools: [WEATHER] }, model).slice(2), [['user', 'toolResult']]);
  }
  for (const model of [SONNET_4_5, NOVA]) {
    assert.deepEqual(shapes({ messages: [...asked, HELLO], tools: [WEATHER] }, model).slice(2), [
      ['user', 'toolResult', 'text'],
    ]);
  }
});

test('A picture in a result stays there for Claude and Nova, and follows it for others', () => {
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
  const messages = [HELLO, assistantCalls(CALL), result('call_1', [{ type: 'text', text: 'a map' }, image])];
  const sent = (model: string) => (body({ messages, tools: [WEATHER] }, { model }).messages as JsonObject[]).slice(2);
  const block = { image: { format: 'png', source: { bytes: 'AAAA' } } };
  for (const model of [SONNET_4_5, NOVA]) {
    const [only, ...others] = sent(model);
    assert.deepEqual(others, []);
    assert.deepEqual(member(member((only!.content as JsonObject[])[0], 'toolResult'), 'content'), [
      { text: 'a map' },
      block,
    ]);
  }
  for (const model of APART) {
    assert.deepEqual(sent(model).at(-1), { role: 'user', content: [block] });
  }
});

test('A picture that the assistant made is shown by the user', () => {
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
  const messages = [HELLO, { role: 'assistant', content: [{ type: 'text', text: 'Here.' }, image] }, HELLO];
  assert.deepEqual((body({ messages }).messages as JsonObject[]).slice(1), [
    { role: 'assistant', content: [{ text: 'Here.' }] },
    { role: 'user', content: [{ image: { format: 'png', source: { bytes: 'AAAA' } } }, { text: 'Hello' }] },
  ]);
});

test('Models that know tools only in a whole answer are asked for one where there are tools', () => {
  for (const [model, fields, operation] of [
    [LLAMA, { tools: [WEATHER] }, 'answer'],
    [LLAMA, {}, 'answer-stream'],
    ['mistral.mistral-large-2407-v1:0', { tools: [WEATHER] }, 'answer'],
    [NOVA, { tools: [WEATHER] }, 'answer-stream'],
    [LLAMA, { messages: [HELLO, assistantCalls(CALL), result('call_1', 'rain')] }, 'answer'],
  ] as const) {
    assert.equal(encoded(fields as JsonObject, { model }).request.operation, operation);
  }
  assert.equal(
    encoded({ tools: [WEATHER] }, { model: LLAMA, rules: { streamedTools: true } }).request.operation,
    'answer-stream',
  );
});

test('Stop sequences are refused where the model takes none, since the answer would go on past them', () => {
  for (const model of ['openai.gpt-oss-120b-1:0', 'qwen.qwen3-32b-v1:0']) {
    assert.equal(refusedParam({ stop: ['\nObservation:'] }, { model }), 'stop');
    assert.equal(encoded({ stop: [] }, { model }).request.operation, 'answer-stream');
  }
});

test('All results of one turn are in one user message, first, with their status and a placeholder where empty', () => {
  const second = { ...CALL, id: 'call_2' };
  const messages = [
    HELLO,
    assistantCalls(CALL, second),
    result('call_1', '[1,2]'),
    HELLO,
    result('call_2', '', { is_error: true }),
  ];
  assert.deepEqual(body({ messages, tools: [WEATHER] }).messages, [
    { role: 'user', content: [{ text: 'Hello' }] },
    {
      role: 'assistant',
      content: [
        { toolUse: { toolUseId: 'call_1', name: 'weather', input: { city: 'Bonn' } } },
        { toolUse: { toolUseId: 'call_2', name: 'weather', input: { city: 'Bonn' } } },
      ],
    },
    {
      role: 'user',
      content: [
        { toolResult: { toolUseId: 'call_1', content: [{ text: '[1,2]' }], status: 'success' } },
        { toolResult: { toolUseId: 'call_2', content: [{ text: '(empty)' }], status: 'error' } },
        { text: 'Hello' },
      ],
    },
  ]);
});

test('A result has no status where the model does not know the field', () => {
  const messages = [HELLO, assistantCalls(CALL), result('call_1', 'rain')];
  const last = (body({ messages, tools: [WEATHER] }, { model: LLAMA }).messages as JsonObject[]).at(-1);
  assert.deepEqual(last?.content, [{ toolResult: { toolUseId: 'call_1', content: [{ text: 'rain' }] } }]);
});

test('Any tool-call id becomes one that Converse takes, the same for the call and its result', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200 }), (id) => {
      const messages = [HELLO, assistantCalls({ ...CALL, id }), result(id, 'rain')];
      const request = body({ messages, tools: [WEATHER] });
      const callId = member(member(contentOf(request, 1)[0], 'toolUse'), 'toolUseId');
      const resultId = member(member(contentOf(request, 2)[0], 'toolResult'), 'toolUseId');
      assert.match(String(callId), /^[a-zA-Z0-9_-]{1,64}$/);
      assert.equal(callId, resultId);
    }),
  );
});

test('Empty arguments stand for an empty object; arguments that are no object are refused by their path', () => {
  const withArguments = (text: string) => ({
    tools: [WEATHER],
    messages: [
      HELLO,
      assistantCalls({ ...CALL, function: { name: 'weather', arguments: text } }),
      result('call_1', 'x'),
    ],
  });
  const [, call] = body(withArguments('')).messages as JsonObject[];
  assert.deepEqual(call?.content, [{ toolUse: { toolUseId: 'call_1', name: 'weather', input: {} } }]);
  for (const text of ['{"city":', '[1]', '"x"']) {
    assert.equal(refusedParam(withArguments(text)), 'messages[1].tool_calls[0].function.arguments');
  }
});

test('Tools become tool specifications; a blank description is left out and missing parameters are an empty object', () => {
  const blank = { type: 'function', function: { name: 'blank', description: ' ' } };
  assert.deepEqual(member(body({ tools: [WEATHER, blank] }).toolConfig, 'tools'), [
    {
      toolSpec: {
        name: 'weather',
        description: 'Of a city',
        inputSchema: { json: { type: 'object', properties: { city: {} } } },
      },
    },
    { toolSpec: { name: 'blank', inputSchema: { json: { type: 'object', properties: {} } } } },
  ]);
  assert.equal(refusedParam({ tools: [{ type: 'custom', custom: { name: 'x' } }] }), 'tools[0]');
});

test('A strict tool is strict where the model has structured outputs, with its objects closed, and is reported elsewhere', () => {
  const strict = {
    type: 'function',
    function: { name: 's', strict: true, parameters: { type: 'object', properties: {} } },
  };
  assert.deepEqual(member(body({ tools: [strict] }).toolConfig, 'tools'), [
    {
      toolSpec: {
        name: 's',
        inputSchema: { json: { type: 'object', properties: {}, additionalProperties: false } },
        strict: true,
      },
    },
  ]);
  assert.deepEqual(encoded({ tools: [strict] }, { model: NOVA }).dropped, ['strict']);
});

const FORCED_WEATHER = { type: 'function', function: { name: 'weather' } };

const CHOICES: readonly (readonly [model: string, choice: unknown, expected: unknown])[] = [
  [SONNET_4_5, undefined, undefined],
  [SONNET_4_5, 'auto', { auto: {} }],
  [SONNET_4_5, 'required', { any: {} }],
  [SONNET_4_5, FORCED_WEATHER, { tool: { name: 'weather' } }],
  [NOVA, 'required', { any: {} }],
  [LLAMA, 'auto', undefined],
  [MISTRAL, 'required', { any: {} }],
  [MISTRAL, FORCED_WEATHER, { any: {} }],
];

test('tool_choice is said in the form that each model takes', () => {
  for (const [model, choice, expected] of CHOICES) {
    const fields = { tools: [WEATHER, TIME], ...(choice === undefined ? {} : { tool_choice: choice }) };
    assert.deepEqual(member(body(fields, { model }).toolConfig, 'toolChoice'), expected, `${model} ${choice}`);
  }
});

test('A model that can only be made to call some tool is offered the one that it must call', () => {
  assert.deepEqual(toolNames(body({ tools: [WEATHER, TIME], tool_choice: FORCED_WEATHER }, { model: MISTRAL })), [
    'weather',
  ]);
});

test('A forced call that the model cannot be made to do, or of no tool, is refused', () => {
  assert.equal(refusedParam({ tools: [WEATHER], tool_choice: 'required' }, { model: LLAMA }), 'tool_choice');
  assert.equal(refusedParam({ tools: [WEATHER], tool_choice: FORCED_WEATHER }, { model: LLAMA }), 'tool_choice');
  assert.equal(refusedParam({ tool_choice: 'required' }), 'tool_choice');
  assert.equal(
    refusedParam({ tools: [WEATHER], tool_choice: { type: 'custom', custom: { name: 'x' } } }),
    'tool_choice',
  );
});

test('allowed_tools leaves the others out', () => {
  const allowed = { mode: 'required', tools: [{ type: 'function', function: { name: 'time' } }] };
  const request = body({ tools: [WEATHER, TIME], tool_choice: { type: 'allowed_tools', allowed_tools: allowed } });
  assert.deepEqual(toolNames(request), ['time']);
  assert.deepEqual(member(request.toolConfig, 'toolChoice'), { any: {} });
});

test('Without a history of calls, a choice of none leaves the tools out', () => {
  assert.equal(body({ tools: [WEATHER], tool_choice: 'none' }).toolConfig, undefined);
});

test('A history of calls keeps the tools, made up from it where there are none, and the model is told not to call them', () => {
  const messages = [HELLO, assistantCalls(CALL), result('call_1', 'rain')];
  for (const fields of [{ messages, tools: [WEATHER], tool_choice: 'none' }, { messages }]) {
    const request = body(fields);
    assert.deepEqual(toolNames(request), ['weather']);
    assert.equal(member(request.toolConfig, 'toolChoice'), undefined);
    assert.deepEqual(request.system, [{ text: 'Do not call any tool. Answer in text.' }]);
  }
});

test('One call at a time is asked for in Claude’s own field, and reported where it cannot be', () => {
  const fields = { tools: [WEATHER], parallel_tool_calls: false, tool_choice: 'required' };
  const request = body(fields);
  assert.deepEqual(request.additionalModelRequestFields, {
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
  });
  assert.equal(member(request.toolConfig, 'toolChoice'), undefined);
  assert.deepEqual(encoded(fields, { model: NOVA }).dropped, ['parallel_tool_calls']);
});

test('Images are taken from data URLs only', () => {
  const image = (url: string) => ({
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
  });
  for (const [type, format] of [
    ['image/png', 'png'],
    ['image/jpg', 'jpeg'],
    ['image/webp', 'webp'],
  ]) {
    const [message] = body(image(`data:${type};base64,AAAA`)).messages as JsonObject[];
    assert.deepEqual(message?.content, [{ image: { format, source: { bytes: 'AAAA' } } }]);
  }
  assert.equal(refusedParam(image('https://example.com/a.png')), 'messages[0].content[0]');
  assert.equal(refusedParam(image('data:image/tiff;base64,AAAA')), 'messages[0].content[0]');
});

function file(fields: JsonObject): JsonObject {
  return { type: 'file', file: fields };
}

test('A document gets a name that Converse takes, distinct from the others, and text beside it', () => {
  const pdf = (filename: string) => file({ filename, file_data: 'data:application/pdf;base64,JVBE' });
  const content = [pdf('Q3 – report_(final).pdf'), pdf('Q3 – report_(final).pdf'), pdf('äöü.pdf')];
  const source = { bytes: 'JVBE' };
  const [message] = body({ messages: [{ role: 'user', content }] }).messages as JsonObject[];
  assert.deepEqual(message?.content, [
    { document: { name: 'Q3 report (final)', format: 'pdf', source } },
    { document: { name: 'Q3 report (final) (2)', format: 'pdf', source } },
    { document: { name: 'document', format: 'pdf', source } },
    { text: '(empty)' },
  ]);
});

test('Names of documents stay distinct whatever their ordinals collide with', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'a (2)', 'a (3)', 'b', 'b (2)', ''), { minLength: 1, maxLength: 12 }),
      (fileNames) => {
        const content = fileNames.map((filename) => file({ filename, file_data: 'data:text/csv;base64,YQ==' }));
        const request = body({ messages: [{ role: 'user', content }] }, { rules: { maxDocuments: 12 } });
        const documents = contentOf(request, 0).flatMap((block) => member(block, 'document') ?? []);
        assert.equal(new Set(documents.map((document) => member(document, 'name'))).size, fileNames.length);
      },
    ),
  );
});

test('A sixth document is refused where it stands, wherever the others are, and the operator knows of another limit', () => {
  const pdf = file({ filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' });
  const messages = [
    { role: 'user', content: [pdf, pdf] },
    assistantCalls(CALL),
    result('call_1', [pdf, pdf]),
    { role: 'user', content: [pdf, pdf, { type: 'text', text: 'Compare them.' }] },
  ];
  const encoding = encode({ messages, tools: [WEATHER] });
  assert.ok(encoding.kind === 'unsupported');
  assert.equal(encoding.param, 'messages[3].content[1]');
  assert.match(encoding.message, /at most 5 documents/);
  assert.equal(encode({ messages, tools: [WEATHER] }, { rules: { maxDocuments: 6 } }).kind, 'encoded');
});

test('Ten thousand documents of one name get their ordinals in turn', () => {
  const pdf = file({ filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' });
  const rules = { maxDocuments: 10_000 };
  const request = body({ messages: [{ role: 'user', content: Array(10_000).fill(pdf) }] }, { rules });
  assert.equal(member(member(contentOf(request, 0).at(-2), 'document'), 'name'), 'a (10000)');
});

test('A document may be text, or base64 whose kind its name tells, and may be cited', () => {
  const named = file({ filename: 'notes.md', file_data: 'YQ==' });
  assert.deepEqual(contentOf(body({ messages: [{ role: 'user', content: [named] }] }), 0)[0], {
    document: { name: 'notes', format: 'md', source: { bytes: 'YQ==' } },
  });
  const cited: Part = {
    kind: 'media',
    media: 'document',
    source: { kind: 'text', text: 'It rains.' },
    title: 'Weather',
    cite: true,
    path: 'messages[0].content[0]',
  };
  assert.deepEqual(contentOf(bodyOf({ turns: userTurn(cited) }), 0)[0], {
    document: { name: 'Weather', format: 'txt', source: { text: 'It rains.' }, citations: { enabled: true } },
  });
});

test('Any file name gives a document name of allowed characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (filename) => {
      const content = [file({ filename, file_data: 'data:text/csv;base64,YQ==' }), { type: 'text', text: 'Read it.' }];
      const request = body({ messages: [{ role: 'user', content }] });
      const name = member(member(contentOf(request, 0)[0], 'document'), 'name');
      assert.match(String(name), /^[A-Za-z0-9()[\]-]+( [A-Za-z0-9()[\]-]+)*$/);
      assert.ok(String(name).length <= 200);
    }),
  );
});

test('A file by id, of an unknown kind or an audio part is refused by its path', () => {
  const refused = [
    file({ file_id: 'file-1' }),
    file({ filename: 'a.pdf', file_data: 'https://example.com/a.pdf' }),
    file({ filename: 'a.pdf' }),
    file({ filename: 'a.zip', file_data: 'data:application/zip;base64,AAAA' }),
    { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
    { type: 'video_url', video_url: { url: 'https://example.com' } },
  ];
  for (const part of refused) {
    const content = [{ type: 'text', text: 'Look.' }, part];
    assert.equal(refusedParam({ messages: [{ role: 'user', content }] }), 'messages[0].content[1]');
  }
});

test('Audio is sent to a model that takes it', () => {
  const content = [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }];
  const request = body({ messages: [{ role: 'user', content }] }, { rules: { audio: true } });
  assert.deepEqual((request.messages as JsonObject[])[0]?.content, [
    { audio: { format: 'wav', source: { bytes: 'AAAA' } } },
  ]);
});

test('Length, sampling and stop parameters go into inferenceConfig', () => {
  const { request, dropped } = encoded(
    { max_tokens: 9, max_completion_tokens: 7, temperature: 1.7, top_p: 0.5, stop: ['END', ' \n'] },
    { model: NOVA },
  );
  assert.deepEqual(request.body.inferenceConfig, { maxTokens: 7, temperature: 1, topP: 0.5, stopSequences: ['END'] });
  assert.deepEqual([...dropped].sort(), ['stop', 'temperature']);
});

test('A length above the model’s is brought down to it', () => {
  assert.deepEqual(body({ max_tokens: 99_999 }, { maxOutputTokens: 4096 }).inferenceConfig, { maxTokens: 4096 });
});

test('top_k goes where each model family has it, and is reported where none has', () => {
  assert.deepEqual(body({ top_k: 5 }).additionalModelRequestFields, { top_k: 5 });
  assert.deepEqual(body({ top_k: 5 }, { model: NOVA }).additionalModelRequestFields, { inferenceConfig: { topK: 5 } });
  assert.deepEqual(encoded({ top_k: 5 }, { model: LLAMA }).dropped, ['top_k']);
});

test('What a Claude model refuses of sampling is left out and reported', () => {
  assert.deepEqual(encoded({ temperature: 0.5, top_p: 0.5 }).dropped, ['top_p']);
  assert.deepEqual(encoded({ temperature: 0.5 }, { model: 'us.anthropic.claude-sonnet-5' }).dropped, ['temperature']);
});

const EFFORTS: readonly (readonly [model: string, fields: JsonObject, additional: unknown, effort: unknown])[] = [
  [SONNET_3_7, { reasoning_effort: 'low' }, { thinking: { type: 'enabled', budget_tokens: 2048 } }, undefined],
  [OPUS_4_6, { reasoning_effort: 'medium' }, { thinking: { type: 'adaptive' } }, 'medium'],
  [OPUS_4_6, { reasoning_effort: 'none' }, { thinking: { type: 'disabled' } }, undefined],
  [GPT_OSS, { reasoning_effort: 'xhigh' }, { reasoning_effort: 'high' }, undefined],
  [
    NOVA_2,
    { reasoning_effort: 'high' },
    { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } },
    undefined,
  ],
  [
    NOVA_2,
    { reasoning_effort: 'high', max_tokens: 500 },
    { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } },
    undefined,
  ],
  [NOVA_2, { reasoning_effort: 'none' }, { reasoningConfig: { type: 'disabled' } }, undefined],
  [LLAMA, { reasoning_effort: 'none' }, undefined, undefined],
];

test('reasoning_effort is said as each model family has it', () => {
  for (const [model, fields, additional, effort] of EFFORTS) {
    const { request, dropped } = encoded(fields, { model });
    assert.deepEqual(request.body.additionalModelRequestFields, additional, model);
    assert.equal(member(request.body.outputConfig, 'effort'), effort, model);
    assert.deepEqual(dropped, [], model);
  }
  assert.deepEqual(encoded({ reasoning_effort: 'low' }, { model: LLAMA }).dropped, ['reasoning_effort']);
  assert.deepEqual(encoded({ reasoning_effort: 'none' }, { model: GPT_OSS }).dropped, ['reasoning_effort']);
});

test('Claude does not think where a tool is forced, where its earlier thinking is lost, or after a prefill', () => {
  const lost = { messages: [HELLO, assistantCalls(CALL), result('call_1', 'rain')], tools: [WEATHER] };
  const prefill = { messages: [HELLO, { role: 'assistant', content: 'Well, ' }] };
  for (const fields of [{ tools: [WEATHER], tool_choice: 'required' }, lost, prefill]) {
    const { request, dropped } = encoded({ ...fields, reasoning_effort: 'low' }, { model: SONNET_3_7 });
    assert.deepEqual(request.body.additionalModelRequestFields, { thinking: { type: 'disabled' } });
    assert.deepEqual(dropped, ['reasoning_effort']);
  }
});

const THINKING = [
  { type: 'thinking', thinking: 'Rain?', signature: 'c2ln' },
  { type: 'redacted_thinking', data: 'EmwKAhgB' },
  { type: 'thinking', thinking: 'without a signature' },
];

test('Signed thinking comes back before the calls, and the model goes on thinking', () => {
  const messages = [HELLO, { ...assistantCalls(CALL), thinking_blocks: THINKING }, result('call_1', 'rain')];
  const fields = { messages, tools: [WEATHER], reasoning_effort: 'low' };
  const request = body(fields, { model: SONNET_3_7 });
  assert.deepEqual((request.messages as JsonObject[])[1]?.content, [
    { reasoningContent: { reasoningText: { text: 'Rain?', signature: 'c2ln' } } },
    { reasoningContent: { redactedContent: btoa('EmwKAhgB') } },
    { toolUse: { toolUseId: 'call_1', name: 'weather', input: { city: 'Bonn' } } },
  ]);
  assert.equal(member(member(request.additionalModelRequestFields, 'thinking'), 'type'), 'enabled');
});

test('Thinking is not sent to a model that did not think it', () => {
  const messages = [HELLO, { role: 'assistant', content: 'Rain.', thinking_blocks: THINKING }, HELLO];
  assert.deepEqual((body({ messages }, { model: NOVA }).messages as JsonObject[])[1]?.content, [{ text: 'Rain.' }]);
});

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const SCHEMA_FORMAT = { type: 'json_schema', json_schema: { name: 'Place', description: 'A place', schema: SCHEMA } };

test('A JSON schema is native where the model has it, as text with its objects closed', () => {
  const request = body({ response_format: SCHEMA_FORMAT });
  const definition = member(member(member(request.outputConfig, 'textFormat'), 'structure'), 'jsonSchema');
  assert.equal(member(member(request.outputConfig, 'textFormat'), 'type'), 'json_schema');
  assert.equal(member(definition, 'name'), 'Place');
  assert.equal(member(definition, 'description'), 'A place');
  assert.deepEqual(JSON.parse(String(member(definition, 'schema'))), { ...SCHEMA, additionalProperties: false });
});

test('Elsewhere a JSON schema is a forced tool; beside the caller’s tools the model must call one of all', () => {
  const alone = body({ response_format: SCHEMA_FORMAT }, { model: NOVA });
  assert.deepEqual(alone.toolConfig, {
    tools: [{ toolSpec: { name: 'nemo_structured_answer', description: 'A place', inputSchema: { json: SCHEMA } } }],
    toolChoice: { tool: { name: 'nemo_structured_answer' } },
  });
  const beside = body({ response_format: SCHEMA_FORMAT, tools: [WEATHER] }, { model: NOVA });
  assert.deepEqual(toolNames(beside), ['weather', 'nemo_structured_answer']);
  assert.deepEqual(member(beside.toolConfig, 'toolChoice'), { any: {} });
  const forced = body({ response_format: SCHEMA_FORMAT, tools: [WEATHER], tool_choice: 'required' }, { model: NOVA });
  assert.deepEqual(toolNames(forced), ['weather']);
});

test('A JSON schema is refused where nothing holds the model to it', () => {
  assert.equal(refusedParam({ response_format: SCHEMA_FORMAT }, { model: LLAMA }), 'response_format');
});

test('json_object is an instruction after the system prompt', () => {
  const messages = [{ role: 'system', content: 'Be brief.' }, HELLO];
  const system = body({ messages, response_format: { type: 'json_object' } }).system as JsonObject[];
  assert.deepEqual(system[0], { text: 'Be brief.' });
  assert.match(String(system[1]?.text), /JSON object/);
});

test('A cache point follows what was marked, in tools, system and messages', () => {
  const cache_control = { type: 'ephemeral', ttl: '1h' };
  const request = body({
    tools: [{ ...WEATHER, cache_control }],
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Long.', cache_control },
          { type: 'text', text: 'Short.' },
        ],
      },
      assistantCalls(CALL),
      result('call_1', [{ type: 'text', text: 'rain', cache_control }]),
    ],
  });
  const point = { cachePoint: { type: 'default', ttl: '1h' } };
  assert.deepEqual((member(request.toolConfig, 'tools') as unknown[])[1], point);
  assert.deepEqual(request.system, [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }]);
  assert.deepEqual(contentOf(request, 0), [{ text: 'Long.' }, point, { text: 'Short.' }]);
  assert.deepEqual(contentOf(request, 2)[1], point);
});

test('Of more than four cache points the last four stay', () => {
  const marked = { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } };
  const messages = [
    { role: 'system', content: [marked, marked] },
    { role: 'user', content: [marked, marked, marked] },
  ];
  const { request, dropped } = encoded({ messages });
  assert.deepEqual(
    (request.body.system as JsonObject[]).map((block) => Object.keys(block)[0]),
    ['text', 'text', 'cachePoint'],
  );
  assert.equal(JSON.stringify(request.body).split('cachePoint').length - 1, 4);
  assert.deepEqual(dropped, ['cache_control']);
});

test('A cache point is left out and reported where the model takes none', () => {
  const cache_control = { type: 'ephemeral' };
  const marked = { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', cache_control }] }] };
  const atLlama = encoded(marked, { model: LLAMA });
  assert.deepEqual(atLlama.request.body.messages, [{ role: 'user', content: [{ text: 'x' }] }]);
  assert.deepEqual(atLlama.dropped, ['cache_control']);
  assert.deepEqual(encoded({ tools: [{ ...WEATHER, cache_control }] }, { model: NOVA }).dropped, ['cache_control']);
});

test('Service tier, user and metadata are carried over, the latter in the characters that Converse takes', () => {
  const request = body({ service_tier: 'flex', user: 'anna!', metadata: { team: 'a;b', 'ok key': 'v' } });
  assert.deepEqual(request.serviceTier, { type: 'flex' });
  assert.deepEqual(request.requestMetadata, { user: 'anna_', team: 'a_b', 'ok key': 'v' });
  assert.deepEqual(encoded({ service_tier: 'auto' }).request.body.serviceTier, undefined);
  assert.deepEqual(encoded({ service_tier: 'scale' }).dropped, ['service_tier']);
});

test('Labels are cut to what Converse takes before anything is made of them, and those that are left out are named', () => {
  const many = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`key${index}`, 'v']));
  const { request, dropped } = encoded({ user: 'anna', metadata: { long: 'x'.repeat(1_000_000), ...many } });
  const labels = request.body.requestMetadata as JsonObject;
  assert.equal(Object.keys(labels).length, 16);
  assert.equal(labels.user, 'anna');
  assert.equal(String(labels.long).length, 256);
  assert.deepEqual(dropped, ['metadata']);
  assert.deepEqual(body({ user: 'anna', metadata: { user: 'bob' } }).requestMetadata, { user: 'bob' });
});

test('Claude is asked which stop sequence ended its answer, and no other model', () => {
  const paths = ['/stop_sequence', '/delta/stop_sequence'];
  assert.deepEqual(body({ stop: 'END' }).additionalModelResponseFieldPaths, paths);
  assert.equal(body({}).additionalModelResponseFieldPaths, undefined);
  assert.equal(body({ stop: 'END' }, { model: NOVA }).additionalModelResponseFieldPaths, undefined);
});

test('What would change the answer’s shape is refused; what only changes quality is left out and reported', () => {
  for (const [field, value] of Object.entries({
    n: 2,
    logprobs: true,
    top_logprobs: 3,
    modalities: ['text', 'audio'],
    audio: { voice: 'alloy' },
  })) {
    assert.equal(refusedParam({ [field]: value }), field);
  }
  const quality = {
    seed: 1,
    frequency_penalty: 0.5,
    presence_penalty: 0,
    logit_bias: { 1: 2 },
    verbosity: 'low',
    other: 1,
  };
  const { request, dropped } = encoded({ ...quality, n: 1, stream: true, stream_options: { include_usage: true } });
  assert.deepEqual(dropped, ['seed', 'frequency_penalty', 'logit_bias', 'verbosity', 'other']);
  assert.deepEqual(request.body, { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] });
});

test('A trailing assistant message loses its trailing space, and is refused where the model does not continue it', () => {
  const messages = [HELLO, { role: 'assistant', content: 'Well, \n' }];
  assert.deepEqual((body({ messages }).messages as JsonObject[])[1]?.content, [{ text: 'Well,' }]);
  assert.equal(refusedParam({ messages }, { model: OPUS_4_6 }), 'messages');
});

test('An answer that has begun goes on as the assistant’s last words, within what is left of its tokens', () => {
  const prompt = promptOf({ messages: [HELLO], max_tokens: 100 });
  const begun = { text: 'Once upon', tokens: 30 };
  const request = bodyOf({ ...prompt, begun });
  assert.deepEqual(contentOf(request, 1), [{ text: 'Once upon' }]);
  assert.deepEqual(request.inferenceConfig, { maxTokens: 70 });
  assert.deepEqual(bodyOf({ ...prompt, begun: { ...begun, tokens: 500 } }).inferenceConfig, { maxTokens: 1 });
  const prefilled = promptOf({ messages: [HELLO, { role: 'assistant', content: 'Well, ' }] });
  assert.deepEqual(contentOf(bodyOf({ ...prefilled, begun }), 1), [{ text: 'Well, Once upon' }]);
  const elsewhere = encodePrompt({ ...prompt, begun }, { model: OPUS_4_6 });
  assert.equal(elsewhere.kind === 'unsupported' && elsewhere.param, 'messages');
});

test('What the assistant said keeps its order: reasoning between calls, and text after them', () => {
  const proof = {
    dialect: 'anthropic-messages',
    value: { type: 'thinking', thinking: 'Rain?', signature: 'c2ln' },
    ifForeign: 'ignore',
  } as const;
  const call = { kind: 'tool-call', id: 'a', name: 'weather', input: '', path: 'p', inputPath: 'p' } as const;
  const parts: readonly Part[] = [
    { kind: 'text', text: 'One.', path: 'p' },
    { kind: 'reasoning', text: 'Rain?', proof, path: 'p' },
    call,
    { kind: 'text', text: 'Two.', path: 'p' },
  ];
  const answered: Part = { kind: 'tool-result', id: 'a', idPath: 'p', parts: [], isError: false, path: 'p' };
  const [hello] = promptOf({ messages: [HELLO] }).turns;
  assert.ok(hello);
  const turns = [hello, { role: 'assistant', parts, path: 'p' } as const, ...userTurn(answered)];
  assert.deepEqual(
    contentOf(bodyOf({ turns }), 1).map((block) => Object.keys(block as JsonObject)[0]),
    ['text', 'reasoningContent', 'toolUse', 'text'],
  );
});

const BUDGETS: readonly (readonly [reasoning: Prompt['reasoning'], effort: string | undefined])[] = [
  [{ budgetTokens: 1024 }, 'low'],
  [{ budgetTokens: 5000 }, 'medium'],
  [{ budgetTokens: 32_000 }, 'high'],
  [{}, 'medium'],
  [{ show: 'summary' }, 'medium'],
  [{ show: 'none' }, undefined],
];

test('A budget of reasoning tokens is an effort where the model knows only those', () => {
  for (const [reasoning, effort] of BUDGETS) {
    const more = reasoning === undefined ? {} : { reasoning };
    assert.equal(member(bodyOf(more, { model: GPT_OSS }).additionalModelRequestFields, 'reasoning_effort'), effort);
  }
});

const FOREIGN = (ifForeign: 'refuse' | 'drop' | 'ignore') =>
  ({ dialect: 'anthropic-messages', value: { type: 'x' }, ifForeign }) as const;

test('What only another dialect has is refused, named as dropped or passed over, as that dialect wants', () => {
  const places = (ifForeign: 'refuse' | 'drop' | 'ignore'): readonly Partial<Prompt>[] => {
    const native = FOREIGN(ifForeign);
    return [
      { native: new Map([['x', native]]) },
      { tools: [{ kind: 'native', what: 'x', native, path: 'x' }] },
      { toolUse: { mode: 'native', native } },
      { format: { kind: 'native', what: 'x', native } },
      { turns: userTurn({ kind: 'opaque', what: 'x', native, path: 'x' }) },
    ];
  };
  const outcomes = (ifForeign: 'refuse' | 'drop' | 'ignore') =>
    places(ifForeign).map((more) => {
      const encoding = encodePrompt({ ...promptOf({ messages: [HELLO] }), ...more });
      return encoding.kind === 'encoded' ? encoding.dropped : encoding.param;
    });
  assert.deepEqual(outcomes('refuse'), ['x', 'x', 'tool_choice', 'response_format.type', 'x']);
  assert.deepEqual(outcomes('drop'), [['x'], ['x'], ['tool_choice'], ['response_format'], ['x']]);
  assert.deepEqual(outcomes('ignore'), [[], [], [], [], []]);
});

test('The operator names the model behind an ARN', () => {
  const model = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc';
  assert.deepEqual(encoded({ top_k: 5 }, { model }).dropped, ['top_k']);
  const rules = { baseModel: 'anthropic.claude-sonnet-4-5' };
  assert.deepEqual(body({ top_k: 5 }, { model, rules }).additionalModelRequestFields, { top_k: 5 });
});

/** The content of one message of a request. */
function contentOf(request: JsonObject, message: number): readonly unknown[] {
  return arrayMember(arrayMember(request, 'messages').at(message), 'content');
}

function toolNames(request: JsonObject): readonly unknown[] {
  return (member(request.toolConfig, 'tools') as JsonObject[]).map((tool) => member(tool.toolSpec, 'name'));
}
