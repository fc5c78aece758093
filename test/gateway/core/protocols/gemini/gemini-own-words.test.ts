import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Native } from '../../../../../functions/gateway/core/model/dialect.ts';
import type { Part } from '../../../../../functions/gateway/core/model/part.ts';
import type { Prompt } from '../../../../../functions/gateway/core/model/prompt.ts';
import { gemini } from '../../../../../functions/gateway/core/protocols/gemini/gemini.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import { promptOf } from '../../../../support/prompt-of.ts';

const HELLO: readonly JsonObject[] = [{ role: 'user', content: 'Hello' }];
const WEATHER = { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } };

interface Turn {
  readonly role: string;
  readonly parts: readonly JsonObject[];
}

function encodePrompt(prompt: Prompt, model = 'gemini-2.5-flash') {
  return gemini.encode(prompt, { model, streaming: true });
}

function native(value: JsonObject, ifForeign: Native['ifForeign'] = 'refuse'): Native {
  return { dialect: 'gemini', value, ifForeign };
}

function foreign(ifForeign: Native['ifForeign']): Native {
  return { dialect: 'anthropic-messages', value: { type: 'x' }, ifForeign };
}

/** The parts of a model's turn between two words of the user's, as Gemini is told them. */
function sentParts(parts: readonly Part[], prompt: Partial<Prompt> = {}): unknown {
  const said = promptOf({ messages: HELLO });
  const turns = [...said.turns, { role: 'assistant', path: 'messages[1]', parts } as const, ...said.turns];
  const encoding = encodePrompt({ ...said, turns, ...prompt });
  assert.equal(encoding.kind, 'encoded', JSON.stringify(encoding));
  return (encoding.request.body.contents as readonly Turn[])[1]?.parts;
}

test('what is in Google’s own words goes to Gemini word for word', () => {
  const prompt: Prompt = {
    ...promptOf({ messages: HELLO, tools: [WEATHER] }),
    native: new Map([['safetySettings', native({ safetySettings: [{ category: 'C' }] })]]),
    toolUse: { mode: 'native', native: native({ mode: 'MODE_NEW' }) },
    format: { kind: 'native', what: 'text/x.enum', native: native({ responseMimeType: 'text/x.enum' }) },
  };
  const search = {
    kind: 'native',
    what: 'googleSearch',
    path: 'tools[1]',
    native: native({ googleSearch: {} }),
  } as const;
  const encoding = encodePrompt({ ...prompt, tools: [...prompt.tools, search] }, 'gemini-3-pro-preview');
  assert.equal(encoding.kind, 'encoded', JSON.stringify(encoding));
  const { body: sent } = encoding.request;
  assert.deepEqual(sent.safetySettings, [{ category: 'C' }]);
  assert.deepEqual((sent.tools as readonly unknown[]).slice(1), [{ googleSearch: {} }]);
  assert.deepEqual(sent.toolConfig, { functionCallingConfig: { mode: 'MODE_NEW' } });
  assert.deepEqual(sent.generationConfig, { responseMimeType: 'text/x.enum' });
  assert.deepEqual(encoding.dropped, []);
});

test('parts and signatures in Google’s own words go back to it in their order', () => {
  const code = { executableCode: { code: '1+1' } };
  const path = 'messages[1]';
  const parts: readonly Part[] = [
    { kind: 'reasoning', path, text: 'Hm', proof: native({ thoughtSignature: 'R' }) },
    { kind: 'opaque', path, what: 'executableCode', native: native(code) },
    { kind: 'text', path, text: 'Two', native: native({ thoughtSignature: 'T' }) },
  ];
  assert.deepEqual(sentParts(parts), [
    { text: '', thoughtSignature: 'R' },
    code,
    { text: 'Two', thoughtSignature: 'T' },
  ]);
});

test('what only another vendor knows is refused, dropped by its name, or passed over, as it says itself', () => {
  const base = promptOf({ messages: HELLO });
  const path = 'there';
  const opaque = (ifForeign: Native['ifForeign']): Part => ({
    kind: 'opaque',
    path,
    what: 'compaction',
    native: foreign(ifForeign),
  });
  const forms: readonly [string, string, (ifForeign: Native['ifForeign']) => Partial<Prompt>][] = [
    ['container', 'container', (word) => ({ native: new Map([['container', foreign(word)]]) })],
    ['bash', path, (word) => ({ tools: [{ kind: 'native', what: 'bash', path, native: foreign(word) }] })],
    ['tool_choice', 'tool_choice', (word) => ({ toolUse: { mode: 'native', native: foreign(word) } })],
    [
      'response_format',
      'response_format',
      (word) => ({ format: { kind: 'native', what: 'x', native: foreign(word) } }),
    ],
    ['compaction', path, (word) => ({ turns: [{ role: 'user', path: 'messages[0]', parts: [opaque(word)] }] })],
  ];
  for (const [name, param, form] of forms) {
    const ends = (['refuse', 'drop', 'ignore'] as const).map((word) => encodePrompt({ ...base, ...form(word) }));
    const told = ends.map((end) => (end.kind === 'encoded' ? end.dropped : end.param));
    assert.deepEqual(told, [param, [name], []], name);
    assert.deepEqual(
      ends.map((end) => end.kind === 'encoded' && [end.request.body.tools, end.request.body.toolConfig]),
      [false, [undefined, undefined], [undefined, undefined]],
    );
  }
});

test('the signature of another vendor’s reasoning stays behind unnamed', () => {
  const reasoning: Part = { kind: 'reasoning', path: 'messages[1]', text: 'Hm', proof: foreign('ignore') };
  const words: Part = { kind: 'text', path: 'messages[1]', text: 'Two', native: foreign('ignore') };
  assert.deepEqual(sentParts([reasoning, words]), [{ text: 'Two' }]);
});

test('a budget of reasoning tokens is kept by 2.5 and is the level that covers it for 3 and later', () => {
  const thinking = (model: string, budgetTokens: number, show?: 'none') => {
    const reasoning = { budgetTokens, ...(show !== undefined && { show }) };
    const encoding = encodePrompt({ ...promptOf({ messages: HELLO }), reasoning }, model);
    assert.equal(encoding.kind, 'encoded');
    return (encoding.request.body.generationConfig as JsonObject | undefined)?.thinkingConfig;
  };
  assert.deepEqual(thinking('gemini-2.5-flash', 3000), { thinkingBudget: 3000, includeThoughts: true });
  assert.deepEqual(thinking('gemini-2.5-flash', 0), { thinkingBudget: 0, includeThoughts: false });
  assert.deepEqual(thinking('gemini-2.5-pro', 10), { thinkingBudget: 128, includeThoughts: true });
  assert.deepEqual(thinking('gemini-2.5-pro', 3000, 'none'), { thinkingBudget: 3000, includeThoughts: false });
  assert.deepEqual(thinking('gemini-3.1-pro-preview', 3000), { thinkingLevel: 'MEDIUM', includeThoughts: true });
  assert.deepEqual(thinking('gemini-3.1-pro-preview', 90_000), { thinkingLevel: 'HIGH', includeThoughts: true });
});

test('what a failed tool says is told as an error', () => {
  const path = 'messages[1]';
  const call: Part = { kind: 'tool-call', path, id: 'a', name: 'f', input: '{}', inputPath: path };
  const words: Part = { kind: 'text', path, text: '{"code":7}' };
  const result: Part = { kind: 'tool-result', path, id: 'a', idPath: path, isError: true, parts: [words] };
  const turns = [
    { role: 'assistant', path, parts: [call] },
    { role: 'user', path, parts: [result] },
  ] as const;
  const encoding = encodePrompt({ ...promptOf({ messages: HELLO }), turns });
  assert.equal(encoding.kind, 'encoded');
  assert.deepEqual((encoding.request.body.contents as readonly Turn[])[1]?.parts, [
    { functionResponse: { id: 'a', name: 'f', response: { error: '{"code":7}' } } },
  ]);
});
