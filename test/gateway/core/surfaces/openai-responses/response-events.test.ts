import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerEvent } from '../../../../../functions/gateway/core/model/answer-event.ts';
import type { Native } from '../../../../../functions/gateway/core/model/dialect.ts';
import type { GatewayError } from '../../../../../functions/gateway/core/model/gateway-error.ts';
import { responseBody } from '../../../../../functions/gateway/core/surfaces/openai-responses/fold-response.ts';
import { responseStream } from '../../../../../functions/gateway/core/surfaces/openai-responses/stream-response.ts';
import type { AnswerIdentity } from '../../../../../functions/gateway/core/surfaces/surface.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import fc from '../../../../support/property.ts';
import { responsesPromptOf } from '../../../../support/responses-prompt-of.ts';
import { eventsOf, type Step } from '../../../../support/steps.ts';

function identity(body: object = {}): AnswerIdentity {
  return { requestId: 'r1', created: 1_700_000_000, model: 'a/b', prompt: responsesPromptOf(body) };
}

function parsed(text: string): JsonObject[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('event: '))
    .map((event) => {
      const [name, data] = event.split('\n') as [string, string];
      const json = JSON.parse(data.slice('data: '.length)) as JsonObject;
      assert.equal(name, `event: ${json.type}`);
      return json;
    });
}

function streamed(events: readonly AnswerEvent[], body: object = {}): JsonObject[] {
  const stream = responseStream(identity(body));
  const text = events.map((event) => stream.write([event])).join('');
  return parsed(text + stream.end('{}'));
}

function written(steps: readonly Step[], body: object = {}): JsonObject[] {
  return streamed(eventsOf(steps), body);
}

/** Each event in a word or two, without the first and second. */
function outline(events: readonly JsonObject[]): string[] {
  return events.slice(2).map(({ type, output_index: at, delta, text, item }) => {
    const what = String(type).replace('response.', '');
    return [what, at, delta ?? text ?? (item as JsonObject | undefined)?.type].filter((x) => x !== undefined).join(' ');
  });
}

/** The events of an answer whose last part has not ended. */
function stepsOfOpen(steps: readonly Step[]): readonly AnswerEvent[] {
  const events = eventsOf([...steps, END]);
  const last = events.findLastIndex(({ type }) => type === 'part-delta');
  return events.slice(0, last + 1);
}

function own(value: JsonObject): Native {
  return { dialect: 'openai-responses', value, ifForeign: 'ignore' };
}

const END: Step = { type: 'finish', choice: 0, reason: 'end' };

describe('the events of a response', () => {
  it('are those of OpenAI for a text, in order and numbered from 0', () => {
    const events = written([
      { type: 'text', choice: 0, text: 'Hel' },
      { type: 'text', choice: 0, text: 'lo' },
      END,
      { type: 'usage', usage: { input: 3, output: 2, cacheRead: 1, reasoning: 1 } },
    ]);
    assert.deepEqual(
      events.map(({ type }) => type),
      [
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.completed',
      ],
    );
    assert.deepEqual(
      events.map(({ sequence_number }) => sequence_number),
      events.map((_, index) => index),
    );
    const response = events.at(-1)!.response as JsonObject;
    assert.deepEqual(response.output, [
      {
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Hello', annotations: [], logprobs: [] }],
        id: 'msg_r1_0',
      },
    ]);
    assert.deepEqual(response.usage, {
      input_tokens: 3,
      input_tokens_details: { cached_tokens: 1 },
      output_tokens: 2,
      output_tokens_details: { reasoning_tokens: 1 },
      total_tokens: 5,
    });
    assert.deepEqual([response.id, response.model, response.store], ['resp_r1', 'a/b', false]);
  });

  it('show reasoning as a summary, then words, then calls, each an item of its own', () => {
    const events = written([
      { type: 'reasoning', choice: 0, text: 'Hm.' },
      { type: 'text', choice: 0, text: 'So' },
      { type: 'refusal', choice: 0, text: 'No' },
      { type: 'call', choice: 0, call: 0, id: 'c1', name: 'f' },
      { type: 'input', choice: 0, call: 0, text: '{"a"' },
      { type: 'input', choice: 0, call: 0, text: ':1}' },
      { type: 'finish', choice: 0, reason: 'tool-calls' },
    ]);
    assert.deepEqual(outline(events), [
      'output_item.added 0 reasoning',
      'reasoning_summary_part.added 0',
      'reasoning_summary_text.delta 0 Hm.',
      'reasoning_summary_text.done 0 Hm.',
      'reasoning_summary_part.done 0',
      'output_item.done 0 reasoning',
      'output_item.added 1 message',
      'content_part.added 1',
      'output_text.delta 1 So',
      'output_text.done 1 So',
      'content_part.done 1',
      'content_part.added 1',
      'refusal.delta 1 No',
      'refusal.done 1',
      'content_part.done 1',
      'output_item.done 1 message',
      'output_item.added 2 function_call',
      'function_call_arguments.delta 2 {"a"',
      'function_call_arguments.delta 2 :1}',
      'function_call_arguments.done 2',
      'output_item.done 2 function_call',
      'completed',
    ]);
    const { output } = events.at(-1)!.response as { output: JsonObject[] };
    assert.deepEqual(output[2], {
      type: 'function_call',
      name: 'f',
      status: 'completed',
      call_id: 'c1',
      arguments: '{"a":1}',
      id: 'fc_r1_2',
    });
  });

  it('give a namespaced function back with its namespace, and a custom tool its text', () => {
    const tools = [
      { type: 'namespace', name: 'agents', tools: [{ type: 'function', name: 'wait' }] },
      { type: 'custom', name: 'patch' },
    ];
    const events = written(
      [
        { type: 'call', choice: 0, call: 0, id: 'c1', name: 'agents__wait' },
        { type: 'input', choice: 0, call: 0, text: '{}' },
        { type: 'call', choice: 0, call: 1, id: 'c2', name: 'patch' },
        { type: 'input', choice: 0, call: 1, text: '{"input":"*** ' },
        { type: 'input', choice: 0, call: 1, text: 'Begin"}' },
        { type: 'finish', choice: 0, reason: 'tool-calls' },
      ],
      { tools },
    );
    const done = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
    assert.deepEqual(done, [
      {
        type: 'function_call',
        name: 'wait',
        namespace: 'agents',
        status: 'completed',
        call_id: 'c1',
        arguments: '{}',
        id: 'fc_r1_0',
      },
      {
        type: 'custom_tool_call',
        name: 'patch',
        status: 'completed',
        call_id: 'c2',
        input: '*** Begin',
        id: 'ctc_r1_1',
      },
    ]);
    assert.ok(outline(events).includes('custom_tool_call_input.delta 1 *** Begin'));
  });

  it("carry another vendor's proof of reasoning, and its signature of a call, to come back with the next turn", () => {
    const block = { type: 'thinking', thinking: 'Hm.', signature: 's' };
    const proof: Native = { dialect: 'anthropic-messages', value: block, ifForeign: 'ignore' };
    const signature: Native = { dialect: 'gemini', value: { thoughtSignature: 'g' }, ifForeign: 'ignore' };
    const body = responseBody(
      eventsOf([
        { type: 'reasoning', choice: 0, text: 'Hm.' },
        { type: 'proof', choice: 0, proof },
        { type: 'call', choice: 0, call: 0, id: 'c1', name: 'f', native: signature },
        { type: 'input', choice: 0, call: 0, text: '{}' },
        END,
      ]),
      identity(),
    );
    const [turn] = responsesPromptOf({ input: body.output }).turns;
    assert.deepEqual(
      turn?.parts.map((part) => (part.kind === 'reasoning' ? part.proof : part.native)),
      [proof, signature],
    );
  });

  it("keep OpenAI's own items whole: their ids, phases, proofs and the steps of its tools", () => {
    const reasoning = { type: 'reasoning', id: 'rs_9', summary: [], encrypted_content: 'gA' };
    const search = { type: 'web_search_call', id: 'ws_9', status: 'in_progress' };
    const events: AnswerEvent[] = [
      { type: 'part-start', choice: 0, part: 0, begins: { kind: 'reasoning', native: own({ id: 'rs_9' }) } },
      { type: 'part-end', choice: 0, part: 0, proof: own(reasoning) },
      {
        type: 'part-start',
        choice: 0,
        part: 1,
        begins: { kind: 'opaque', what: 'web_search_call', native: own(search) },
      },
      {
        type: 'native',
        choice: 0,
        native: own({
          type: 'response.web_search_call.searching',
          item_id: 'ws_9',
          output_index: 7,
          sequence_number: 3,
        }),
      },
      { type: 'part-end', choice: 0, part: 1, proof: own({ ...search, status: 'completed' }) },
      {
        type: 'part-start',
        choice: 0,
        part: 2,
        begins: { kind: 'text', native: own({ id: 'msg_9', phase: 'final' }) },
      },
      { type: 'part-delta', choice: 0, part: 2, text: 'Hi' },
      { type: 'part-end', choice: 0, part: 2 },
      { type: 'finish', choice: 0, reason: 'end' },
    ];
    const all = streamed(events);
    const { output } = all.at(-1)!.response as { output: JsonObject[] };
    assert.deepEqual(output.slice(0, 2), [reasoning, { ...search, status: 'completed' }]);
    assert.deepEqual([output[2]?.id, output[2]?.phase], ['msg_9', 'final']);
    assert.ok(outline(all).includes('web_search_call.searching 1'));
  });

  it('begin another message where OpenAI has begun one', () => {
    const message = (part: number, id: string): AnswerEvent[] => [
      { type: 'part-start', choice: 0, part, begins: { kind: 'text', native: own({ id }) } },
      { type: 'part-delta', choice: 0, part, text: id },
      { type: 'part-end', choice: 0, part },
    ];
    const { output } = responseBody(
      [...message(0, 'msg_a'), ...message(1, 'msg_a'), ...message(2, 'msg_b')],
      identity(),
    );
    assert.deepEqual(
      (output as JsonObject[]).map(({ id, content }) => [id, (content as unknown[]).length]),
      [
        ['msg_a', 2],
        ['msg_b', 1],
      ],
    );
  });

  it('tell sources as annotations of the text before', () => {
    const native: Native = { dialect: 'gemini', value: {}, ifForeign: 'ignore' };
    const events = written([
      { type: 'text', choice: 0, text: 'Hi' },
      { type: 'citations', choice: 0, citations: [{ url: 'https://a', begin: 0, end: 2, native }, { native }] },
      END,
    ]);
    const annotation = { type: 'url_citation', url: 'https://a', title: 'https://a', start_index: 0, end_index: 2 };
    const added = events.filter(({ type }) => type === 'response.output_text.annotation.added');
    assert.deepEqual(
      added.map((event) => event.annotation),
      [annotation],
    );
    const { output } = events.at(-1)!.response as { output: { content: JsonObject[] }[] };
    assert.deepEqual(output[0]?.content[0]?.annotations, [annotation]);
  });

  for (const [reason, told] of [
    ['length', 'max_output_tokens'],
    ['filtered', 'content_filter'],
  ] as const) {
    it(`end with response.incomplete, ${told}, where the answer ended with ${reason}`, () => {
      const last = written([
        { type: 'text', choice: 0, text: 'Hi' },
        { type: 'finish', choice: 0, reason },
      ]).at(-1);
      const response = last?.response as JsonObject & { output: JsonObject[] };
      assert.equal(last?.type, 'response.incomplete');
      assert.deepEqual(response.incomplete_details, { reason: told });
      assert.equal(response.output[0]?.status, 'incomplete');
    });
  }

  it('mark a call as incomplete whose arguments break off', () => {
    const { output } = responseBody(
      eventsOf([
        { type: 'call', choice: 0, call: 0, id: 'c', name: 'f' },
        { type: 'input', choice: 0, call: 0, text: '{"a' },
        { type: 'finish', choice: 0, reason: 'length' },
      ]),
      identity(),
    );
    assert.equal((output as JsonObject[])[0]?.status, 'incomplete');
  });

  const ERROR: GatewayError = { status: 502, message: 'Cut off.', type: 'server_error', code: 'x', param: null };
  const CODES: readonly (readonly [Partial<GatewayError>, string])[] = [
    [{ code: 'upstream_stream_truncated' }, 'server_error'],
    [{ code: 'rate_limit_exceeded', type: 'rate_limit_error' }, 'rate_limit_exceeded'],
    [{ code: 'insufficient_quota', type: 'insufficient_quota' }, 'insufficient_quota'],
    [{ code: 'context_length_exceeded', type: 'invalid_request_error' }, 'context_length_exceeded'],
    [{ code: 'content_filter', type: 'invalid_request_error' }, 'invalid_prompt'],
    [{ code: null, type: 'invalid_request_error' }, 'invalid_prompt'],
  ];
  for (const [error, code] of CODES) {
    it(`tell an answer that broke off with ${error.code} as response.failed with the code ${code}`, () => {
      const stream = responseStream(identity());
      const text = stream.write(eventsOf([{ type: 'text', choice: 0, text: 'Hi' }]));
      const broken = stream.broken({ ...ERROR, ...error }, '{"a":1}');
      const last = parsed(text + broken).at(-1);
      assert.equal(last?.type, 'response.failed');
      const response = last.response as JsonObject;
      assert.equal(response.status, 'failed');
      assert.deepEqual(response.error, { code, message: 'Cut off.' });
      assert.ok(broken.endsWith(': nemo {"a":1}\n\n'));
    });
  }

  const CUT: readonly (readonly [what: string, steps: readonly Step[], item: JsonObject])[] = [
    [
      'a text',
      [
        { type: 'text', choice: 0, text: 'One' },
        { type: 'text', choice: 0, text: ' two' },
      ],
      { type: 'message', content: [{ type: 'output_text', text: 'One two', annotations: [], logprobs: [] }] },
    ],
    [
      'a refusal after a text',
      [
        { type: 'text', choice: 0, text: 'One' },
        { type: 'refusal', choice: 0, text: 'No' },
      ],
      {
        type: 'message',
        content: [
          { type: 'output_text', text: 'One', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'No' },
        ],
      },
    ],
    [
      'a reasoning',
      [
        { type: 'reasoning', choice: 0, text: 'I' },
        { type: 'reasoning', choice: 0, text: ' think' },
      ],
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'I think' }] },
    ],
    [
      'the arguments of a call',
      [
        { type: 'call', choice: 0, call: 0, id: 'c', name: 'f' },
        { type: 'input', choice: 0, call: 0, text: '{"a"' },
        { type: 'input', choice: 0, call: 0, text: ':1}' },
      ],
      { type: 'function_call', arguments: '{"a":1}' },
    ],
    [
      'the text of a custom tool',
      [
        { type: 'call', choice: 0, call: 0, id: 'c', name: 'f', isCustom: true },
        { type: 'input', choice: 0, call: 0, text: 'a b' },
      ],
      { type: 'custom_tool_call', input: 'a b' },
    ],
  ];
  for (const [what, steps, item] of CUT) {
    it(`have ${what} in the failed response as far as it was said, as incomplete and not as done`, () => {
      const stream = responseStream(identity());
      const events = stepsOfOpen(steps).map((event) => stream.write([event]));
      const all = parsed(events.join('') + stream.broken(ERROR));
      const { output } = all.at(-1)!.response as { output: JsonObject[] };
      assert.equal(output.length, 1);
      const { type, status, ...members } = output[0]!;
      assert.deepEqual({ type, status }, { type: item.type, status: 'incomplete' });
      for (const [name, value] of Object.entries(item).filter(([name]) => name !== 'type')) {
        assert.deepEqual(members[name], value);
      }
      assert.equal(
        all.some(({ type }) => type === 'response.output_item.done'),
        false,
      );
    });
  }

  it('have in the failed response the items that were done, as they were', () => {
    const stream = responseStream(identity());
    const steps: readonly Step[] = [
      { type: 'reasoning', choice: 0, text: 'Hm' },
      { type: 'text', choice: 0, text: 'One' },
    ];
    const all = parsed(stream.write(stepsOfOpen(steps)) + stream.broken(ERROR));
    const done = all.find(({ type }) => type === 'response.output_item.done');
    const { output } = all.at(-1)!.response as { output: JsonObject[] };
    assert.deepEqual(output[0], done?.item);
    assert.equal(output[1]?.status, 'incomplete');
  });

  for (const asked of [undefined, 'default', 'flex', 'priority']) {
    it(`tell no tier where the vendor tells none and the caller asked for ${asked}`, () => {
      const body = { service_tier: asked };
      const steps: readonly Step[] = [{ type: 'text', choice: 0, text: 'Hi' }, END];
      for (const { response } of written(steps, body).filter(({ response }) => response !== undefined)) {
        assert.equal((response as JsonObject).service_tier, null);
      }
      assert.equal(responseBody(eventsOf(steps), identity(body)).service_tier, null);
    });

    it(`tell the tier that the vendor tells where the caller asked for ${asked}`, () => {
      const body = { service_tier: asked };
      const steps: readonly Step[] = [
        { type: 'text', choice: 0, text: 'Hi' },
        { type: 'about', serviceTier: 'flex' },
        END,
      ];
      assert.equal((written(steps, body).at(-1)!.response as JsonObject).service_tier, 'flex');
      assert.equal(responseBody(eventsOf(steps), identity(body)).service_tier, 'flex');
    });
  }

  it('are followed by the trail as a comment, and pass on signs of life', () => {
    const stream = responseStream(identity());
    assert.ok(stream.write([{ type: 'keep-alive' }]).endsWith(': ping\n\n'));
    assert.ok(stream.end('{"a":1}').endsWith('\n\n: nemo {"a":1}\n\n'));
  });

  it('say the same as the body, whatever the answer', () => {
    const word = fc.string({ minLength: 1, unit: 'grapheme' });
    const step = fc.oneof(
      fc.record({ type: fc.constantFrom('text', 'reasoning', 'refusal'), choice: fc.constant(0), text: word }),
      fc.record({ type: fc.constant('usage'), usage: fc.constant({ input: 1, output: 2 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const events = eventsOf([...(steps as Step[]), END]);
        assert.deepEqual(streamed(events).at(-1)?.response, responseBody(events, identity()));
      }),
      { seed: 20261129, numRuns: 200 },
    );
  });
});
