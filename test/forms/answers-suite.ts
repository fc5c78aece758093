import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { errorOf, firstText, modelIds } from '../lambda/local-lambda/answer-parts.ts';
import { type Form, type FormOverFakes, question } from './form-over-fakes.ts';

/** What must hold of answers in every form. */
export function answersSuite({ where, start }: Form): void {
  describe(`answers ${where}`, () => {
    let gateway: FormOverFakes;
    before(async () => {
      gateway = await start();
    });
    after(() => gateway.close());

    it('come through the official client, streamed and whole', async () => {
      const client = new OpenAI({ baseURL: `${gateway.origin}/v1`, apiKey: gateway.key, maxRetries: 0 });
      const messages = [{ role: 'user' as const, content: 'Hello?' }];
      gateway.first.script({ kind: 'answer', text: 'Grüße 😀' }, { kind: 'answer', text: 'Grüße 😀' });
      const whole = await client.chat.completions.create({ model: 'all', messages });
      assert.equal(whole.choices[0]?.message.content, 'Grüße 😀');
      const pieces: string[] = [];
      for await (const chunk of await client.chat.completions.create({ model: 'all', messages, stream: true })) {
        pieces.push(chunk.choices[0]?.delta.content ?? '');
      }
      assert.equal(pieces.join(''), 'Grüße 😀');
    });

    it('carry the headers of the HTTP contract', async () => {
      const response = await gateway.chat(question({ stream: true }));
      const text = await response.text();
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
      assert.equal(response.headers.get('strict-transport-security'), 'max-age=31536000');
      assert.equal(response.headers.get('x-nemo-routed-model'), 'first/model');
      assert.equal(response.headers.get('x-nemo-routing'), 'direct');
      assert.equal(response.headers.get('x-nemo-attempts'), '1');
      assert.equal(response.headers.get('x-request-id'), response.headers.get('x-nemo-request-id'));
      assert.match(text, /\n\n: nemo \{.*\}\n\ndata: \[DONE\]\n\n$/);
    });

    for (const lead of ['', 'x']) {
      it(`keep characters whole wherever a long body is cut (${lead === '' ? 'even' : 'odd'} offsets)`, async () => {
        const text = lead + '😀'.repeat(40_000);
        gateway.first.script({ kind: 'answer', text });
        assert.equal(firstText(await (await gateway.chat(question())).json()), text);
      });
    }

    it('are given to a body of nearly 6 MB, which arrives whole', async () => {
      const image = `data:image/png;base64,${'A'.repeat(5_800_000)}`;
      const content = [{ type: 'image_url', image_url: { url: image } }];
      const response = await gateway.chat(question({ messages: [{ role: 'user', content }] }));
      assert.equal(response.status, 200);
      assert.ok(JSON.stringify(gateway.first.requests.at(-1)?.body).includes(image));
    });

    it('are given to a body of no type that is text, which Lambda hands over in base64', async () => {
      const response = await gateway.fetch('/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: JSON.stringify(question({ messages: [{ role: 'user', content: 'naïve 😀' }] })),
      });
      assert.equal(response.status, 200);
      assert.ok(JSON.stringify(gateway.first.requests.at(-1)?.body).includes('naïve 😀'));
    });

    it('ignore a query string', async () => {
      const response = await gateway.fetch('/v1/models?limit=1&limit=2');
      assert.equal(response.status, 200);
      assert.ok(modelIds(await response.json()).includes('all'));
    });

    it('fail over before the first byte', async () => {
      gateway.first.script({ kind: 'status', status: 503 });
      const response = await gateway.chat(question({ stream: true }));
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
        const response = await gateway.fetch(path, init);
        assert.equal(response.status, status);
        assert.equal(errorOf(await response.json())?.code, code);
      });
    }

    it("are errors in OpenAI's shape where every provider fails, not to be retried", async () => {
      gateway.first.script({ kind: 'status', status: 500 });
      gateway.second.script({ kind: 'status', status: 529 });
      const response = await gateway.chat(question({ stream: true }));
      assert.equal(response.status, 502);
      assert.equal(response.headers.get('content-type'), 'application/json');
      assert.equal(response.headers.get('x-should-retry'), 'false');
      assert.deepEqual(Object.keys(errorOf(await response.json()) ?? {}).sort(), ['code', 'message', 'param', 'type']);
    });
  });
}
