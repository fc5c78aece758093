import assert from 'node:assert/strict';
import { it } from 'node:test';
import { maxAnswerBytes } from '../../../../functions/gateway/core/attempt/response-body.ts';

const PLAIN = { stream: false, limits: { choices: 1, stop: [] } } as const;
/** A chunk with twenty log probabilities, as OpenAI writes it. */
const BYTES_PER_LOGPROB = 2500;

it('has room for the log probabilities of long answers', () => {
  assert.ok(maxAnswerBytes({ ...PLAIN, logprobs: { top: 20 } }) > 64_000 * BYTES_PER_LOGPROB);
  assert.ok(maxAnswerBytes({ ...PLAIN, limits: { choices: 128, stop: [] } }) > 128 * 4_000 * 250);
});

it('keeps less of a plain answer of words, which has to be whole before it is given out', () => {
  assert.ok(maxAnswerBytes(PLAIN) < maxAnswerBytes({ ...PLAIN, stream: true }));
});
