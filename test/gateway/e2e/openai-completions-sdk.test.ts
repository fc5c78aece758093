import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import OpenAI from 'openai';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { runningGateway } from '../../support/running-gateway.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

for (const protocol of PROTOCOLS) {
  it(`client.completions of the official OpenAI client works over the ${protocol} protocol, plain and streamed`, async () => {
    await using gateway = await runningGateway({ fakes: { only: protocol } });
    const openai = gateway.openai();
    const body = { model: 'all', prompt: 'Once', max_tokens: 20, echo: true };
    gateway.fakes.only.byDefault({ kind: 'answer', chunks: [' upon', ' a time'] });
    const plain = await openai.completions.create(body);
    assert.equal(plain.choices[0]?.text, 'Once upon a time');
    assert.equal(plain.choices[0].finish_reason, 'stop');
    assert.ok((plain.usage?.total_tokens ?? 0) > 0);
    const texts: string[] = [];
    for await (const chunk of await openai.completions.create({ ...body, stream: true })) {
      texts.push(chunk.choices[0]?.text ?? '');
    }
    assert.equal(texts.join(''), 'Once upon a time');
  });
}

for (const protocol of PROTOCOLS) {
  it(`client.completions has an answer to each of several prompts over the ${protocol} protocol, plain and streamed`, async () => {
    await using gateway = await runningGateway({ fakes: { only: protocol } });
    const openai = gateway.openai();
    const body = { model: 'all', prompt: ['One', 'Two', 'Three'], max_tokens: 20, echo: true };
    const usage = { inputTokens: 7, outputTokens: 3 };
    gateway.fakes.only.byDefault(({ body: asked }) => {
      const [said = ''] = /One|Two|Three/.exec(JSON.stringify(asked)) ?? [];
      return { kind: 'answer', chunks: [` is`, ` ${said.length}`], usage };
    });
    const expected = ['One is 3', 'Two is 3', 'Three is 5'];
    const plain = await openai.completions.create(body);
    assert.deepEqual(
      plain.choices.map(({ index, text, finish_reason }) => [index, text, finish_reason]),
      expected.map((text, index) => [index, text, 'stop']),
    );
    assert.deepEqual([plain.usage?.prompt_tokens, plain.usage?.total_tokens], [21, 30]);
    const texts = ['', '', ''];
    const ids = new Set<string>();
    let total = 0;
    const stream = { stream: true, stream_options: { include_usage: true } } as const;
    for await (const chunk of await openai.completions.create({ ...body, ...stream })) {
      ids.add(chunk.id);
      total += chunk.usage?.total_tokens ?? 0;
      for (const { index, text } of chunk.choices) {
        texts[index] += text;
      }
    }
    assert.deepEqual([texts, total, ids.size], [expected, 30, 1]);
    await gateway.record(5);
    assert.deepEqual(
      gateway.records.map(({ usage: counted }) => counted?.input),
      [7, 7, 7, 7, 7, 7],
      'each is recorded, and charged, by itself',
    );
  });
}

/** Chat with several choices. */
for (const protocol of ['openai', 'gemini'] as const) {
  it(`client.completions numbers the choices of each prompt after those of the one before it over the ${protocol} protocol`, async () => {
    await using gateway = await runningGateway({ fakes: { only: protocol } });
    const body = { model: 'all', prompt: ['One', 'Two'], n: 2 };
    const { choices } = await gateway.openai().completions.create(body);
    const prompts = gateway.fakes.only.requests.length;
    assert.ok(choices.every(({ index }) => index >= 0 && index < 4));
    assert.equal(prompts, 2);
    assert.deepEqual(
      choices.map(({ index }) => Math.floor(index / 2)),
      choices.map((_, place) => Math.floor(place / (choices.length / 2))),
    );
  });
}

describe('/v1/completions with several prompts', () => {
  it('fails where one of them fails, with its error', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' }, config: { maxAttempts: 1 } });
    gateway.fakes.only.byDefault(({ body }) =>
      JSON.stringify(body).includes('Two') ? { kind: 'status', status: 400, message: 'No.' } : { kind: 'answer' },
    );
    for (const stream of [true, false]) {
      const asked = gateway.openai().completions.create({ model: 'all', prompt: ['One', 'Two'], stream });
      await assert.rejects(asked, (error) => error instanceof OpenAI.BadRequestError && /No\./.test(error.message));
    }
  });

  it('is refused where it has more of them than the key may have calls at once', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' }, config: { limits: { callsAtOnce: 2 } } });
    const { completions } = gateway.openai();
    const body = { model: 'all', prompt: ['One', 'Two', 'Three'] };
    await assert.rejects(completions.create(body), OpenAI.RateLimitError);
    assert.equal(gateway.fakes.only.requests.length, 0);
    for (const _ of [1, 2]) {
      // A call is over a moment after its caller has read the last byte.
      const ask = () => completions.create({ ...body, prompt: ['One', 'Two'] }).catch(() => undefined);
      let answer = await ask();
      while (answer === undefined) {
        answer = await ask();
      }
      assert.equal(answer.choices.length, 2);
    }
  });

  it('breaks off where one of them breaks off, unlike a whole answer, and stops the others', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' }, config: { maxAttempts: 1 } });
    gateway.fakes.only.byDefault(({ body }) =>
      JSON.stringify(body).includes('Two')
        ? { kind: 'cut', afterChunks: 1, chunks: ['One', ' two'] }
        : { kind: 'stall', afterChunks: 1 },
    );
    const response = await gateway.fetch('/v1/completions', {
      method: 'POST',
      body: JSON.stringify({ model: 'all', prompt: ['One', 'Two'], stream: true }),
    });
    const text = await response.text();
    assert.match(text, /event: error/);
    assert.doesNotMatch(text, /\[DONE\]/);
    // Both are asked at once, and either may arrive first.
    const other = gateway.fakes.only.requests.find(({ body }) => !JSON.stringify(body).includes('Two'));
    assert.equal(await other?.ended, 'aborted-by-client');
  });
});

describe('/v1/completions', () => {
  it('refuses what only the old models had in the shape of OpenAI', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const asked = gateway.openai().completions.create({ model: 'all', prompt: 'a', suffix: 'b' });
    await assert.rejects(asked, (error) => error instanceof OpenAI.BadRequestError && error.param === 'suffix');
  });
});
