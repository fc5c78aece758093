import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteRefusedStream, refusesStream } from '../../../../functions/gateway/core/attempt/deployment-target.ts';
import type { Dial } from '../../../../functions/gateway/core/model/dial.ts';
import type { JsonObject } from '../../../../functions/gateway/core/wire/json.ts';
import { coreGateway } from '../../../support/core-gateway.ts';
import { deployment as deploymentOf } from '../../../support/routes.ts';

const REFUSAL = {
  error: {
    message: 'Your organization must be verified to stream this model.',
    type: 'invalid_request_error',
    param: 'stream',
    code: 'unsupported_value',
  },
};
const ANSWER = {
  id: 'c1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
};

/** A provider of whole answers alone, which refuses streams by `isRefused`. What it was asked is in `asked`. */
function provider(asked: JsonObject[], isRefused: (body: JsonObject) => boolean): Dial {
  return async ({ request: { body } }) => {
    asked.push(body);
    const refuses = isRefused(body);
    return {
      kind: 'answered',
      status: refuses ? 400 : 200,
      headers: {},
      body: (async function* () {
        yield new TextEncoder().encode(JSON.stringify(refuses ? REFUSAL : ANSWER));
      })(),
    };
  };
}

function chat(members: JsonObject = {}): Uint8Array {
  const messages = [{ role: 'user', content: 'Hello' }];
  return new TextEncoder().encode(JSON.stringify({ model: 'openai', messages, ...members }));
}

const PATH = '/v1/chat/completions';

describe('a vendor that gives this account no stream', () => {
  for (const stream of [false, true]) {
    it(`is asked once more for a whole answer, and at once from then on, where stream is ${stream}`, async () => {
      const asked: JsonObject[] = [];
      const ask = coreGateway(provider(asked, (body) => body.stream === true));
      for (const attempt of [1, 2]) {
        const { status, text } = await ask(PATH, chat({ stream }));
        assert.equal(status, 200, `${attempt}: ${text}`);
        assert.ok(text.includes('Hi.') && text.includes('[DONE]') === stream);
      }
      assert.deepEqual(
        asked.map((body) => body.stream),
        [true, false, false],
      );
    });
  }

  it('is asked for streams by others where one caller sends options that it does not know', async () => {
    const asked: JsonObject[] = [];
    const isRefused = (body: JsonObject) => JSON.stringify(body).includes('some_option');
    const ask = coreGateway(provider(asked, isRefused));
    for (const members of [{ stream: true, stream_options: { some_option: 1 } }, { stream: true }]) {
      assert.equal((await ask(PATH, chat(members))).status, 200);
    }
    assert.deepEqual(
      asked.map((body) => body.stream),
      [true, false, true],
    );
  });

  it('is asked for streams all the same without tools, where only those with tools are refused', async () => {
    const asked: JsonObject[] = [];
    const ask = coreGateway(provider(asked, (body) => body.stream === true && body.tools !== undefined));
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];
    for (const members of [{ tools }, {}, { tools }]) {
      assert.equal((await ask(PATH, chat(members))).status, 200);
    }
    assert.deepEqual(
      asked.map((body) => body.stream),
      [true, false, true, false],
    );
  });

  it('is asked no third time where it gives no whole answer either', async () => {
    const asked: JsonObject[] = [];
    const ask = coreGateway(provider(asked, () => true));
    const { status } = await ask(PATH, chat());
    assert.equal(status, 400);
    assert.equal(asked.length, 2);
  });

  it('is asked for a stream again after an hour', () => {
    const deployment = deploymentOf('a');
    noteRefusedStream(deployment, [], 1000);
    assert.equal(refusesStream(deployment, [], 1000 + 3_599_999), true);
    assert.equal(refusesStream(deployment, ['tools'], 1000), true);
    assert.equal(refusesStream(deployment, [], 1000 + 3_600_000), false);
  });

  it('is asked for streams by who asks for less than what was refused', () => {
    const deployment = deploymentOf('a');
    noteRefusedStream(deployment, ['tools', 'format'], 1000);
    assert.equal(refusesStream(deployment, ['tools', 'format', 'logprobs'], 1000), true);
    for (const features of [[], ['tools'], ['format'], ['format', 'logprobs']] as const) {
      assert.equal(refusesStream(deployment, features, 1000), false);
    }
  });
});
