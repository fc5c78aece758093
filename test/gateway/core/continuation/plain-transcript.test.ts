import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainTranscript } from '../../../../functions/gateway/core/continuation/plain-transcript.ts';
import { promptOf } from '../../../support/prompt-of.ts';
import { eventsOf, openAiNative, type Step } from '../../../support/steps.ts';

function text(piece: string): Step {
  return { type: 'text', choice: 0, text: piece };
}

describe('the transcript of an answer that another deployment could go on with', () => {
  it('is its text, whatever signs of life, token counts and other information come between', () => {
    const transcript = plainTranscript(promptOf({}));
    const steps: readonly Step[] = [
      { type: 'keep-alive' },
      text('One'),
      { type: 'usage', usage: { input: 1, output: 1 } },
      { type: 'about', native: openAiNative({ system_fingerprint: 'fp' }) },
      text(' two'),
      { type: 'failed', failure: { kind: 'truncated' } },
    ];
    for (const event of eventsOf(steps)) {
      transcript.add([event]);
    }
    assert.equal(transcript.text(), 'One two');
    assert.deepEqual(transcript.last(), { part: 0, isOpen: true });
  });

  const others: readonly Step[] = [
    { type: 'reasoning', choice: 0, text: 'Hm.' },
    { type: 'refusal', choice: 0, text: 'No.' },
    { type: 'call', choice: 0, call: 0, id: 'call_1', name: 'look' },
    { type: 'native', choice: 0, native: openAiNative({ annotations: [] }) },
    { type: 'citations', choice: 0, citations: [] },
    { type: 'logprobs', choice: 0, logprobs: { content: [] } },
    { type: 'finish', choice: 0, reason: 'end' },
  ];
  for (const step of others) {
    it(`ends with a ${step.type}`, () => {
      const transcript = plainTranscript(promptOf({}));
      for (const event of eventsOf([text('One'), step, text('two')])) {
        transcript.add([event]);
      }
      assert.equal(transcript.text(), undefined);
    });
  }

  const requests: readonly {
    readonly name: string;
    readonly request: object;
    readonly plain: boolean;
  }[] = [
    { name: 'text as its format', request: { response_format: { type: 'text' } }, plain: true },
    { name: 'JSON', request: { response_format: { type: 'json_object' } }, plain: false },
    {
      name: 'JSON of a schema',
      request: { response_format: { type: 'json_schema', json_schema: { name: 'x' } } },
      plain: false,
    },
    { name: 'one choice', request: { n: 1 }, plain: true },
    { name: 'two choices', request: { n: 2 }, plain: false },
    { name: 'log probabilities', request: { logprobs: true }, plain: false },
    { name: 'a spoken answer', request: { audio: { voice: 'ash' } }, plain: false },
    { name: 'tools that it does not use', request: { tools: [] }, plain: true },
  ];
  for (const { name, request, plain } of requests) {
    it(`${plain ? 'is kept' : 'is none'} for a request for ${name}`, () => {
      const transcript = plainTranscript(promptOf(request));
      transcript.add(eventsOf([text('One')]));
      assert.equal(transcript.text(), plain ? 'One' : undefined);
    });
  }
});
