import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Prompt } from '../../../../../functions/gateway/core/model/prompt.ts';
import { openAiCompletions } from '../../../../../functions/gateway/core/surfaces/openai-completions/openai-completions.ts';
import { eventsOf, type Step } from '../../../../support/steps.ts';

function promptOf(body: object): Prompt {
  const read = openAiCompletions.read({ model: 'm', prompt: 'Once', ...body });
  assert.ok(read.kind === 'read', JSON.stringify(read));
  return read.prompt;
}

function identity(body: object = {}) {
  return { requestId: 'r1', created: 1_700_000_000, model: 'a/b', prompt: promptOf(body) };
}

const STEPS: readonly Step[] = [
  { type: 'reasoning', choice: 0, text: 'Hm.' },
  { type: 'text', choice: 0, text: ' upon' },
  { type: 'text', choice: 1, text: ' more' },
  { type: 'text', choice: 0, text: ' a' },
  { type: 'finish', choice: 0, reason: 'length' },
  { type: 'finish', choice: 1, reason: 'stop-sequence' },
  { type: 'usage', usage: { input: 1, output: 2 } },
];

const COUNTS = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

describe('the completions of old', () => {
  it('are a chat of one message for every vendor, with the settings that chat has', () => {
    for (const prompt of ['Once', ['Once']]) {
      const read = promptOf({ prompt, max_tokens: 9, stop: ['x'], n: 2, temperature: 0, echo: true, best_of: 1 });
      assert.deepEqual(read.original.body, {
        model: 'm',
        max_tokens: 9,
        stop: ['x'],
        n: 2,
        temperature: 0,
        messages: [{ role: 'user', content: 'Once' }],
      });
      assert.deepEqual(read.turns, [
        { role: 'user', path: 'prompt', parts: [{ kind: 'text', text: 'Once', path: 'prompt' }] },
      ]);
      assert.deepEqual(read.limits, { choices: 2, stop: ['x'], outputTokens: 9 });
    }
  });

  const REFUSED: readonly (readonly [body: object, param: string, says: RegExp])[] = [
    [{ prompt: undefined }, 'prompt', /got nothing/],
    [{ prompt: '' }, 'prompt', /at least one character/],
    [{ prompt: [] }, 'prompt', /must not be empty/],
    [{ prompt: ['a', ''] }, 'prompt[1]', /at least one character/],
    [{ prompt: ['a', 7] }, 'prompt', /token ids/],
    [{ prompt: Array(21).fill('a') }, 'prompt', /21/],
    [{ prompt: [1, 2] }, 'prompt', /token ids/],
    [{ prompt: [[1, 2]] }, 'prompt', /token ids/],
    [{ prompt: [[1, 2], [3]] }, 'prompt', /token ids/],
    [{ suffix: 'end' }, 'suffix', /must be left out/],
    [{ best_of: 3 }, 'best_of', /from 1 to 1/],
    [{ logprobs: 2 }, 'logprobs', /chat\/completions/],
    [{ max_tokens: 'x' }, 'max_tokens', /whole number/],
  ];
  for (const [body, param, says] of REFUSED) {
    it(`refuse ${JSON.stringify(body)} and name ${param}`, () => {
      const read = openAiCompletions.read({ model: 'm', prompt: 'Once', ...body });
      assert.ok(read.kind === 'invalid');
      assert.equal(read.param, param);
      assert.match(read.message, says);
    });
  }

  it('give the text of every choice in one body, without reasoning', () => {
    const body = openAiCompletions.body(eventsOf(STEPS), identity());
    assert.deepEqual(body, {
      id: 'cmpl-r1',
      object: 'text_completion',
      created: 1_700_000_000,
      model: 'a/b',
      choices: [
        { text: ' upon a', index: 0, logprobs: null, finish_reason: 'length' },
        { text: ' more', index: 1, logprobs: null, finish_reason: 'stop' },
      ],
      usage: COUNTS,
    });
  });

  it('put the prompt before the text of each choice where echo is asked for', () => {
    const { choices } = openAiCompletions.body(eventsOf(STEPS), identity({ echo: true }));
    assert.deepEqual(
      (choices as { text: string }[]).map(({ text }) => text),
      ['Once upon a', 'Once more'],
    );
  });

  it('stream the same, with the usage at the end where it is asked for, then the trail and [DONE]', () => {
    const stream = openAiCompletions.stream(identity({ echo: true, stream_options: { include_usage: true } }));
    const text = stream.write(eventsOf(STEPS)) + stream.end('{"a":1}');
    assert.ok(text.endsWith(': nemo {"a":1}\n\ndata: [DONE]\n\n'));
    const chunks = text
      .split('\n\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice('data: '.length)));
    assert.deepEqual(
      chunks.map(({ choices, usage }) => [choices[0]?.index, choices[0]?.text, choices[0]?.finish_reason, usage]),
      [
        [0, 'Once upon', null, null],
        [1, 'Once more', null, null],
        [0, ' a', null, null],
        [0, '', 'length', null],
        [1, '', 'stop', null],
        [undefined, undefined, undefined, COUNTS],
      ],
    );
  });

  it('tell a stream that broke off by an error event, and no [DONE]', () => {
    const stream = openAiCompletions.stream(identity());
    const error = { status: 502, message: 'Cut.', type: 'server_error', code: 'x', param: null } as const;
    assert.match(stream.broken(error, '{}'), /^: nemo \{\}\n\nevent: error\ndata: \{"error":.*\}\n\n$/);
  });
});
