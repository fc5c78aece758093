import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { errorOf, firstText, modelIds } from './local-lambda/answer-parts.ts';
import { type LambdaOverFakes, lambdaOverFakes, question } from './local-lambda/lambda-over-fakes.ts';
import { splitPrelude } from './local-lambda/stream-prelude.ts';

describe("answers under Lambda's runtime", () => {
  let lambda: LambdaOverFakes;
  before(async () => {
    lambda = await lambdaOverFakes();
  });
  after(() => lambda.close());

  it('begin with a prelude of status and headers, eight NUL bytes, and then have the body byte by byte', async () => {
    const { headers, bytes } = await rawAnswer(lambda, '/health');
    assert.equal(headers['lambda-runtime-function-response-mode'], 'streaming');
    assert.equal(headers['content-type'], 'application/vnd.awslambda.http-integration-response');
    const split = splitPrelude(bytes);
    assert.ok(split !== undefined);
    assert.deepEqual(Object.keys(split.prelude), ['statusCode', 'headers']);
    assert.equal(split.prelude.statusCode, 200);
    assert.equal(split.prelude.headers?.['content-type'], 'application/json');
    assert.equal(split.rest.toString('utf8'), '{"status":"ok"}');
  });

  it('come through the official client, streamed and whole', async () => {
    const client = new OpenAI({ baseURL: `${lambda.origin}/v1`, apiKey: lambda.key, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'Hello?' }];
    lambda.first.script({ kind: 'answer', text: 'Grüße 😀' }, { kind: 'answer', text: 'Grüße 😀' });
    const whole = await client.chat.completions.create({ model: 'all', messages });
    assert.equal(whole.choices[0]?.message.content, 'Grüße 😀');
    const pieces: string[] = [];
    for await (const chunk of await client.chat.completions.create({ model: 'all', messages, stream: true })) {
      pieces.push(chunk.choices[0]?.delta.content ?? '');
    }
    assert.equal(pieces.join(''), 'Grüße 😀');
  });

  it('carry the headers of the HTTP contract', async () => {
    const response = await lambda.chat(question({ stream: true }));
    const text = await response.text();
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    assert.equal(response.headers.get('x-nemo-routed-model'), 'first/model');
    assert.equal(response.headers.get('x-nemo-routing'), 'direct');
    assert.equal(response.headers.get('x-nemo-attempts'), '1');
    assert.equal(response.headers.get('x-request-id'), response.headers.get('x-nemo-request-id'));
    assert.match(text, /\n\n: nemo \{.*\}\n\ndata: \[DONE\]\n\n$/);
  });

  for (const lead of ['', 'x']) {
    it(`keep characters whole wherever a long body is cut (${lead === '' ? 'even' : 'odd'} offsets)`, async () => {
      const text = lead + '😀'.repeat(40_000);
      lambda.first.script({ kind: 'answer', text });
      assert.equal(firstText(await (await lambda.chat(question())).json()), text);
    });
  }

  it('are given to a body of nearly 6 MB, which arrives whole', async () => {
    const image = `data:image/png;base64,${'A'.repeat(5_800_000)}`;
    const content = [{ type: 'image_url', image_url: { url: image } }];
    const response = await lambda.chat(question({ messages: [{ role: 'user', content }] }));
    assert.equal(response.status, 200);
    assert.ok(JSON.stringify(lambda.first.requests.at(-1)?.body).includes(image));
  });

  it('are given to a body that Lambda hands over in base64', async () => {
    const response = await lambda.fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: JSON.stringify(question({ messages: [{ role: 'user', content: 'naïve 😀' }] })),
    });
    assert.equal(response.status, 200);
    assert.ok(JSON.stringify(lambda.first.requests.at(-1)?.body).includes('naïve 😀'));
  });

  it('ignore a query string', async () => {
    const response = await lambda.fetch('/v1/models?limit=1&limit=2');
    assert.equal(response.status, 200);
    assert.ok(modelIds(await response.json()).includes('all'));
  });

  it('fail over before the first byte', async () => {
    lambda.first.script({ kind: 'status', status: 503 });
    const response = await lambda.chat(question({ stream: true }));
    assert.equal(response.headers.get('x-nemo-routed-model'), 'second/model');
    assert.equal(response.headers.get('x-nemo-routing'), 'fallback');
    assert.match(await response.text(), /data: \[DONE\]\n\n$/);
  });

  const refused: readonly { what: string; status: number; code: string; path?: string; init?: RequestInit }[] = [
    { what: 'no key', status: 401, code: 'missing_api_key', init: { headers: { authorization: '' } } },
    {
      what: 'an unknown key',
      status: 401,
      code: 'invalid_api_key',
      init: { headers: { authorization: `Bearer nemo_${'A'.repeat(43)}` } },
    },
    { what: 'an unknown path', status: 404, code: 'unknown_url', path: '/v1/nothing' },
    { what: 'a wrong method', status: 405, code: 'method_not_allowed', path: '/v1/chat/completions' },
    { what: 'an unknown model', status: 404, code: 'model_not_found', path: '/v1/models/nothing' },
  ];
  for (const { what, status, code, path = '/v1/models', init } of refused) {
    it(`say what is wrong in OpenAI's shape: ${what}`, async () => {
      const response = await lambda.fetch(path, init);
      assert.equal(response.status, status);
      assert.equal(errorOf(await response.json())?.code, code);
    });
  }

  it("are errors in OpenAI's shape where every provider fails, not to be retried", async () => {
    lambda.first.script({ kind: 'status', status: 500 });
    lambda.second.script({ kind: 'status', status: 529 });
    const response = await lambda.chat(question({ stream: true }));
    assert.equal(response.status, 502);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(response.headers.get('x-should-retry'), 'false');
    assert.deepEqual(Object.keys(errorOf(await response.json()) ?? {}).sort(), ['code', 'message', 'param', 'type']);
  });
});

/** What the runtime sends to Lambda for one call, untouched by a Function URL. */
async function rawAnswer(
  lambda: LambdaOverFakes,
  rawPath: string,
): Promise<{ headers: IncomingMessage['headers']; bytes: Buffer }> {
  const instance = await lambda.startInstance();
  await instance.idle();
  const event = { rawPath, headers: {}, requestContext: { http: { method: 'GET' } }, isBase64Encoded: false };
  const answered = Promise.withResolvers<IncomingMessage>();
  instance.invoke({
    event: JSON.stringify(event),
    deadlineMs: Date.now() + 10_000,
    onResponse: answered.resolve,
    onError: (error) => answered.reject(new Error(error)),
  });
  const response = await answered.promise;
  const bytes = Buffer.concat(await response.toArray());
  await instance.close();
  return { headers: response.headers, bytes };
}
