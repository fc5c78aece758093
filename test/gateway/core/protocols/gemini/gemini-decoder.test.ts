import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FinishReason } from '../../../../../functions/gateway/core/model/answer-event.ts';
import type { Native } from '../../../../../functions/gateway/core/model/dialect.ts';
import { gemini } from '../../../../../functions/gateway/core/protocols/gemini/gemini.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import type { WireEvent } from '../../../../../functions/gateway/core/wire/wire-event.ts';
import fc from '../../../../support/property.ts';
import { type Step, stepsOf } from '../../../../support/steps.ts';

function newDecoder() {
  return gemini.decoder({ model: 'gemini-3.5-flash', streaming: true });
}

function eventOf(data: unknown): WireEvent {
  return { kind: 'event', name: 'message', data: typeof data === 'string' ? data : JSON.stringify(data) };
}

/** What a stream of these events gives, its end included. */
function decode(...chunks: readonly unknown[]): readonly Step[] {
  const decoder = newDecoder();
  return stepsOf([...chunks.flatMap((chunk) => decoder.event(eventOf(chunk))), ...decoder.end()]);
}

function chunk(parts: readonly JsonObject[], finishReason?: string, more: JsonObject = {}): JsonObject {
  const finish = finishReason === undefined ? {} : { finishReason };
  return { candidates: [{ content: { role: 'model', parts }, ...finish, index: 0 }], responseId: 'resp', ...more };
}

const text = (words: string, choice = 0): Step => ({ type: 'text', choice, text: words });
const finish = (reason: FinishReason, raw: string, choice = 0): Step => ({ type: 'finish', choice, reason, raw });
const started = (call: number, name: string, id = `call_resp_0_${call}`): Step => ({
  type: 'call',
  choice: 0,
  call,
  id,
  name,
});
const args = (call: number, json: string): Step => ({ type: 'input', choice: 0, call, text: json });

function failureOf(deltas: readonly Step[]) {
  const last = deltas.at(-1);
  assert.equal(last?.type, 'failed', JSON.stringify(deltas));
  return last.failure;
}

test('a call of the function for answers is the text of the answer, once, streamed and whole', () => {
  const call = { functionCall: { name: 'nemo_structured_answer', args: { a: 1 } } };
  const answer = chunk([call, call], 'STOP');
  const told = [text('{"a":1}'), finish('end', 'STOP')];
  assert.deepEqual(decode(answer), told);
  assert.deepEqual(stepsOf(newDecoder().body(answer)), told);
  const other = { functionCall: { name: 'weather', args: {} } };
  assert.deepEqual(decode(chunk([call, other], 'STOP')).at(-1), finish('tool-calls', 'STOP'));
});

test('text and thoughts are told apart and empty text is nothing', () => {
  const deltas = decode(
    chunk([{ text: 'Hm', thought: true }]),
    chunk([{ text: 'He' }, { text: 'llo' }]),
    chunk([{ text: '' }]),
    chunk([{ text: '' }], 'STOP'),
  );
  assert.deepEqual(deltas, [
    { type: 'reasoning', choice: 0, text: 'Hm' },
    text('He'),
    text('llo'),
    finish('end', 'STOP'),
  ]);
});

test('the finish waits for the end of the bytes, since content may follow it', () => {
  const decoder = newDecoder();
  const first = decoder.event(eventOf(chunk([{ text: 'a' }], 'STOP')));
  assert.deepEqual(stepsOf(first), [text('a')]);
  assert.equal(decoder.isComplete(), false);
  const second = decoder.event(eventOf(chunk([{ text: 'b' }], 'MAX_TOKENS')));
  assert.deepEqual(stepsOf([...first, ...second, ...decoder.end()]), [
    text('a'),
    text('b'),
    finish('length', 'MAX_TOKENS'),
  ]);
});

test('whole calls keep their order, their ids, and get {} for no arguments', () => {
  const deltas = decode(
    chunk([{ functionCall: { name: 'f', args: { a: [1] } } }, { functionCall: { id: 'own', name: 'f' } }]),
    chunk([{ functionCall: { id: '', name: 'g', args: null } }]),
    chunk([{ text: '' }], 'STOP'),
  );
  assert.deepEqual(deltas, [
    started(0, 'f'),
    args(0, '{"a":[1]}'),
    started(1, 'f', 'own'),
    args(1, '{}'),
    started(2, 'g'),
    args(2, '{}'),
    finish('tool-calls', 'STOP'),
  ]);
});

test('minted ids are the same for the same bytes and differ between answers', () => {
  const idOf = (answer: JsonObject) => {
    const whole = { ...chunk([{ functionCall: { name: 'f', args: answer } }], 'STOP'), ...answer };
    const begun = stepsOf(newDecoder().body(whole)).find((step) => step.type === 'call');
    assert.ok(begun !== undefined);
    assert.match(begun.id, /^[a-zA-Z0-9_-]{1,64}$/);
    return begun.id;
  };
  const answers = [
    { responseId: 'one' },
    { responseId: 'two' },
    { responseId: 'x'.repeat(200) },
    { responseId: undefined, createTime: '2026-01-01T00:00:00.5Z' },
    { responseId: undefined },
    { responseId: undefined, other: 1 },
  ];
  const ids = answers.map(idOf);
  assert.deepEqual(ids, answers.map(idOf));
  assert.equal(new Set(ids).size, ids.length);
});

test('signatures travel with the call or beside the text that they came with', () => {
  const signed = (thoughtSignature: string): Native => ({
    dialect: 'gemini',
    value: { thoughtSignature },
    ifForeign: 'ignore',
  });
  const deltas = decode(
    chunk([{ text: 'a', thoughtSignature: 'T' }]),
    chunk([{ functionCall: { name: 'f' }, thoughtSignature: 'C' }], 'STOP'),
  );
  assert.deepEqual(deltas, [
    text('a'),
    { type: 'proof', choice: 0, proof: signed('T') },
    { ...started(0, 'f'), native: signed('C') } as Step,
    args(0, '{}'),
    finish('tool-calls', 'STOP'),
  ]);
});

test('arguments that come value by value are put together', () => {
  const value = (jsonPath: string, rest: JsonObject) => ({ jsonPath, ...rest });
  const more = (partialArgs: readonly JsonObject[], willContinue = true) =>
    chunk([{ functionCall: willContinue ? { partialArgs, willContinue } : { partialArgs } }]);
  const deltas = decode(
    chunk([{ functionCall: { name: 'f', willContinue: true } }]),
    more([value('$.items[0].name', { stringValue: 'ap', willContinue: true })]),
    more([value('$.items[0].name', { stringValue: 'ple' }), value('$.items[0].price', { numberValue: 0 })]),
    more([value("$.items[1]['sold out']", { boolValue: false }), value('$.note', { nullValue: 'NULL_VALUE' })]),
    chunk([{ functionCall: {} }]),
    chunk([{ functionCall: { name: 'g', willContinue: true } }]),
    chunk([{ functionCall: { name: 'h', args: { kept: 1 }, willContinue: true } }]),
    more([value('$.added', { stringValue: 'x' })], false),
    chunk([{ functionCall: { name: 'open', willContinue: true } }]),
    more([value('$.a', { stringValue: 'z' })]),
    chunk([{ text: '' }], 'STOP'),
  );
  assert.deepEqual(deltas, [
    started(0, 'f'),
    args(0, '{"items":[{"name":"apple","price":0},{"sold out":false}],"note":null}'),
    started(1, 'g'),
    args(1, '{}'),
    started(2, 'h'),
    args(2, '{"kept":1,"added":"x"}'),
    started(3, 'open'),
    args(3, '{"a":"z"}'),
    finish('tool-calls', 'STOP'),
  ]);
});

test('hostile paths of partial arguments are only keys, and make no lists of holes', () => {
  const partialArgs = [
    { jsonPath: '$.__proto__.polluted', stringValue: 'yes' },
    { jsonPath: '$.list[4000000000]', numberValue: 1 },
    { jsonPath: '$.list.name', numberValue: 2 },
    { jsonPath: '$', stringValue: 'root' },
    { jsonPath: 7 },
  ];
  const deltas = decode(chunk([{ functionCall: { name: 'f', partialArgs } }], 'STOP'));
  assert.deepEqual(deltas[1], args(0, '{"__proto__":{"polluted":"yes"},"list":[1]}'));
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
});

test('every finish reason means what it means, after text and after a call', () => {
  const reasons: readonly [string, FinishReason, FinishReason][] = [
    ['STOP', 'end', 'tool-calls'],
    ['OTHER', 'length', 'length'],
    ['SOMETHING_NEW', 'length', 'length'],
    ['constructor', 'length', 'length'],
    ['MAX_TOKENS', 'length', 'length'],
    ...[
      'SAFETY',
      'RECITATION',
      'LANGUAGE',
      'BLOCKLIST',
      'PROHIBITED_CONTENT',
      'SPII',
      'MODEL_ARMOR',
      'IMAGE_SAFETY',
      'IMAGE_PROHIBITED_CONTENT',
      'IMAGE_RECITATION',
    ].map((reason): [string, 'filtered', 'filtered'] => [reason, 'filtered', 'filtered']),
  ];
  for (const [native, afterText, afterCall] of reasons) {
    assert.deepEqual(decode(chunk([{ text: 'a' }], native)).at(-1), finish(afterText, native));
    assert.deepEqual(decode(chunk([{ functionCall: { name: 'f' } }], native)).at(-1), finish(afterCall, native));
  }
});

test('an answer that the vendor calls broken fails at once, with its words', () => {
  const broken = ['MALFORMED_FUNCTION_CALL', 'MALFORMED_RESPONSE', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'];
  for (const finishReason of broken) {
    const decoder = newDecoder();
    const candidates = [{ content: {}, finishReason, finishMessage: 'f(' }];
    assert.deepEqual(decoder.event(eventOf({ candidates })), [
      {
        type: 'failed',
        failure: {
          kind: 'malformed',
          reason: finishReason,
          vendor: { status: 502, message: 'f(', code: finishReason },
        },
      },
    ]);
    assert.deepEqual(decoder.event(eventOf(chunk([{ text: 'late' }]))), []);
    assert.deepEqual(decoder.end(), []);
  }
});

test('an answer of nothing at all is a failure, unless a limit or a filter ended it or tokens were spent', () => {
  for (const reason of ['STOP', 'OTHER']) {
    assert.equal(failureOf(decode(chunk([{ text: '' }], reason))).kind, 'malformed');
  }
  assert.deepEqual(decode(chunk([], 'MAX_TOKENS')), [finish('length', 'MAX_TOKENS')]);
  assert.deepEqual(decode(chunk([], 'SAFETY')), [finish('filtered', 'SAFETY')]);
  const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
  assert.deepEqual(decode(chunk([], 'STOP', { usageMetadata })).at(-1), finish('end', 'STOP'));
  assert.deepEqual(decode(chunk([{ executableCode: { code: '1' } }], 'STOP')), [finish('end', 'STOP')]);
});

test('a blocked prompt is refused with the vendor’s reason', () => {
  const promptFeedback = { blockReason: 'MODEL_ARMOR', blockReasonMessage: 'Jailbreak.' };
  assert.deepEqual(failureOf(decode({ promptFeedback })), {
    kind: 'rejected',
    status: 400,
    isKnown: true,
    vendor: {
      status: 400,
      message: 'The prompt was blocked: MODEL_ARMOR: Jailbreak.',
      type: 'MODEL_ARMOR',
      code: 'content_filter',
    },
  });
  assert.equal(failureOf(decode({ candidates: [], promptFeedback: { blockReasonMessage: 'No.' } })).kind, 'rejected');
});

test('a block after content is a filtered ending, and feedback that blocks nothing is nothing', () => {
  const blocked = { promptFeedback: { blockReason: 'SAFETY' } };
  assert.deepEqual(decode(chunk([{ text: 'a' }]), blocked), [text('a'), finish('filtered', 'SAFETY')]);
  const harmless = { promptFeedback: { safetyRatings: [] } };
  assert.deepEqual(decode(chunk([{ text: 'a' }], 'STOP', harmless)), [text('a'), finish('end', 'STOP')]);
});

test('an error inside the stream fails the answer like the same error before it', () => {
  const error = { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' };
  const vendor = { status: 503, message: 'Overloaded', type: 'UNAVAILABLE' };
  for (const data of [{ error }, [{ error }]]) {
    assert.deepEqual(failureOf(decode(chunk([{ text: 'a' }]), data)), { kind: 'overloaded', status: 503, vendor });
  }
  assert.equal(failureOf(decode({ error: { status: 'RESOURCE_EXHAUSTED' } })).kind, 'rate-limited');
  assert.equal(failureOf(decode({ error: [[]] })).kind, 'overloaded');
});

test('a stream without a finish reason was cut', () => {
  assert.deepEqual(failureOf(decode()), { kind: 'truncated' });
  assert.deepEqual(failureOf(decode(chunk([{ text: 'a' }]))), { kind: 'truncated' });
  assert.deepEqual(failureOf(decode(chunk([{ text: 'a' }], 'FINISH_REASON_UNSPECIFIED'))), { kind: 'truncated' });
  const second = { candidates: [{ index: 1, content: { parts: [{ text: 'b' }] } }] };
  assert.deepEqual(failureOf(decode(chunk([{ text: 'a' }], 'STOP'), second)), { kind: 'truncated' });
});

test('an unreadable event is skipped if the answer goes on, and fails it if there is nothing else', () => {
  assert.deepEqual(decode(chunk([{ text: 'a' }]), '{"candidates', chunk([{ text: 'b' }], 'STOP'), '[DONE]'), [
    text('a'),
    text('b'),
    finish('end', 'STOP'),
  ]);
  assert.equal(failureOf(decode('<html>')).kind, 'malformed');
  assert.equal(
    failureOf(stepsOf(newDecoder().event({ kind: 'error', name: 'event-too-large', data: '' }))).kind,
    'malformed',
  );
});

test('candidates are told apart by their index and finish in order', () => {
  const part = (words: string, index: number, finishReason?: string) => ({
    content: { parts: [{ text: words }] },
    ...(index === 0 ? {} : { index }),
    ...(finishReason === undefined ? {} : { finishReason }),
  });
  const deltas = decode(
    { candidates: [part('b', 1)] },
    { candidates: [part('a', 0), part('B', 1, 'MAX_TOKENS')] },
    { candidates: [part('A', 0, 'STOP')] },
  );
  assert.deepEqual(deltas, [
    text('b', 1),
    text('a', 0),
    text('B', 1),
    text('A', 0),
    finish('end', 'STOP', 0),
    finish('length', 'MAX_TOKENS', 1),
  ]);
});

test('usage counts thoughts as completion and tool results as prompt, and cached tokens once', () => {
  const usageMetadata = {
    promptTokenCount: 100,
    toolUsePromptTokenCount: 20,
    cachedContentTokenCount: 60,
    candidatesTokenCount: 7,
    thoughtsTokenCount: 30,
    totalTokenCount: 157,
  };
  assert.deepEqual(decode(chunk([{ text: 'a' }], 'STOP', { usageMetadata }))[1], {
    type: 'usage',
    usage: { input: 120, output: 37, cacheRead: 60, reasoning: 30, raw: { dialect: 'gemini', value: usageMetadata } },
  });
  const early = decode(chunk([{ text: 'a' }], 'STOP', { usageMetadata: { trafficType: 'ON_DEMAND' } }));
  assert.ok(early.every((delta) => delta.type !== 'usage'));
});

test('the model version is passed on once', () => {
  const about = { modelVersion: 'gemini-3.5-flash-001', usageMetadata: { serviceTier: 'standard' } };
  const deltas = decode(chunk([{ text: 'a' }], undefined, about), chunk([{ text: 'b' }], 'STOP', about));
  assert.deepEqual(
    deltas.filter((step) => step.type === 'about'),
    [{ type: 'about', id: 'resp', version: 'gemini-3.5-flash-001', serviceTier: 'default' }],
  );
});

test('log probabilities have the shape that OpenAI gives them', () => {
  const logprobsResult = {
    chosenCandidates: [{ token: 'é', logProbability: -0.5 }, { token: '!' }],
    topCandidates: [{ candidates: [{ token: 'é', logProbability: -0.5 }] }],
  };
  const candidates = [{ content: { parts: [{ text: 'é!' }] }, finishReason: 'STOP', logprobsResult }];
  const first = { token: 'é', logprob: -0.5, bytes: [195, 169] };
  assert.deepEqual(decode({ candidates })[1], {
    type: 'logprobs',
    choice: 0,
    logprobs: {
      content: [
        { ...first, top_logprobs: [first] },
        { token: '!', logprob: 0, bytes: [33], top_logprobs: [] },
      ],
      refusal: null,
    },
  });
});

test('sources become citations, once, just before the finish', () => {
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }, { other: {} }],
    groundingSupports: [{ segment: { endIndex: 2 }, groundingChunkIndices: [0, 1, 9] }],
  };
  const grounded = (finishReason?: string) => ({
    candidates: [{ content: { parts: [{ text: 'x' }] }, groundingMetadata, ...(finishReason ? { finishReason } : {}) }],
  });
  const native = { dialect: 'gemini', value: groundingMetadata.groundingChunks[0], ifForeign: 'ignore' };
  assert.deepEqual(decode(grounded(), grounded('STOP')).slice(2), [
    { type: 'citations', choice: 0, citations: [{ url: 'https://a.example', title: 'A', begin: 0, end: 2, native }] },
    finish('end', 'STOP'),
  ]);
});

test('the places of sources are told in characters, where Google counts bytes, and none lies beyond the text', () => {
  const said = ['Zürich – 🥶. ', 'Genf: warm.'] as const;
  const bytes = new TextEncoder().encode(said[0]).length;
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }],
    groundingSupports: [
      { segment: { endIndex: bytes - 1 }, groundingChunkIndices: [0] },
      { segment: { startIndex: bytes, endIndex: bytes + 11 }, groundingChunkIndices: [0] },
    ],
  };
  const deltas = decode(chunk([{ text: 'Hmm…', thought: true }, { text: said[0] }]), {
    candidates: [{ content: { parts: [{ text: said[1] }] }, finishReason: 'STOP', groundingMetadata }],
  });
  const told = deltas.find((step) => step.type === 'citations');
  const cited = (told?.citations ?? []).map(({ begin, end }) => said.join('').slice(begin, end));
  assert.deepEqual(cited, ['Zürich – 🥶.', 'Genf: warm.']);
});

test('a picture is a part of its own', () => {
  const deltas = decode(chunk([{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }], 'STOP'));
  const source = { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } as const;
  assert.deepEqual(deltas, [
    { type: 'begun', choice: 0, begins: { kind: 'media', media: 'image', source } },
    finish('end', 'STOP'),
  ]);
});

test('one body, and an array of the chunks of a stream, give what the stream gives', () => {
  const chunks = [
    chunk([{ text: 'a' }]),
    chunk([{ functionCall: { name: 'f', args: {} } }]),
    chunk([{ text: '' }], 'STOP', { usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 } }),
  ];
  assert.deepEqual(stepsOf(newDecoder().body(chunks)), decode(...chunks));
  assert.deepEqual(stepsOf(newDecoder().body(chunk([{ text: 'a' }], 'STOP'))), decode(chunk([{ text: 'a' }], 'STOP')));
  for (const json of [null, 'text', 7, [], {}, [null]]) {
    assert.equal(newDecoder().body(json).at(-1)?.type, 'failed');
  }
});

test('nothing throws, whatever comes, and nothing follows a failure', () => {
  const anything = fc.jsonValue({ maxDepth: 2 });
  const words = fc.constantFrom(
    'text',
    'parts',
    'candidates',
    'content',
    'functionCall',
    'name',
    'args',
    'STOP',
    'error',
  );
  const part = fc.dictionary(
    fc.constantFrom('text', 'thought', 'functionCall', 'thoughtSignature', 'inlineData'),
    fc.oneof(anything, fc.dictionary(fc.constantFrom('name', 'id', 'args', 'partialArgs', 'willContinue'), anything)),
  );
  const likely = fc.record(
    {
      candidates: fc.array(
        fc.record(
          {
            content: fc.record({ parts: fc.array(part) }),
            finishReason: fc.oneof(words, anything),
            index: fc.oneof(fc.double(), fc.nat(3)),
            logprobsResult: fc.dictionary(fc.constantFrom('chosenCandidates', 'topCandidates'), anything),
            groundingMetadata: fc.dictionary(fc.constantFrom('groundingChunks', 'groundingSupports'), anything),
          },
          { requiredKeys: [] },
        ),
      ),
      promptFeedback: anything,
      usageMetadata: anything,
      error: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: anything }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(likely, anything, fc.string()), { maxLength: 5 }), (chunks) => {
      const deltas = decode(...chunks);
      const failed = deltas.findIndex((delta) => delta.type === 'failed');
      assert.ok(failed === -1 || failed === deltas.length - 1);
      assert.ok(deltas.length > 0);
      stepsOf(newDecoder().body(chunks));
    }),
  );
});

test('arguments nested beyond the stack are malformed, and nothing throws', () => {
  const depth = 100_000;
  const nested = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const data = `{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":${nested}}}]},"finishReason":"STOP"}]}`;
  assert.equal(failureOf(decode(data)).kind, 'malformed');
});
