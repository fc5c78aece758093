import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainTranscript } from '../../../../functions/gateway/core/continuation/plain-transcript.ts';
import type { ChatDelta } from '../../../../functions/gateway/core/model/chat-delta.ts';
import type { ChatRequest } from '../../../../functions/gateway/core/model/chat-request.ts';

const REQUEST: ChatRequest = { model: 'any', messages: [{ role: 'user', content: 'Hello' }] };

function text(piece: string): ChatDelta {
  return { type: 'text-delta', choice: 0, text: piece };
}

describe('the transcript of an answer that another deployment could go on with', () => {
  it('is its text, whatever signs of life, token counts and other information come between', () => {
    const transcript = plainTranscript(REQUEST);
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    transcript.add([{ type: 'keep-alive' }, text('One'), { type: 'usage-update', usage }]);
    transcript.add([{ type: 'answer-info', fields: { system_fingerprint: 'fp' } }, text(' two')]);
    transcript.add([{ type: 'answer-failed', failure: { kind: 'truncated' } }]);
    assert.equal(transcript.text(), 'One two');
  });

  const others: readonly ChatDelta[] = [
    { type: 'reasoning-delta', choice: 0, text: 'Hm.' },
    { type: 'refusal-delta', choice: 0, text: 'No.' },
    { type: 'tool-call-start', choice: 0, call: 0, id: 'call_1', name: 'look' },
    { type: 'tool-call-delta', choice: 0, call: 0, text: '{' },
    { type: 'extension-delta', choice: 0, fields: { annotations: [] } },
    { type: 'logprobs-delta', choice: 0, logprobs: { content: [] } },
    { type: 'choice-finish', choice: 0, reason: 'stop' },
  ];
  for (const delta of others) {
    it(`ends with a ${delta.type}`, () => {
      const transcript = plainTranscript(REQUEST);
      transcript.add([text('One'), delta]);
      transcript.add([text('two')]);
      assert.equal(transcript.text(), undefined);
    });
  }

  const requests: readonly {
    readonly name: string;
    readonly request: Partial<ChatRequest>;
    readonly plain: boolean;
  }[] = [
    { name: 'text as its format', request: { response_format: { type: 'text' } }, plain: true },
    { name: 'JSON', request: { response_format: { type: 'json_object' } }, plain: false },
    { name: 'JSON of a schema', request: { response_format: { type: 'json_schema' } }, plain: false },
    { name: 'one choice', request: { n: 1 }, plain: true },
    { name: 'two choices', request: { n: 2 }, plain: false },
    { name: 'log probabilities', request: { logprobs: true }, plain: false },
    { name: 'a spoken answer', request: { audio: { voice: 'ash' } }, plain: false },
    { name: 'tools that it does not use', request: { tools: [] }, plain: true },
  ];
  for (const { name, request, plain } of requests) {
    it(`${plain ? 'is kept' : 'is none'} for a request for ${name}`, () => {
      const transcript = plainTranscript({ ...REQUEST, ...request });
      transcript.add([text('One')]);
      assert.equal(transcript.text(), plain ? 'One' : undefined);
    });
  }
});
