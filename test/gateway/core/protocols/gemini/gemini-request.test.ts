import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gemini } from '../../../../../functions/gateway/core/protocols/gemini/gemini.ts';
import type { Target } from '../../../../../functions/gateway/core/protocols/protocol.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import { promptOf } from '../../../../support/prompt-of.ts';
import fc from '../../../../support/property.ts';

const HELLO: readonly JsonObject[] = [{ role: 'user', content: 'Hello' }];
const WEATHER = {
  type: 'function',
  function: { name: 'weather', description: 'By city', parameters: { type: 'object', properties: {} } },
};

function encode(request: JsonObject, target: Partial<Target> = {}) {
  return gemini.encode(promptOf({ model: 'route', messages: HELLO, ...request }), {
    model: 'gemini-2.5-flash',
    streaming: true,
    ...target,
  });
}

function encoded(request: JsonObject, target: Partial<Target> = {}) {
  const encoding = encode(request, target);
  assert.equal(encoding.kind, 'encoded', JSON.stringify(encoding));
  return encoding;
}

function body(request: JsonObject, target: Partial<Target> = {}): JsonObject {
  return encoded(request, target).request.body;
}

interface Turn {
  readonly role: string;
  readonly parts: readonly JsonObject[];
}

function contents(messages: readonly JsonObject[], target: Partial<Target> = {}): readonly Turn[] {
  // What the encoder promises; the assertions look at the rest.
  return body({ messages }, target).contents as readonly Turn[];
}

function call(id: string, name: string, args: string, signature?: string) {
  const extra = signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
  return { id, type: 'function', function: { name, arguments: args }, ...extra } as const;
}

function refusedParam(request: JsonObject, target: Partial<Target> = {}): string {
  const encoding = encode(request, target);
  assert.equal(encoding.kind, 'unsupported', JSON.stringify(encoding));
  return encoding.param;
}

test('a stream is asked for where the deployment gives one', () => {
  assert.equal(encoded({}).request.operation, 'answer-stream');
  assert.equal(encoded({}, { streaming: false }).request.operation, 'answer');
});

test('a plain question is one user turn and nothing else', () => {
  assert.deepEqual(body({}), { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] });
});

test('leading system messages are the system instruction and later ones are text where they stand', () => {
  const messages: readonly JsonObject[] = [
    { role: 'system', content: 'Be brief.' },
    { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
    { role: 'system', content: 'Now rhyme.' },
    { role: 'user', content: 'Go on' },
  ];
  assert.deepEqual(body({ messages }), {
    systemInstruction: { parts: [{ text: 'Be brief.' }, { text: 'Be kind.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'Hi' }] },
      { role: 'model', parts: [{ text: 'Hello' }] },
      { role: 'user', parts: [{ text: 'Now rhyme.' }, { text: 'Go on' }] },
    ],
  });
});

test('media go inline as data and by address as a file for Google to fetch', () => {
  const parts: readonly [JsonObject & { type: string }, JsonObject][] = [
    [
      { type: 'image_url', image_url: { url: 'data:image/PNG;base64,AAAA' } },
      { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
    ],
    [
      { type: 'image_url', image_url: { url: 'https://example.com/a.webp?size=1' } },
      { fileData: { fileUri: 'https://example.com/a.webp?size=1', mimeType: 'image/webp' } },
    ],
    [
      { type: 'image_url', image_url: { url: 'https://example.com/picture' } },
      { fileData: { fileUri: 'https://example.com/picture', mimeType: 'image/jpeg' } },
    ],
    [
      { type: 'video_url', video_url: { url: 'gs://bucket/film.mp4' } },
      { fileData: { fileUri: 'gs://bucket/film.mp4', mimeType: 'video/mp4' } },
    ],
    [
      { type: 'input_audio', input_audio: { data: 'BBBB', format: 'wav' } },
      { inlineData: { mimeType: 'audio/wav', data: 'BBBB' } },
    ],
    [
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
      { inlineData: { mimeType: 'application/pdf', data: 'CCCC' } },
    ],
    [
      { type: 'file', file: { file_id: 'https://generativelanguage.googleapis.com/v1beta/files/abc' } },
      { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc' } },
    ],
  ];
  for (const [part, expected] of parts) {
    assert.deepEqual(contents([{ role: 'user', content: [part] }]), [{ role: 'user', parts: [expected] }]);
  }
});

test('a part that Gemini cannot take is refused by its path', () => {
  const parts = [
    { type: 'image_url', image_url: { url: 'http://example.com/a.png' } },
    { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav; x=1' } },
    { type: 'file', file: { file_id: 'file-abc' } },
    { type: 'hologram' },
    { type: '__proto__' },
  ];
  for (const part of parts) {
    const messages: readonly JsonObject[] = [{ role: 'user', content: [{ type: 'text', text: 'See' }, part] }];
    assert.equal(refusedParam({ messages }), 'messages[0].content[1]');
  }
});

test('results are named by their call, come in the order of the calls, and stand before any text', () => {
  const messages: readonly JsonObject[] = [
    { role: 'user', content: 'Compare' },
    { role: 'assistant', content: null, tool_calls: [call('a', 'weather', '{"city":"Oslo"}'), call('b', 'time', '')] },
    { role: 'tool', tool_call_id: 'b', content: 'noon' },
    { role: 'tool', tool_call_id: 'a', content: '{"degrees":3}' },
    { role: 'user', content: 'Well?' },
  ];
  assert.deepEqual(contents(messages).slice(1), [
    {
      role: 'model',
      parts: [
        { functionCall: { id: 'a', name: 'weather', args: { city: 'Oslo' } } },
        { functionCall: { id: 'b', name: 'time', args: {} } },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'a', name: 'weather', response: { degrees: 3 } } },
        { functionResponse: { id: 'b', name: 'time', response: { output: 'noon' } } },
        { text: 'Well?' },
      ],
    },
  ]);
});

test('a tool result is always an object, and long numbers in it are not rounded', () => {
  const results: readonly [string, JsonObject][] = [
    ['{"a":1}', { a: 1 }],
    ['[1,2]', { output: [1, 2] }],
    ['30', { output: '30' }],
    ['', { output: '' }],
    ['{"id":12345678901234567890}', { output: '{"id":12345678901234567890}' }],
    ['{broken', { output: '{broken' }],
  ];
  for (const [content, response] of results) {
    const turns = contents([
      { role: 'user', content: 'Go' },
      { role: 'assistant', tool_calls: [call('a', 'f', '{}')] },
      { role: 'tool', tool_call_id: 'a', content },
    ]);
    assert.deepEqual(turns.at(-1), { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'f', response } }] });
  }
});

test('an image in a tool result follows the results', () => {
  const turns = contents([
    { role: 'assistant', tool_calls: [call('a', 'draw', '{}')] },
    {
      role: 'tool',
      tool_call_id: 'a',
      content: [
        { type: 'text', text: 'done' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ],
    },
  ]);
  assert.deepEqual(turns.at(-1)?.parts, [
    { functionResponse: { id: 'a', name: 'draw', response: { output: 'done' } } },
    { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
  ]);
});

test('ids can be left out of calls and results where the operator says so', () => {
  const messages: readonly JsonObject[] = [
    { role: 'assistant', tool_calls: [call('a', 'f', '{}')] },
    { role: 'tool', tool_call_id: 'a', content: 'x' },
  ];
  assert.deepEqual(contents(messages, { rules: { callIds: false } }), [
    { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
    { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'x' } } }] },
  ]);
});

test('a result without its call and arguments that are no object are refused by their path', () => {
  const orphan: readonly JsonObject[] = [{ role: 'tool', tool_call_id: 'constructor', content: 'x' }];
  assert.equal(refusedParam({ messages: orphan }), 'messages[0].tool_call_id');
  for (const args of ['[1]', '"x"', '{"a":']) {
    const messages: readonly JsonObject[] = [{ role: 'assistant', tool_calls: [call('a', 'f', args)] }];
    assert.equal(refusedParam({ messages }), 'messages[0].tool_calls[0].function.arguments');
  }
});

test('thought signatures go back to the part that they came with', () => {
  const messages: readonly JsonObject[] = [
    { role: 'user', content: 'Go' },
    {
      role: 'assistant',
      content: 'Looking.',
      extra_content: { google: { thought_signature: 'TEXT' } },
      tool_calls: [call('a', 'f', '{}', 'CALL'), call('b', 'f', '{}')],
    },
    { role: 'tool', tool_call_id: 'a', content: '1' },
    { role: 'tool', tool_call_id: 'b', content: '2' },
  ];
  assert.deepEqual(contents(messages, { model: 'gemini-3-pro-preview' })[1]?.parts, [
    { text: 'Looking.', thoughtSignature: 'TEXT' },
    { functionCall: { id: 'a', name: 'f', args: {} }, thoughtSignature: 'CALL' },
    { functionCall: { id: 'b', name: 'f', args: {} } },
  ]);
});

test('a step of the current turn that nobody signed gets the stand-in on its first call, on Gemini 3 only', () => {
  const messages: readonly JsonObject[] = [
    { role: 'user', content: 'One' },
    { role: 'assistant', tool_calls: [call('a', 'f', '{}')] },
    { role: 'tool', tool_call_id: 'a', content: '1' },
    { role: 'assistant', content: 'Done' },
    { role: 'user', content: 'Two' },
    { role: 'assistant', tool_calls: [call('b', 'f', '{}'), call('c', 'f', '{}')] },
    { role: 'tool', tool_call_id: 'b', content: '2' },
    { role: 'tool', tool_call_id: 'c', content: '3' },
    { role: 'assistant', tool_calls: [call('d', 'f', '{}')] },
    { role: 'tool', tool_call_id: 'd', content: '4' },
  ];
  const signatures = (model: string) =>
    contents(messages, { model }).flatMap((turn) =>
      turn.parts.filter((part) => part.functionCall !== undefined).map((part) => part.thoughtSignature),
    );
  const standIn = 'skip_thought_signature_validator';
  assert.deepEqual(signatures('gemini-3.5-flash'), [undefined, standIn, undefined, standIn]);
  assert.deepEqual(signatures('gemini-2.5-pro'), [undefined, undefined, undefined, undefined]);
});

test('functions keep their JSON Schema whole', () => {
  const bare = { type: 'function', function: { name: 'now' } };
  assert.deepEqual(body({ tools: [WEATHER, bare] }).tools, [
    {
      functionDeclarations: [
        { name: 'weather', description: 'By city', parametersJsonSchema: { type: 'object', properties: {} } },
        { name: 'now' },
      ],
    },
  ]);
  assert.equal(refusedParam({ tools: [WEATHER, { type: 'custom', custom: { name: 'x' } }] }), 'tools[1]');
});

test('every form of tool_choice has its mode', () => {
  const allowed = (mode: string) => ({
    type: 'allowed_tools',
    allowed_tools: { mode, tools: [{ type: 'function', function: { name: 'weather' } }] },
  });
  const choices: readonly [string | JsonObject, JsonObject][] = [
    ['auto', { mode: 'AUTO' }],
    ['none', { mode: 'NONE' }],
    ['required', { mode: 'ANY' }],
    [
      { type: 'function', function: { name: 'weather' } },
      { mode: 'ANY', allowedFunctionNames: ['weather'] },
    ],
    [allowed('required'), { mode: 'ANY', allowedFunctionNames: ['weather'] }],
    [allowed('auto'), { mode: 'VALIDATED', allowedFunctionNames: ['weather'] }],
  ];
  for (const [choice, functionCallingConfig] of choices) {
    const request = { tools: [WEATHER], tool_choice: choice };
    assert.deepEqual(body(request).toolConfig, { functionCallingConfig });
  }
  assert.equal(
    refusedParam({ tools: [WEATHER], tool_choice: { type: 'custom', custom: { name: 'x' } } }),
    'tool_choice',
  );
  assert.equal(refusedParam({ tool_choice: 'required' }), 'tool_choice');
  assert.equal(body({ tool_choice: 'none' }).toolConfig, undefined);
});

test('the generation settings have their names', () => {
  const request: JsonObject = {
    temperature: 0.5,
    top_p: 0.9,
    top_k: 40,
    seed: 7,
    frequency_penalty: 0.1,
    presence_penalty: 0.2,
    max_tokens: 10,
    max_completion_tokens: 20,
    stop: ['END', ''],
    n: 2,
    logprobs: true,
    top_logprobs: 3,
  };
  assert.deepEqual(body(request, { model: 'gemini-2.0-flash' }).generationConfig, {
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    seed: 7,
    frequencyPenalty: 0.1,
    presencePenalty: 0.2,
    maxOutputTokens: 20,
    stopSequences: ['END'],
    candidateCount: 2,
    responseLogprobs: true,
    logprobs: 3,
  });
});

test('settings that mean the default are left out', () => {
  const request: JsonObject = {
    n: 1,
    logprobs: false,
    top_logprobs: 0,
    stop: '',
    response_format: { type: 'text' },
  };
  assert.equal(body(request).generationConfig, undefined);
});

test('an answer longer than the model can give is asked for at its limit', () => {
  const config = (asked: number) => body({ max_tokens: asked }, { maxOutputTokens: 100 }).generationConfig;
  assert.deepEqual(config(500), { maxOutputTokens: 100 });
  assert.deepEqual(config(50), { maxOutputTokens: 50 });
});

test('a seed of 64 bits becomes one of 32, the same each time', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (seed) => {
      const config = body({ seed }).generationConfig as { seed: number };
      assert.equal(config.seed, config.seed | 0);
      assert.ok(seed !== (seed | 0) || config.seed === seed);
    }),
  );
});

test('a JSON answer is asked for by media type and schema', () => {
  const schema = { type: 'object', properties: { a: { type: 'number' } } };
  const json = { responseMimeType: 'application/json' };
  assert.deepEqual(body({ response_format: { type: 'json_object' } }).generationConfig, json);
  const format = { type: 'json_schema', json_schema: { name: 'x', schema } };
  assert.deepEqual(body({ response_format: format }).generationConfig, { ...json, responseJsonSchema: schema });
  assert.equal(refusedParam({ response_format: { type: 'grammar' } }), 'response_format');
});

test('a JSON answer beside tools is native for Gemini 3, and a function or words for those before', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const format = { type: 'json_schema', json_schema: { name: 'x', schema } };
  const asked = (members: JsonObject, model: string, rules?: JsonObject) =>
    body({ tools: [WEATHER], ...members }, { model, ...(rules && { rules }) });
  const names = (sent: JsonObject) =>
    (sent.tools as { functionDeclarations: { name: string }[] }[]).flatMap(({ functionDeclarations: all }) =>
      all.map(({ name }) => name),
    );
  const mode = (sent: JsonObject) => (sent.toolConfig as JsonObject | undefined)?.functionCallingConfig;
  const native = { responseMimeType: 'application/json', responseJsonSchema: schema };
  assert.deepEqual(asked({ response_format: format }, 'gemini-3-pro-preview').generationConfig, native);
  assert.deepEqual(
    asked({ response_format: format }, 'gemini-2.5-pro', { jsonWithTools: true }).generationConfig,
    native,
  );

  const older = asked({ response_format: format }, 'gemini-2.5-pro');
  assert.equal(older.generationConfig, undefined);
  assert.deepEqual(names(older), ['weather', 'nemo_structured_answer']);
  assert.deepEqual(mode(older), { mode: 'ANY' });
  assert.deepEqual(mode(asked({ response_format: format, tool_choice: 'none' }, 'gemini-2.0-flash')), {
    mode: 'ANY',
    allowedFunctionNames: ['nemo_structured_answer'],
  });
  const allowed = {
    type: 'allowed_tools',
    allowed_tools: { mode: 'auto', tools: [{ function: { name: 'weather' } }] },
  };
  assert.deepEqual(mode(asked({ response_format: format, tool_choice: allowed }, 'gemini-2.5-flash')), {
    mode: 'ANY',
    allowedFunctionNames: ['weather', 'nemo_structured_answer'],
  });
  const forced = asked({ response_format: format, tool_choice: 'required' }, 'gemini-2.5-pro');
  assert.deepEqual(names(forced), ['weather']);

  const words = asked({ response_format: { type: 'json_object' } }, 'gemini-2.5-pro');
  assert.equal(words.generationConfig, undefined);
  assert.match(JSON.stringify(words.systemInstruction), /valid JSON object/);
  const taken = { type: 'function', function: { name: 'nemo_structured_answer' } };
  assert.equal(refusedParam({ tools: [taken] }), 'tools[0].function.name');
});

test('reasoning effort is a budget for 2.5 and a level that the model has for 3 and later', () => {
  const on = { includeThoughts: true };
  const off = { includeThoughts: false };
  const efforts: readonly [string, string, JsonObject | undefined][] = [
    ['gemini-2.5-flash', 'none', { thinkingBudget: 0, ...off }],
    ['gemini-2.5-flash', 'low', { thinkingBudget: 1024, ...on }],
    ['gemini-2.5-flash', 'medium', { thinkingBudget: 8192, ...on }],
    ['gemini-2.5-flash', 'max', { thinkingBudget: 24_576, ...on }],
    ['gemini-2.5-pro', 'none', { thinkingBudget: 128, ...off }],
    ['gemini-2.5-pro', 'max', { thinkingBudget: 32_768, ...on }],
    ['gemini-3-pro-preview', 'minimal', { thinkingLevel: 'LOW', ...on }],
    ['gemini-3-pro-preview', 'medium', { thinkingLevel: 'HIGH', ...on }],
    ['gemini-3.1-pro-preview', 'medium', { thinkingLevel: 'MEDIUM', ...on }],
    ['gemini-3-flash-preview', 'none', { thinkingLevel: 'MINIMAL', ...off }],
    ['gemini-3.1-flash-lite', 'minimal', { thinkingLevel: 'MINIMAL', ...on }],
    ['gemini-3.8-flash', 'minimal', { thinkingLevel: 'LOW', ...on }],
    ['gemini-flash-latest', 'xhigh', { thinkingLevel: 'HIGH', ...on }],
    ['gemini-2.0-flash', 'none', undefined],
  ];
  for (const [model, effort, thinkingConfig] of efforts) {
    const encoding = encoded({ reasoning_effort: effort }, { model });
    const expected = thinkingConfig === undefined ? undefined : { thinkingConfig };
    assert.deepEqual(encoding.request.body.generationConfig, expected, `${model} ${effort}`);
    assert.deepEqual(encoding.dropped, []);
  }
});

test('what changes quality only and cannot be honoured is left out and named', () => {
  const drops: readonly [JsonObject, string, readonly string[]][] = [
    [{ reasoning_effort: 'high' }, 'gemini-2.0-flash', ['reasoning_effort']],
    [{ reasoning_effort: 'constructor' }, 'gemini-2.5-flash', ['reasoning_effort']],
    [{ frequency_penalty: 1, presence_penalty: 0 }, 'gemini-2.5-flash', ['frequency_penalty']],
    [{ temperature: 0, top_p: 1, top_k: 1 }, 'gemini-3.8-flash', ['temperature', 'top_p', 'top_k']],
    [{ logit_bias: { 1: 2 }, user: 'me', verbosity: 'low' }, 'gemini-2.5-flash', ['logit_bias', 'verbosity', 'user']],
    [{ parallel_tool_calls: false }, 'gemini-2.5-flash', ['parallel_tool_calls']],
    [{ service_tier: 'scale' }, 'gemini-2.5-flash', ['service_tier']],
    [{ service_tier: 'flex' }, 'publishers/google/models/gemini-2.5-flash', ['service_tier']],
    [{ metadata: { a: 'b' }, store: true, stream: true, modalities: ['text'] }, 'gemini-2.5-flash', []],
  ];
  for (const [request, model, dropped] of drops) {
    const encoding = encoded(request, { model });
    assert.deepEqual(encoding.dropped, dropped);
    assert.equal(encoding.request.body.generationConfig, undefined);
  }
});

test('a service tier has the name that Google gives it', () => {
  const tier = (service_tier: string) => body({ service_tier }).serviceTier;
  assert.deepEqual(['auto', 'default', 'flex', 'priority'].map(tier), [undefined, 'standard', 'flex', 'priority']);
});

test('what changes the shape of the answer and cannot be honoured is refused', () => {
  const stop = ['1', '2', '3', '4', '5', '6'];
  const refusals: readonly [JsonObject, string, string][] = [
    [{ n: 2 }, 'gemini-3.5-flash', 'n'],
    [{ stop }, 'gemini-2.5-flash', 'stop'],
    [{ modalities: ['text', 'audio'] }, 'gemini-2.5-flash', 'modalities'],
    [{ audio: { voice: 'x' } }, 'gemini-2.5-flash', 'audio'],
  ];
  for (const [request, model, param] of refusals) {
    assert.equal(refusedParam(request, { model }), param);
  }
  assert.deepEqual(body({ stop: stop.slice(1) }).generationConfig, { stopSequences: stop.slice(1) });
});

test('a conversation that ends with the model is gone on from where the model does so', () => {
  const messages: readonly JsonObject[] = [...HELLO, { role: 'assistant', content: 'Once upon' }];
  assert.deepEqual(contents(messages).at(-1), { role: 'model', parts: [{ text: 'Once upon' }] });
  assert.equal(refusedParam({ messages }, { model: 'gemini-3.6-flash' }), 'messages[1]');
});

test('turns alternate, have parts, and answer each call once, whatever the conversation', () => {
  const message = fc.oneof(
    fc.record({ role: fc.constantFrom('user', 'system', 'assistant'), content: fc.string({ maxLength: 3 }) }),
    fc.record({ role: fc.constant('round'), calls: fc.integer({ min: 1, max: 3 }) }),
  );
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), (steps) => {
      let made = 0;
      const messages = steps.flatMap((step): JsonObject[] => {
        if ('content' in step) {
          return [step as JsonObject];
        }
        const calls = Array.from({ length: step.calls }, () => call(`call-${made++}`, 'f', '{}'));
        const results = calls.map(({ id }): JsonObject => ({ role: 'tool', tool_call_id: id, content: id }));
        return [{ role: 'assistant', tool_calls: calls }, ...results.reverse()];
      });
      const turns = contents(messages, { model: 'gemini-3-pro' });
      for (const [index, turn] of turns.entries()) {
        assert.ok(turn.parts.length > 0);
        assert.notEqual(turn.role, turns[index + 1]?.role);
      }
      const ids = (kind: string) =>
        turns
          .flatMap((turn) => turn.parts.map((part) => part[kind] as JsonObject))
          .filter((part) => part !== undefined)
          .map((part) => part.id);
      assert.deepEqual(ids('functionResponse'), ids('functionCall'));
    }),
  );
});

test('an answer that another has begun is gone on from, with what is left of its limit', () => {
  const prompt = { ...promptOf({ messages: HELLO, max_tokens: 50 }), begun: { text: 'Once upon', tokens: 20 } };
  const encoding = gemini.encode(prompt, { model: 'gemini-2.5-flash', streaming: true });
  assert.ok(encoding.kind === 'encoded');
  assert.deepEqual((encoding.request.body.contents as readonly Turn[]).at(-1), {
    role: 'model',
    parts: [{ text: 'Once upon' }],
  });
  assert.deepEqual(encoding.request.body.generationConfig, { maxOutputTokens: 30 });
});
