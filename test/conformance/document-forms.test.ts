import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Prompt } from '../../functions/gateway/core/model/prompt.ts';
import type { Vendor } from '../../functions/gateway/core/model/vendor.ts';
import { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import { protocolFor } from '../../functions/gateway/core/protocols/spoken-protocols.ts';
import { promptOf } from '../support/prompt-of.ts';
import { responsesPromptOf } from '../support/responses-prompt-of.ts';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = 'JVBERi0=';
/** `né: 1` */
const NOTES = 'bsOpOiAx';

type Form = 'pdf' | 'image' | 'text' | 'sheet' | 'unknown';

/** Each way in which callers send a file, and what it is. */
const FORMS: readonly { readonly name: string; readonly file: object; readonly is: Form }[] = [
  {
    name: 'a PDF as a data URL',
    file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` },
    is: 'pdf',
  },
  { name: 'a PDF as bare base64', file: { filename: 'a.pdf', file_data: PDF }, is: 'pdf' },
  { name: 'a PDF without a name', file: { file_data: PDF }, is: 'pdf' },
  {
    name: 'a PDF of no stated type',
    file: { filename: 'a', file_data: `data:application/octet-stream;base64,${PDF}` },
    is: 'pdf',
  },
  { name: 'a picture as a file', file: { filename: 'a.png', file_data: `data:image/png;base64,${PNG}` }, is: 'image' },
  { name: 'a picture as bare base64', file: { filename: 'a.png', file_data: PNG }, is: 'image' },
  {
    name: 'a text as a data URL',
    file: { filename: 'a.txt', file_data: `data:text/plain;base64,${NOTES}` },
    is: 'text',
  },
  { name: 'a text with a charset', file: { file_data: `data:text/plain;charset=utf-8;base64,${NOTES}` }, is: 'text' },
  { name: 'a text as bare base64', file: { filename: 'a.txt', file_data: NOTES }, is: 'text' },
  { name: 'a text that is written out', file: { file_data: 'data:text/plain,n%C3%A9:%201' }, is: 'text' },
  { name: 'YAML', file: { filename: 'a.yaml', file_data: `data:application/yaml;base64,${NOTES}` }, is: 'text' },
  { name: 'JSON by its name', file: { filename: 'a.json', file_data: NOTES }, is: 'text' },
  { name: 'Markdown', file: { filename: 'a.md', file_data: `data:text/markdown;base64,${NOTES}` }, is: 'text' },
  { name: 'a sheet', file: { filename: 'a.xlsx', file_data: NOTES }, is: 'sheet' },
  { name: 'an archive', file: { filename: 'a.zip', file_data: 'data:application/zip;base64,UEsDBA==' }, is: 'unknown' },
];

interface Target {
  readonly protocol: keyof typeof PROTOCOLS;
  readonly model: string;
  readonly vendor?: Vendor;
}

const TARGETS = {
  anthropic: { protocol: 'anthropic', model: 'claude-sonnet-4-5' },
  'deepseek in words of Anthropic': { protocol: 'anthropic', model: 'deepseek-v4-pro', vendor: 'deepseek' },
  gemini: { protocol: 'gemini', model: 'gemini-2.5-flash' },
  bedrock: { protocol: 'bedrock', model: 'us.anthropic.claude-sonnet-4-5' },
  openai: { protocol: 'openai', model: 'gpt-5.5', vendor: 'openai' },
  'openai responses': { protocol: 'openai-responses', model: 'gpt-5.5', vendor: 'openai' },
  'an unknown server': { protocol: 'openai', model: 'some-model' },
  groq: { protocol: 'openai', model: 'openai/gpt-oss-120b', vendor: 'groq' },
  deepseek: { protocol: 'openai', model: 'deepseek-flash', vendor: 'deepseek' },
  cerebras: { protocol: 'openai', model: 'gpt-oss-120b', vendor: 'cerebras' },
  vllm: { protocol: 'openai', model: 'Qwen/Qwen3.6-27B', vendor: 'vllm' },
  openrouter: { protocol: 'openai', model: 'google/gemma-3-27b-it', vendor: 'openrouter' },
  mistral: { protocol: 'openai', model: 'mistral-large-latest', vendor: 'mistral' },
  perplexity: { protocol: 'openai', model: 'sonar-pro', vendor: 'perplexity' },
} as const satisfies Record<string, Target>;

type TargetName = keyof typeof TARGETS;
const TARGET_NAMES = Object.keys(TARGETS) as readonly TargetName[];

const CHAT_IMAGE = new RegExp(`"type":"image_url","image_url":{"url":"data:image/png;base64,${PNG.slice(0, 20)}`);
const AS_TEXT = /"(?:text|content)":"[^"]*né: 1"/;
const NO_FILES = { image: CHAT_IMAGE, text: AS_TEXT };
const AS_FILE = new RegExp(`"type":"file","file":{[^}]*"file_data":"data:application/pdf;base64,${PDF}"`);

/** What a vendor's request must have for it; absent: it is refused, so that another deployment is asked. */
const EXPECTED: Readonly<Record<TargetName, Readonly<Partial<Record<Form, RegExp>>>>> = {
  anthropic: {
    pdf: new RegExp(`"type":"base64","media_type":"application/pdf","data":"${PDF}"`),
    image: new RegExp(`"type":"image","source":{"type":"base64","media_type":"image/png","data":"${PNG.slice(0, 20)}`),
    text: /"type":"document","source":{"type":"text","media_type":"text\/plain","data":"né: 1"}/,
  },
  gemini: {
    pdf: new RegExp(`"inlineData":{"mimeType":"application/pdf","data":"${PDF}"}`),
    image: new RegExp(`"inlineData":{"mimeType":"image/png","data":"${PNG.slice(0, 20)}`),
    text: /"inlineData":{"mimeType":"text\/plain","data":"bsOpOiAx"}|"text":"né: 1"|"output":"né: 1"/,
  },
  bedrock: {
    pdf: new RegExp(`"format":"pdf","source":{"bytes":"${PDF}"}`),
    image: new RegExp(`"image":{"format":"png","source":{"bytes":"${PNG.slice(0, 20)}`),
    text: /"format":"(txt|md)","source":{("bytes":"bsOpOiAx"|"text":"né: 1")}/,
    sheet: /"format":"xlsx"/,
  },
  'deepseek in words of Anthropic': {
    image: new RegExp(`"type":"image","source":{"type":"base64","media_type":"image/png","data":"${PNG.slice(0, 20)}`),
    text: AS_TEXT,
  },
  openai: { pdf: AS_FILE, image: CHAT_IMAGE, text: AS_TEXT },
  'openai responses': {
    pdf: new RegExp(`"type":"input_file"[^}]*"file_data":"[^"]*${PDF}"`),
    image: /"type":"input_(image|file)"/,
    text: /"type":"input_file"|"text":"né: 1"|"output":"né: 1"/,
    sheet: /"type":"input_file"/,
    unknown: /"type":"input_file"/,
  },
  'an unknown server': {
    pdf: new RegExp(PDF),
    image: CHAT_IMAGE,
    text: AS_TEXT,
    sheet: /"type":"file"/,
    unknown: /"type":"file"/,
  },
  groq: NO_FILES,
  deepseek: NO_FILES,
  cerebras: NO_FILES,
  vllm: NO_FILES,
  openrouter: { pdf: AS_FILE, image: CHAT_IMAGE, text: AS_TEXT },
  mistral: {
    pdf: new RegExp(`"type":"document_url","document_url":"data:application/pdf;base64,${PDF}"`),
    image: CHAT_IMAGE,
    text: AS_TEXT,
    sheet: /"document_url":"data:application\/vnd/,
    unknown: /"document_url":"data:application\/zip/,
  },
  perplexity: {
    pdf: new RegExp(`"type":"file_url","file_url":{"url":"${PDF}"}`),
    image: CHAT_IMAGE,
    text: AS_TEXT,
    sheet: /"type":"file_url"/,
    unknown: /"type":"file_url"/,
  },
};

const CALL = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };

/** Where a file may stand. */
const PLACES: Readonly<Record<string, (file: object) => Prompt>> = {
  'the user’s words': (file) =>
    promptOf({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Read.' },
            { type: 'file', file },
          ],
        },
      ],
    }),
  'a tool’s result': (file) =>
    promptOf({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: null, tool_calls: [CALL] },
        { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'file', file }] },
      ],
    }),
  'an item of the Responses API': (file) =>
    responsesPromptOf({
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Read.' },
            { type: 'input_file', ...file },
          ],
        },
      ],
    }),
};

function encode(target: TargetName, prompt: Prompt) {
  const { protocol, ...where } = TARGETS[target];
  return PROTOCOLS[protocol].encode(prompt, { ...where, streaming: true });
}

describe('a file', () => {
  for (const target of TARGET_NAMES) {
    for (const [place, promptWith] of Object.entries(PLACES)) {
      for (const { name, file, is } of FORMS) {
        const expected = EXPECTED[target][is];
        const fate = expected === undefined ? 'is refused' : `reaches the model as ${is}`;
        it(`that is ${name} in ${place} ${fate} for ${target}`, () => {
          const encoding = encode(target, promptWith(file));
          if (expected === undefined) {
            assert.equal(encoding.kind, 'unsupported', JSON.stringify(encoding));
          } else {
            assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
            assert.match(JSON.stringify(encoding.request.body), expected);
          }
        });
      }
    }
  }

  it('that is a PDF or a picture is understood in the place of a picture’s address', () => {
    for (const [url, is] of [
      [`data:application/pdf;base64,${PDF}`, 'pdf'],
      [PNG, 'image'],
      [`data:application/octet-stream;base64,${PNG}`, 'image'],
    ] as const) {
      const part = { type: 'image_url', image_url: { url } };
      const prompt = promptOf({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Look.' }, part] }] });
      for (const target of ['anthropic', 'gemini', 'bedrock', 'openai', 'mistral'] as const) {
        const encoding = encode(target, prompt);
        assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
        assert.match(JSON.stringify(encoding.request.body), EXPECTED[target][is] ?? /never/);
      }
    }
  });

  it('that chat at OpenAI does not take goes by the Responses API, where there is one', () => {
    const [sheet, pdf] = [{ filename: 'a.xlsx', file_data: NOTES }, { file_data: PDF }];
    const target = { model: 'gpt-5.5', vendor: 'openai', streaming: true } as const;
    const dialect = (file: object, hasResponses: boolean) =>
      protocolFor('openai', PLACES['the user’s words']?.(file) ?? assert.fail(), { ...target, hasResponses }).dialect;
    assert.equal(dialect(sheet, true), 'openai-responses');
    assert.equal(dialect({ file_id: 'https://example.com/a.pdf' }, true), 'openai-responses');
    assert.equal(dialect(sheet, false), 'openai-chat');
    assert.equal(dialect(pdf, true), 'openai-chat');
  });
});
