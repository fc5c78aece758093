import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Prompt } from '../../../../../functions/gateway/core/model/prompt.ts';
import { PROTOCOLS } from '../../../../../functions/gateway/core/protocols/protocols.ts';
import { promptOf } from '../../../../support/prompt-of.ts';
import { responsesPromptOf } from '../../../../support/responses-prompt-of.ts';

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

const MODELS = {
  anthropic: 'claude-sonnet-4-5',
  gemini: 'gemini-2.5-flash',
  bedrock: 'us.anthropic.claude-sonnet-4-5',
} as const;

/** What a vendor's request must have for it; absent: it is refused, so that another deployment is asked. */
const EXPECTED: Readonly<Record<keyof typeof MODELS, Readonly<Partial<Record<Form, RegExp>>>>> = {
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

describe('a file', () => {
  for (const [protocol, model] of Object.entries(MODELS) as [keyof typeof MODELS, string][]) {
    for (const [place, promptWith] of Object.entries(PLACES)) {
      for (const { name, file, is } of FORMS) {
        const expected = EXPECTED[protocol][is];
        const fate = expected === undefined ? 'is refused' : `reaches the model as ${is}`;
        it(`that is ${name} in ${place} ${fate} for ${protocol}`, () => {
          const encoding = PROTOCOLS[protocol].encode(promptWith(file), { model, streaming: true });
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
      for (const [protocol, model] of Object.entries(MODELS) as [keyof typeof MODELS, string][]) {
        const encoding = PROTOCOLS[protocol].encode(prompt, { model, streaming: true });
        assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
        assert.match(JSON.stringify(encoding.request.body), EXPECTED[protocol][is] ?? /never/);
      }
    }
  });
});
