import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inUsualForm } from '../../../../../functions/gateway/core/surfaces/openai-chat/other-forms.ts';
import { readChatPrompt } from '../../../../../functions/gateway/core/surfaces/openai-chat/read-prompt.ts';
import fc from '../../../../support/property.ts';

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } } };
const TOOL = { type: 'function', function: { name: 'weather', parameters: SCHEMA } };
const PNG = 'data:image/png;base64,iVBORw0KGgo=';

function usual(members: object): object {
  return inUsualForm({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...members });
}

function partOf(part: unknown): unknown {
  const { messages } = usual({ messages: [{ role: 'user', content: [part] }] }) as {
    messages: { content: unknown[] }[];
  };
  return messages[0]?.content[0];
}

const PARTS: readonly [what: string, sent: unknown, written: object][] = [
  ['a bare string', 'hi', { type: 'text', text: 'hi' }],
  ['a text without a type', { text: 'hi' }, { type: 'text', text: 'hi' }],
  ['a picture without a type', { image_url: { url: PNG } }, { type: 'image_url', image_url: { url: PNG } }],
  [
    "a picture's address as a string",
    { type: 'image_url', image_url: PNG, cache_control: { type: 'ephemeral' } },
    { type: 'image_url', image_url: { url: PNG }, cache_control: { type: 'ephemeral' } },
  ],
  [
    "a film's address as a string",
    { type: 'video_url', video_url: PNG },
    { type: 'video_url', video_url: { url: PNG } },
  ],
  [
    'a recording as a data URL',
    { type: 'input_audio', input_audio: 'data:audio/x-wav;base64,UklGRg==' },
    { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
  ],
  [
    'a file as its content',
    { type: 'file', file: 'data:application/pdf;base64,JVBERi0=' },
    { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=' } },
  ],
  [
    'a picture as a file',
    { type: 'file', file: { file_data: 'iVBORw0KGgo=', filename: 'a.png' } },
    { type: 'image_url', image_url: { url: PNG } },
  ],
  [
    'a recording as a file',
    { type: 'file', file: { file_data: 'data:audio/wav;base64,UklGRg==' } },
    { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
  ],
  ['a file as its id', { type: 'file', file: 'file-1' }, { type: 'file', file: { file_id: 'file-1' } }],
  ['input_text', { type: 'input_text', text: 'hi' }, { type: 'text', text: 'hi' }],
  ['output_text', { type: 'output_text', text: 'hi', annotations: [] }, { type: 'text', text: 'hi' }],
  [
    'input_image',
    { type: 'input_image', image_url: PNG, detail: 'low' },
    { type: 'image_url', image_url: { url: PNG, detail: 'low' } },
  ],
  [
    'input_file',
    { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
    { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=', filename: 'a.pdf' } },
  ],
  [
    "Anthropic's image",
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
    { type: 'image_url', image_url: { url: PNG } },
  ],
  [
    "Anthropic's image by its address",
    { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
  ],
  [
    "Anthropic's document of text",
    { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a note' }, title: 'a.txt' },
    { type: 'file', file: { file_data: 'data:text/plain,a%20note', filename: 'a.txt' } },
  ],
];

const CHOICES: readonly [sent: unknown, written: unknown][] = [
  ['any', 'required'],
  [{ type: 'any' }, 'required'],
  [{ type: 'auto' }, 'auto'],
  [{ type: 'none' }, 'none'],
  [{ function: { name: 'weather' } }, { type: 'function', function: { name: 'weather' } }],
  [{ name: 'weather' }, { type: 'function', function: { name: 'weather' } }],
  [
    { type: 'function', name: 'weather' },
    { type: 'function', function: { name: 'weather' } },
  ],
  [
    { type: 'tool', name: 'weather' },
    { type: 'function', function: { name: 'weather' } },
  ],
  ['weather', { type: 'function', function: { name: 'weather' } }],
  ['sometimes', 'sometimes'],
];

const TOOLS: readonly [what: string, sent: object][] = [
  ['without a type', { function: TOOL.function }],
  ['in the form of the Responses API', { type: 'function', name: 'weather', parameters: SCHEMA }],
  ['flat and without a type', { name: 'weather', parameters: SCHEMA }],
  ['in the form of the Messages API', { name: 'weather', input_schema: SCHEMA }],
  ["of Anthropic's type custom", { type: 'custom', name: 'weather', input_schema: SCHEMA }],
];

const FORMATS: readonly [what: string, sent: object][] = [
  ['without a name', { type: 'json_schema', json_schema: { schema: SCHEMA } }],
  ['beside the type', { type: 'json_schema', name: 'answer', schema: SCHEMA }],
  ['of json_object', { type: 'json_object', schema: SCHEMA }],
  ['as a value', { type: 'json', value: SCHEMA }],
];

describe('forms of a chat body that other servers take', () => {
  for (const [what, sent, written] of PARTS) {
    it(`${what} is a part in OpenAI's form`, () => {
      assert.deepEqual(partOf(sent), written);
    });
  }

  for (const [sent, written] of CHOICES) {
    it(`tool_choice ${JSON.stringify(sent)} is ${JSON.stringify(written)}`, () => {
      assert.deepEqual((usual({ tools: [TOOL], tool_choice: sent }) as { tool_choice: unknown }).tool_choice, written);
    });
  }

  for (const [what, sent] of TOOLS) {
    it(`a tool ${what} is a function`, () => {
      assert.deepEqual((usual({ tools: [sent] }) as { tools: unknown }).tools, [TOOL]);
    });
  }

  for (const [what, sent] of FORMATS) {
    it(`a schema ${what} has its place and a name`, () => {
      assert.deepEqual((usual({ response_format: sent }) as { response_format: unknown }).response_format, {
        type: 'json_schema',
        json_schema: { name: 'answer', schema: SCHEMA },
      });
    });
  }

  for (const call of [
    { id: 'a', type: 'function', function: { name: 'f', arguments: { city: 'Oslo' } } },
    { id: 'a', name: 'f', arguments: { city: 'Oslo' } },
    { id: 'a', type: 'function', name: 'f', arguments: '{"city":"Oslo"}' },
  ]) {
    it(`a call ${JSON.stringify(call)} has its arguments as text`, () => {
      const body = usual({ messages: [{ role: 'assistant', content: null, tool_calls: [call] }] });
      assert.deepEqual((body as { messages: unknown }).messages, [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"city":"Oslo"}' } }],
        },
      ]);
    });
  }

  it("leaves a server's own tools, choices with more to say and parts of unknown types as they are", () => {
    const body = {
      tools: [
        { type: 'web_search_20250305', name: 'web_search' },
        { type: 'custom', custom: { name: 'sh' } },
      ],
      tool_choice: { type: 'tool', name: 'web_search', disable_parallel_tool_use: true },
      messages: [{ role: 'user', content: [{ type: 'hologram', text: 'hi' }] }],
    };
    assert.equal(inUsualForm(body), body);
  });

  it('gives the very same body where nothing is to be changed, and never throws', () => {
    const part = fc.oneof(fc.jsonValue(), fc.record({ type: fc.constant('text'), text: fc.string() }));
    fc.assert(
      fc.property(fc.array(part), fc.jsonValue(), fc.jsonValue(), (content, tools, choice) => {
        const body = { model: 'm', messages: [{ role: 'user', content }], tools, tool_choice: choice };
        const once = inUsualForm(body);
        assert.equal(inUsualForm(once), once);
      }),
    );
  });

  it("reads a request in all of these forms as the one in OpenAI's", () => {
    const read = readChatPrompt({
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: PNG }] }],
      tools: [{ function: TOOL.function }],
      tool_choice: 'any',
    });
    assert.equal(read.kind, 'read');
    if (read.kind === 'read') {
      const { tools, toolUse, turns } = read.prompt;
      assert.equal(tools[0]?.kind, 'function');
      assert.deepEqual(toolUse, { mode: 'required' });
      assert.equal(turns[0]?.parts[0]?.kind, 'media');
    }
  });
});
