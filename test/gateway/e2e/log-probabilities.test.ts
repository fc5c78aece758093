import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import OpenAI from 'openai';
import type { Response as ResponseOfOpenAi } from 'openai/resources/responses/responses';
import type { Step } from '../../support/fake-provider-step.ts';
import { runningGateway } from '../../support/running-gateway.ts';

/** Two tokens of the answer "Hi you", in the shape that OpenAI's APIs share. */
const WEIGHED = ['Hi', ' you'].map((token) => ({
  token,
  logprob: -0.5,
  bytes: [...new TextEncoder().encode(token)],
  top_logprobs: [{ token, logprob: -0.5, bytes: [...new TextEncoder().encode(token)] }],
}));

/** A stream of a vendor's, one event a piece. */
function streamed(events: readonly object[], end = ''): Step {
  const pieces = events.map((event) => {
    const name = 'type' in event ? `event: ${String(event.type)}\n` : '';
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  return { kind: 'raw', pieces: [...pieces, ...(end === '' ? [] : [end])] };
}

function chunk(choice: object): object {
  return { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, ...choice }] };
}

const MESSAGE = { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] };
const PART = { type: 'output_text', text: 'Hi you', annotations: [], logprobs: WEIGHED };
const DONE = { ...MESSAGE, status: 'completed', content: [PART] };
const PLACE = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const USAGE = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };

/** The same answer in the words of each vendor that gives log probabilities. */
const ANSWERS = {
  openai: streamed(
    [
      ...WEIGHED.map((each) => chunk({ delta: { content: each.token }, logprobs: { content: [each], refusal: null } })),
      chunk({ delta: {}, finish_reason: 'stop' }),
    ],
    'data: [DONE]\n\n',
  ),
  'openai-responses': streamed([
    { type: 'response.created', response: { id: 'resp_1', status: 'in_progress', output: [] } },
    { type: 'response.output_item.added', output_index: 0, item: MESSAGE },
    { type: 'response.content_part.added', ...PLACE, part: { ...PART, text: '', logprobs: [] } },
    ...WEIGHED.map((each) => ({ type: 'response.output_text.delta', ...PLACE, delta: each.token, logprobs: [each] })),
    { type: 'response.output_text.done', ...PLACE, text: 'Hi you', logprobs: WEIGHED },
    { type: 'response.content_part.done', ...PLACE, part: PART },
    { type: 'response.output_item.done', output_index: 0, item: DONE },
    { type: 'response.completed', response: { id: 'resp_1', status: 'completed', output: [DONE], usage: USAGE } },
  ]),
  gemini: streamed([
    {
      candidates: [
        {
          content: { role: 'model', parts: [{ text: 'Hi you' }] },
          finishReason: 'STOP',
          logprobsResult: {
            chosenCandidates: WEIGHED.map(({ token }) => ({ token, logProbability: -0.5 })),
            topCandidates: WEIGHED.map(({ token }) => ({ candidates: [{ token, logProbability: -0.5 }] })),
          },
        },
      ],
    },
  ]),
} as const;

const ASKED = { model: 'all', input: 'Hi', include: ['message.output_text.logprobs' as const], top_logprobs: 1 };

function weighedIn({ output }: ResponseOfOpenAi): unknown {
  const [message] = output;
  assert.ok(message?.type === 'message');
  const [part] = message.content;
  assert.ok(part?.type === 'output_text');
  assert.equal(part.text, 'Hi you');
  return part.logprobs;
}

for (const protocol of ['openai', 'openai-responses', 'gemini'] as const) {
  describe(`log probabilities over a provider of the ${protocol} protocol`, () => {
    it('reach a caller of the Responses API in its shape, as one body and as a stream', async () => {
      await using gateway = await runningGateway({ fakes: { only: protocol } });
      gateway.fakes.only.byDefault(ANSWERS[protocol]);
      const { responses } = gateway.openai();
      assert.deepEqual(weighedIn(await responses.create(ASKED)), WEIGHED);
      const pieces: unknown[] = [];
      const stream = responses.stream(ASKED).on('response.output_text.delta', (event) => {
        pieces.push(...((event as { logprobs?: unknown[] }).logprobs ?? []));
      });
      assert.deepEqual(weighedIn(await stream.finalResponse()), WEIGHED);
      assert.deepEqual(pieces, WEIGHED);
      assert.match(JSON.stringify(gateway.fakes.only.requests.at(-1)?.body), /logprobs|Logprobs/);
    });

    it('reach a caller of chat', async () => {
      await using gateway = await runningGateway({ fakes: { only: protocol } });
      gateway.fakes.only.byDefault(ANSWERS[protocol]);
      const messages = [{ role: 'user' as const, content: 'Hi' }];
      const { choices } = await gateway
        .openai()
        .chat.completions.create({ model: 'all', messages, logprobs: true, top_logprobs: 1 });
      assert.deepEqual(choices[0]?.logprobs?.content, WEIGHED);
    });
  });
}

describe('log probabilities where a vendor gives none', () => {
  for (const protocol of ['anthropic', 'bedrock'] as const) {
    it(`are refused over the ${protocol} protocol, under the caller's name for them`, async () => {
      await using gateway = await runningGateway({ fakes: { only: protocol } });
      for (const [body, param] of [
        [ASKED, 'include'],
        [{ model: 'all', input: 'Hi', top_logprobs: 1 }, 'top_logprobs'],
      ] as const) {
        const asked = gateway.openai().responses.create(body);
        await assert.rejects(asked, (error) => error instanceof OpenAI.BadRequestError && error.param === param);
      }
    });
  }

  it('are refused for a model that reasons over the Responses API, and are nothing to a request that asks for none', async () => {
    await using gateway = await runningGateway({
      fakes: { only: 'openai-responses' },
      deployments: { only: { model: 'o4-mini' } },
    });
    const { responses } = gateway.openai();
    await assert.rejects(responses.create(ASKED), OpenAI.BadRequestError);
    assert.equal((await responses.create({ model: 'all', input: 'Hi', top_logprobs: 0 })).status, 'completed');
  });
});
