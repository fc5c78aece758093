import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Vendor } from '../../../../../functions/gateway/core/model/vendor.ts';
import { openAiChatDecoder } from '../../../../../functions/gateway/core/protocols/openai-chat/openai-chat-decoder.ts';
import type { WireEvent } from '../../../../../functions/gateway/core/wire/wire-event.ts';
import { type Step, stepsOf } from '../../../../support/steps.ts';

type Choice = { readonly delta?: object; readonly message?: object; readonly finish_reason?: string | null };

function chunk(json: object): WireEvent {
  return { kind: 'event', name: 'message', data: JSON.stringify(json) };
}

function piece(choice: Choice): WireEvent {
  return chunk({ id: 'gen', choices: [{ index: 0, ...choice }] });
}

function call(fragment: object, finish: string | null = null): WireEvent {
  return piece({ delta: { tool_calls: [fragment] }, finish_reason: finish });
}

const DONE: WireEvent = { kind: 'event', name: 'message', data: '[DONE]' };
const CALLED = piece({ delta: {}, finish_reason: 'tool_calls' });

function steps(events: readonly WireEvent[], vendor: Vendor = 'compatible'): readonly Step[] {
  const decoder = openAiChatDecoder({ vendor });
  return stepsOf([...events.flatMap(decoder.event), ...decoder.end()]);
}

/** Each call's name and arguments. */
function callsIn(events: readonly WireEvent[]): readonly (readonly [string, string])[] {
  const found = steps(events);
  return found.flatMap((step) => {
    if (step.type !== 'call') {
      return [];
    }
    const text = found.flatMap((other) => (other.type === 'input' && other.call === step.call ? other.text : []));
    return [[step.name, text.join('')] as const];
  });
}

const NAMED = { index: 0, id: 'call_abc', type: 'function', function: { name: 'search', arguments: '' } };
const PIECES = [
  call(NAMED),
  call({ index: 0, id: 'call_abc', function: { arguments: '{"q":' } }),
  call({ index: 0, id: 'call_abc', function: { arguments: '"hi"}' } }),
];

describe('a tool call that a server says once more as a whole', () => {
  const repeats: readonly (readonly [string, object])[] = [
    ['under its index and id', { ...NAMED, function: { name: 'search', arguments: '{"q":"hi"}' } }],
    ['without its id', { index: 0, function: { name: 'search', arguments: '{"q":"hi"}' } }],
    ['without its index', { id: 'call_abc', function: { name: 'search', arguments: '{"q":"hi"}' } }],
    ['with other white space', { ...NAMED, function: { name: 'search', arguments: '{ "q": "hi" }' } }],
    ['with its arguments as an object', { ...NAMED, function: { name: 'search', arguments: { q: 'hi' } } }],
  ];
  for (const [claim, fragment] of repeats) {
    for (const ending of ['tool_calls', 'stop', null]) {
      it(`adds nothing ${claim}, with the ending ${ending}`, () => {
        const last = ending === null ? [CALLED] : [];
        assert.deepEqual(callsIn([...PIECES, call(fragment, ending), ...last, DONE]), [['search', '{"q":"hi"}']]);
      });
    }
  }

  it('adds nothing as a message behind the deltas', () => {
    const message = {
      role: 'assistant',
      content: null,
      tool_calls: [{ ...NAMED, function: { name: 'search', arguments: '{"q":"hi"}' } }],
    };
    assert.deepEqual(callsIn([...PIECES, piece({ message, finish_reason: 'tool_calls' }), DONE]), [
      ['search', '{"q":"hi"}'],
    ]);
  });

  it('is not what a call without arguments is whose name comes twice', () => {
    assert.deepEqual(callsIn([call(NAMED), call(NAMED), CALLED]), [['search', '{}']]);
  });

  it('is another call where it has another id, or other arguments and none', () => {
    const other = { ...NAMED, id: 'call_def', function: { name: 'search', arguments: '{"q":"hi"}' } };
    const nameless = { index: 0, function: { name: 'search', arguments: '{"q":"ho"}' } };
    assert.deepEqual(callsIn([...PIECES, call(other), CALLED]).length, 2);
    assert.deepEqual(callsIn([...PIECES, call(nameless), CALLED]), [
      ['search', '{"q":"hi"}'],
      ['search', '{"q":"ho"}'],
    ]);
  });

  it('leaves an argument alone in which braces meet', () => {
    const pieces = ['{"code":"if(a){}', '{b}', '{}', '"}'].map((text) =>
      call({ index: 0, function: { arguments: text } }),
    );
    assert.deepEqual(callsIn([call(NAMED), ...pieces, CALLED]), [['search', '{"code":"if(a){}{b}{}"}']]);
  });
});

describe('words that a server says once more as a whole', () => {
  it('are said once', () => {
    const told = steps([
      piece({ delta: { content: 'Hello ' } }),
      piece({ delta: { content: 'you' } }),
      piece({ message: { role: 'assistant', content: 'Hello you' }, finish_reason: 'stop' }),
      DONE,
    ]);
    assert.deepEqual(
      told.flatMap((step) => (step.type === 'text' ? step.text : [])),
      ['Hello ', 'you'],
    );
  });
});

describe('a last piece that says the whole text once more', () => {
  const texts = (...pieces: readonly string[]): readonly string[] => {
    const last = pieces.at(-1) ?? '';
    const told = steps([
      ...pieces.slice(0, -1).map((content) => piece({ delta: { content } })),
      piece({ delta: { content: last }, finish_reason: 'stop' }),
      DONE,
    ]);
    return told.flatMap((step) => (step.type === 'text' ? step.text : []));
  };

  it('adds nothing', () => assert.deepEqual(texts('Hello ', 'you', 'Hello you'), ['Hello ', 'you']));
  it('is a piece of its own where it says more, or where one piece said it', () => {
    assert.deepEqual(texts('Hello ', 'you', ' there'), ['Hello ', 'you', ' there']);
    assert.deepEqual(texts('ha', 'ha'), ['ha', 'ha']);
  });
});

describe('a finish reason after each of several calls', () => {
  const second = call({ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } }, 'tool_calls');
  const first = call({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }, 'tool_calls');
  const usage = chunk({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } });
  for (const [claim, events] of [
    ['[DONE]', [first, second, DONE]],
    ['the usage', [first, second, usage, DONE]],
    ['nothing', [first, second]],
  ] as const) {
    it(`ends the choice once, after the last call, where ${claim} follows`, () => {
      const found = steps(events, 'together');
      assert.deepEqual(
        callsIn(events).map(([name]) => name),
        ['f', 'g'],
      );
      assert.deepEqual(found.filter(({ type }) => type === 'finish').length, 1);
      assert.ok(found.findIndex(({ type }) => type === 'finish') > found.findLastIndex(({ type }) => type === 'input'));
    });
  }

  it('ends the choice at once at OpenAI and in a whole body', () => {
    const decoder = openAiChatDecoder({ vendor: 'openai' });
    assert.equal(decoder.event(first).at(-1)?.type, 'finish');
    const body = {
      choices: [{ index: 0, message: { content: 'x' }, finish_reason: 'tool_calls' }],
      usage: { prompt_tokens: 1 },
    };
    assert.deepEqual(
      openAiChatDecoder()
        .body(body)
        .map(({ type }) => type)
        .slice(-2),
      ['finish', 'usage'],
    );
  });

  it('leaves an answer whole that breaks off behind it', () => {
    const error = chunk({ error: { message: 'gone', code: 500 }, usage: { prompt_tokens: 43, completion_tokens: 10 } });
    const types = steps([first, error]).map(({ type }) => type);
    assert.deepEqual(types.slice(-2), ['finish', 'usage']);
  });
});

describe('an error chunk', () => {
  const error = chunk({
    error: { message: 'Token limit reached', code: 400 },
    usage: { prompt_tokens: 43, completion_tokens: 10 },
  });

  it('tells the usage and fails nothing behind the last ending', () => {
    const told = steps([piece({ delta: { content: 'x' }, finish_reason: 'length' }), error]);
    assert.deepEqual(told.map(({ type }) => type).slice(-2), ['finish', 'usage']);
  });

  it('tells the usage and fails the answer before', () => {
    const told = steps([piece({ delta: { content: 'x' } }), error]);
    assert.deepEqual(told.map(({ type }) => type).slice(-2), ['usage', 'failed']);
  });
});

describe('members of a choice', () => {
  it('are passed on: what a content filter found, and which stop sequence ended it', () => {
    const filter = { hate: { filtered: false } };
    const told = steps([
      chunk({ choices: [{ index: 0, delta: { content: 'x' }, content_filter_results: filter }] }),
      chunk({
        choices: [{ index: 0, delta: {}, finish_reason: 'stop', stop_reason: 'END', content_filter_results: {} }],
      }),
    ]);
    const natives = told.flatMap((step) => (step.type === 'native' ? [[step.of, step.native.value]] : []));
    assert.deepEqual(natives, [
      ['choice', { content_filter_results: filter }],
      ['choice', { stop_reason: 'END' }],
    ]);
    assert.deepEqual(told.at(-1), {
      type: 'finish',
      choice: 0,
      reason: 'stop-sequence',
      raw: 'stop',
      stopSequence: 'END',
    });
  });
});
