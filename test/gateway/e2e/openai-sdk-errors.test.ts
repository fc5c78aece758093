import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

const HELLO = { model: 'all', messages: [{ role: 'user' as const, content: 'Hello' }] };

describe('what the official OpenAI client makes of the gateway’s own errors', () => {
  let gateway: RunningGateway<'only'>;
  before(async () => {
    gateway = await runningGateway({ fakes: { only: 'openai' } });
  });
  after(() => gateway.close());

  it('throws AuthenticationError for an unknown key', async () => {
    const openai = gateway.openai({ apiKey: 'nemo_unknown' });
    const error = await thrownBy(openai.chat.completions.create(HELLO));
    assert.ok(error instanceof AuthenticationError);
    assert.equal(error.code, 'invalid_api_key');
    assert.ok(!error.message.includes('nemo_unknown'), 'a key is never repeated');
    assert.ok(error.requestID);
  });

  it('throws NotFoundError for an unknown model, whose message names those that exist', async () => {
    const openai = gateway.openai();
    for (const call of [
      () => openai.chat.completions.create({ ...HELLO, model: 'gpt-404' }),
      () => openai.models.retrieve('gpt-404'),
    ]) {
      const error = await thrownBy(call());
      assert.ok(error instanceof NotFoundError);
      assert.equal(error.code, 'model_not_found');
      assert.equal(error.param, 'model');
      assert.match(error.message, /\ball\b.*only\/fake-model/);
    }
  });

  it('throws BadRequestError for a wrong member, and names it', async () => {
    const error = await thrownBy(
      gateway.openai().chat.completions.create({
        model: 'all',
        // @ts-expect-error: the client's types know better; callers in other languages do not.
        messages: [{ role: 'user', content: 'Hello' }, { role: 'nobody' }],
      }),
    );
    assert.ok(error instanceof BadRequestError);
    assert.equal(error.param, 'messages[1].role');
    assert.equal(error.type, 'invalid_request_error');
    assert.equal(gateway.fakes.only.requests.length, 0);
  });
});

for (const protocol of PROTOCOLS) {
  describe(`what the official OpenAI client makes of errors of a provider of the ${protocol} protocol`, () => {
    for (const stream of [false, true]) {
      const form = stream ? 'streamed' : 'plain';

      it(`throws RateLimitError with the time to wait, ${form}`, async () => {
        await using gateway = await runningGateway({ fakes: { only: protocol } });
        // Bedrock's own body and headers name no time; a header in front of it may.
        const headers = { 'retry-after': '33' };
        gateway.fakes.only.byDefault({ kind: 'status', status: 429, retryAfterSeconds: 33, headers });
        // A caller in a hurry: the gateway would rather wait than refuse.
        const openai = gateway.openai({ defaultHeaders: { 'x-nemo-timeout-ms': '3000' } });
        const error = await thrownBy(openai.chat.completions.create({ ...HELLO, stream }));
        assert.ok(error instanceof RateLimitError, String(error));
        const retryAfter = Number(error.headers.get('retry-after'));
        assert.ok(retryAfter >= 32 && retryAfter <= 33, `retry-after ${retryAfter}`);
        assert.match(error.message, /only\/fake-model: rate-limited/);
      });

      it(`throws BadRequestError with the provider’s reason, and asks nobody else, ${form}`, async () => {
        await using gateway = await runningGateway({ fakes: { only: protocol } });
        gateway.fakes.only.byDefault({
          kind: 'status',
          meaning: 'invalid-request',
          message: 'temperature is above 2.',
        });
        const error = await thrownBy(gateway.openai().chat.completions.create({ ...HELLO, stream }));
        assert.ok(error instanceof BadRequestError, String(error));
        assert.match(error.message, /temperature is above 2\./);
        assert.equal(error.type, 'invalid_request_error');
        assert.equal(gateway.fakes.only.requests.length, 1);
      });

      it(`throws BadRequestError with OpenAI’s code where the prompt is too long, ${form}`, async () => {
        await using gateway = await runningGateway({ fakes: { only: protocol } });
        gateway.fakes.only.byDefault({ kind: 'status', meaning: 'context-exceeded' });
        const error = await thrownBy(gateway.openai().chat.completions.create({ ...HELLO, stream }));
        assert.ok(error instanceof BadRequestError, String(error));
        assert.equal(error.code, 'context_length_exceeded');
      });

      it(`throws InternalServerError at once where all is down, though it may retry, ${form}`, async () => {
        await using gateway = await runningGateway({ fakes: { only: protocol } });
        gateway.fakes.only.byDefault({ kind: 'status', status: 503 });
        const openai = gateway.openai({ maxRetries: 2 });
        const error = await thrownBy(openai.chat.completions.create({ ...HELLO, stream }));
        assert.ok(error instanceof InternalServerError, String(error));
        assert.equal(error.status, 502);
        assert.equal(error.headers.get('x-should-retry'), 'false');
        assert.equal(error.headers.get('x-nemo-attempts'), '1');
        assert.match(error.message, /only\/fake-model: overloaded \(503\)/);
        assert.equal(gateway.fakes.only.requests.length, 1);
      });
    }

    it('throws for a wrong key of the operator’s a 502, never a 401 that would blame the caller', async () => {
      await using gateway = await runningGateway({ fakes: { only: protocol } });
      gateway.fakes.only.byDefault({ kind: 'status', meaning: 'unauthorized' });
      const error = await thrownBy(gateway.openai().chat.completions.create(HELLO));
      assert.equal(error.status, 502);
      assert.equal(error.code, 'upstream_misconfigured');
      assert.ok(!error.message.includes('key-of-the-vendor'));
    });

    it('throws in the middle of a stream that is cut off, after all the text that has come', async () => {
      await using gateway = await runningGateway({ fakes: { only: protocol } });
      gateway.fakes.only.script({ kind: 'cut', chunks: ['One', ' two', ' three'], afterChunks: 2 });
      const stream = await gateway.openai().chat.completions.create({ ...HELLO, stream: true });
      let text = '';
      const error = await thrownBy(
        (async () => {
          for await (const chunk of stream) {
            text += chunk.choices[0]?.delta.content ?? '';
            assert.equal(chunk.choices[0]?.finish_reason ?? null, null);
          }
        })(),
      );
      assert.equal(text, 'One two');
      assert.match(error.message, /cut off/);
      assert.equal(error.code, 'upstream_stream_truncated');
      const record = await gateway.record(0);
      assert.equal(record.ending, 'cut');
      assert.equal(record.servedBy, deploymentId('only'));
    });
  });
}

async function thrownBy(call: PromiseLike<unknown>): Promise<APIError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof APIError, String(error));
    return error;
  }
  assert.fail('nothing was thrown');
}
