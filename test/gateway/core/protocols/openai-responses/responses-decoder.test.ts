import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerEvent } from '../../../../../functions/gateway/core/model/answer-event.ts';
import { responsesDecoder } from '../../../../../functions/gateway/core/protocols/openai-responses/responses-decoder.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import { stepsOf } from '../../../../support/steps.ts';

function decoded(events: readonly (JsonObject | string)[]): readonly AnswerEvent[] {
  const decoder = responsesDecoder();
  const read = events.flatMap((event) => {
    const data = typeof event === 'string' ? event : JSON.stringify(event);
    return decoder.event({ kind: 'event', name: 'message', data });
  });
  return [...read, ...decoder.end()].filter(({ type }) => type !== 'keep-alive');
}

function completed(members: JsonObject = {}): JsonObject {
  return { type: 'response.completed', response: { id: 'resp_1', status: 'completed', output: [], ...members } };
}

const MESSAGE = { type: 'message', id: 'msg_1', role: 'assistant', status: 'in_progress', content: [] };
const CONTENT = {
  type: 'output_text',
  text: 'Hi',
  annotations: [{ type: 'url_citation', url: 'https://a', start_index: 0, end_index: 2 }],
};

describe('responsesDecoder', () => {
  it('reads a message whose parts are not announced, and its sources', () => {
    const events = decoded([
      { type: 'response.output_item.added', output_index: 0, item: { ...MESSAGE, phase: 'final' } },
      { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hi' },
      { type: 'response.output_item.done', output_index: 0, item: { ...MESSAGE, content: [CONTENT] } },
      completed({ usage: { input_tokens: 3, output_tokens: 2, output_tokens_details: { reasoning_tokens: 1 } } }),
    ]);
    const native = { dialect: 'openai-responses', value: { id: 'msg_1', phase: 'final' }, ifForeign: 'ignore' };
    assert.deepEqual(events[0], { type: 'part-start', choice: 0, part: 0, begins: { kind: 'text', native } });
    const usage = { input_tokens: 3, output_tokens: 2, output_tokens_details: { reasoning_tokens: 1 } };
    const citation = {
      url: 'https://a',
      begin: 0,
      end: 2,
      native: { dialect: 'openai-responses', value: CONTENT.annotations[0], ifForeign: 'ignore' },
    };
    assert.deepEqual(stepsOf(events), [
      { type: 'text', choice: 0, text: 'Hi' },
      { type: 'proof', choice: 0, citations: [citation] },
      { type: 'about', id: 'resp_1' },
      { type: 'finish', choice: 0, reason: 'end' },
      {
        type: 'usage',
        usage: { input: 3, output: 2, reasoning: 1, raw: { dialect: 'openai-responses', value: usage } },
      },
    ]);
  });

  it('gives the whole reasoning item as proof, and its summaries as one text', () => {
    const item = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gA' };
    const steps = stepsOf(
      decoded([
        { type: 'response.output_item.added', output_index: 0, item: { ...item, encrypted_content: '' } },
        { type: 'response.reasoning_summary_part.added', output_index: 0, summary_index: 0 },
        { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'a' },
        { type: 'response.reasoning_summary_part.added', output_index: 0, summary_index: 1 },
        { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 1, delta: 'b' },
        { type: 'response.output_item.done', output_index: 0, item },
        completed(),
      ]),
    );
    const text = steps.flatMap((step) => (step.type === 'reasoning' ? [step.text] : [])).join('');
    assert.equal(text, 'a\n\nb');
    const proof = steps.find(({ type }) => type === 'proof');
    assert.deepEqual(proof?.type === 'proof' && proof.proof?.value, item);
  });

  it('reads calls side by side, of functions and of custom tools, and one without arguments', () => {
    const steps = stepsOf(
      decoded([
        added(0, { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'f', namespace: 'n', arguments: '' }),
        added(1, { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c2', name: 'g', input: '' }),
        { type: 'response.custom_tool_call_input.delta', output_index: 1, delta: 'ls' },
        done(0, { type: 'function_call', call_id: 'c1', name: 'f', arguments: '' }),
        done(1, { type: 'custom_tool_call', call_id: 'c2', name: 'g', input: 'ls' }),
        completed(),
      ]),
    );
    const native = (value: JsonObject) => ({ dialect: 'openai-responses', value, ifForeign: 'ignore' }) as const;
    assert.deepEqual(steps.slice(0, 4), [
      { type: 'call', choice: 0, call: 0, id: 'c1', name: 'f', native: native({ id: 'fc_1', namespace: 'n' }) },
      { type: 'call', choice: 0, call: 1, id: 'c2', name: 'g', isCustom: true, native: native({ id: 'ctc_1' }) },
      { type: 'input', choice: 0, call: 1, text: 'ls' },
      { type: 'input', choice: 0, call: 0, text: '{}' },
    ]);
    assert.deepEqual(steps.at(-1), { type: 'finish', choice: 0, reason: 'tool-calls' });
  });

  it('passes on a tool that OpenAI carries out, its steps and its result', () => {
    const item = { type: 'web_search_call', id: 'ws_1', status: 'in_progress' };
    const step = { type: 'response.web_search_call.searching', output_index: 0, item_id: 'ws_1' };
    const events = decoded([added(0, item), step, done(0, { ...item, status: 'completed' }), completed()]);
    const native = (value: JsonObject) => ({ dialect: 'openai-responses', value, ifForeign: 'drop' }) as const;
    assert.deepEqual(events.slice(0, 3), [
      {
        type: 'part-start',
        choice: 0,
        part: 0,
        begins: { kind: 'opaque', what: 'web_search_call', native: native(item) },
      },
      { type: 'native', choice: 0, native: native(step) },
      { type: 'part-end', choice: 0, part: 0, proof: native({ ...item, status: 'completed' }) },
    ]);
  });

  it('takes what only the last event has told', () => {
    const steps = stepsOf(decoded([completed({ output: [{ ...MESSAGE, content: [CONTENT] }] })]));
    assert.ok(steps.some((step) => step.type === 'text' && step.text === 'Hi'));
  });

  it('says nothing twice where a server numbers every item 0 or gives two items one id', () => {
    const item = (text: string): JsonObject => ({
      ...MESSAGE,
      id: `msg_${text}`,
      content: [{ type: 'output_text', text }],
    });
    const textsOf = (events: readonly AnswerEvent[]): string[] =>
      stepsOf(events).flatMap((step) => (step.type === 'text' ? [step.text] : []));
    const [one, two] = [item('one'), item('two')];
    assert.deepEqual(textsOf(decoded([done(0, one), added(0, two), done(0, two), completed({ output: [one, two] })])), [
      'one',
      'two',
    ]);
    const twins = [one, { ...two, id: one.id }];
    assert.deepEqual(textsOf(responsesDecoder().body({ status: 'completed', output: twins })), ['one', 'two']);
  });

  const ENDINGS = { max_output_tokens: 'length', content_filter: 'filtered' } as const;
  for (const [reason, finish] of Object.entries(ENDINGS)) {
    it(`reads an answer that is incomplete for ${reason} as ended by ${finish}`, () => {
      const response = { status: 'incomplete', incomplete_details: { reason }, output: [] };
      const events = decoded([{ type: 'response.incomplete', response }]);
      assert.deepEqual(events.at(-1), { type: 'finish', choice: 0, reason: finish, raw: reason });
    });
  }

  const FAILURES: readonly (readonly [what: string, events: readonly (JsonObject | string)[], kind: string])[] = [
    ['an error event', [{ type: 'error', error: { code: 'insufficient_quota', message: 'No.' } }], 'rate-limited'],
    ['a flat error event', [{ type: 'error', code: 'server_error', message: 'No.' }], 'overloaded'],
    ['response.failed', [failed({ code: 'context_length_exceeded', message: 'No.' })], 'context-exceeded'],
    [
      'response.completed that has failed',
      [completed({ status: 'failed', error: { code: 'server_error' } })],
      'overloaded',
    ],
    ['response.done that was cancelled', [completed({ status: 'cancelled' })], 'overloaded'],
    ['response.failed without a reason', [failed(null)], 'overloaded'],
    ['an end without an ending', [added(0, MESSAGE)], 'truncated'],
    ['nothing but garbage', ['{"type":'], 'malformed'],
  ];
  for (const [what, events, kind] of FAILURES) {
    it(`says that an answer failed (${kind}) for ${what}`, () => {
      const last = decoded(events).at(-1);
      assert.equal(last?.type === 'failed' && last.failure.kind, kind);
    });
  }

  it('says that a body failed which is none, or says so', () => {
    for (const body of [{}, [], { error: { message: 'No.' } }, { status: 'failed', output: [] }]) {
      assert.equal(responsesDecoder().body(body).at(-1)?.type, 'failed', JSON.stringify(body));
    }
  });
});

function added(place: number, item: JsonObject): JsonObject {
  return { type: 'response.output_item.added', output_index: place, item };
}

function done(place: number, item: JsonObject): JsonObject {
  return { type: 'response.output_item.done', output_index: place, item };
}

function failed(error: JsonObject | null): JsonObject {
  return { type: 'response.failed', response: { status: 'failed', error } };
}
