import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finishOf, isEnding } from '../../../../../functions/gateway/core/protocols/openai-chat/openai-finish.ts';

/** Words of servers, and what each stands for; the last ones are made up. */
const WORDS: readonly (readonly [string, string])[] = [
  ['stop', 'end'],
  ['STOP', 'end'],
  ['eos', 'end'],
  ['end_turn', 'end'],
  ['stop_sequence', 'stop-sequence'],
  ['length', 'length'],
  ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_calls', 'tool-calls'],
  ['content_filter', 'filtered'],
  ['sensitive', 'filtered'],
  ['RECITATION', 'filtered'],
  ['ERROR_TOXIC', 'filtered'],
  ['network_error', 'overloaded'],
  ['insufficient_system_resource', 'overloaded'],
  ['abort', 'overloaded'],
  ['error', 'overloaded'],
  ['malformed_function_call', 'malformed'],
  ['engine_timeout', 'overloaded'],
  ['cancelled_by_server', 'overloaded'],
  ['output_moderated', 'filtered'],
  ['max_turns', 'length'],
  ['flux', 'length'],
];

describe('the finish reason', () => {
  for (const [word, meaning] of WORDS) {
    it(`${word} is ${meaning}`, () => {
      const finish = finishOf(word, false);
      assert.equal(finish.kind === 'finished' ? finish.reason : finish.failure.kind, meaning);
    });
  }

  it('that nobody knows is no clean ending of calls either', () => {
    assert.deepEqual(finishOf('flux', true), { kind: 'finished', reason: 'length' });
    assert.deepEqual(finishOf('stop', true), { kind: 'finished', reason: 'tool-calls' });
  });

  it('null, as some servers write it, is none', () => {
    assert.deepEqual(['', 'null', 'None', 'stop'].map(isEnding), [false, false, false, true]);
  });
});
