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

describe('/v1/completions', () => {
  it('refuses what only the old models had in the shape of OpenAI', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const asked = gateway.openai().completions.create({ model: 'all', prompt: 'a', suffix: 'b' });
    await assert.rejects(asked, (error) => error instanceof OpenAI.BadRequestError && error.param === 'suffix');
  });
});
