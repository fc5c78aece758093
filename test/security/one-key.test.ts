import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256Hex } from '../../functions/gateway/adapters/key-form.ts';
import { gate } from '../support/gate.ts';
import { deploymentId, runningGateway } from '../support/running-gateway.ts';
import { SURFACE_FORMS } from './support/surface-forms.ts';

const PATHS = ['/v1/chat/completions', '/v1/messages', '/v1/responses', '/v1/completions', '/v1/embeddings'];

/** The smallest request that every path takes. */
const BODY = {
  model: 'all',
  max_tokens: 9,
  messages: [{ role: 'user', content: 'Hello' }],
  input: 'Hello',
  prompt: 'Hello',
};

describe('a key with as many calls under way as it may have', () => {
  it('is told to wait on every surface, and other keys are served', async () => {
    const keys = ['one', 'two'].map((name) => ({ name, sha256: sha256Hex(name), callsAtOnce: 2 }));
    await using gateway = await runningGateway({ fakes: { only: 'openai' }, config: { keys } });
    const ask = (key: string, path: string): Promise<Response> =>
      gateway.fetch(path, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ ...BODY }),
      });
    const held = gate();
    gateway.fakes.only.byDefault({ kind: 'answer', text: 'Hello', holdBeforeHeaders: held });
    const waiting = [ask('one', PATHS[0]!), ask('one', PATHS[1]!)];
    await gateway.fakes.only.arrival(1);
    for (const path of PATHS) {
      const refused = await ask('one', path);
      assert.equal(refused.status, 429, path);
      assert.equal(refused.headers.get('retry-after'), '1');
      assert.match(await refused.text(), /2 calls under way at once/);
    }
    for (const path of ['/v1/responses/resp_a', '/v1/responses/resp_a/input_items']) {
      const kept = await gateway.fetch(path, { headers: { authorization: 'Bearer one' } });
      assert.equal(kept.status, 429, path);
    }
    const other = ask('two', PATHS[0]!);
    held.open();
    assert.equal((await other).status, 200);
    for (const answer of await Promise.all(waiting)) {
      assert.equal(answer.status, 200);
      await answer.text();
    }
    // A call is over a moment after its caller has read the last byte.
    let { status } = await ask('one', PATHS[0]!);
    while (status === 429) {
      ({ status } = await ask('one', PATHS[0]!));
    }
    assert.equal(status, 200);
  });
});

describe('a limit of requests a minute', () => {
  it('counts on every surface for prompts, also where a vendor is asked for a count of tokens alone', async () => {
    const forms = SURFACE_FORMS.filter(({ name }) => name !== 'embeddings');
    const keys = forms.map(({ path }, index) => ({ name: `${index}`, sha256: sha256Hex(path), requestsPerMinute: 1 }));
    await using gateway = await runningGateway({ fakes: { only: 'openai' }, config: { keys } });
    for (const { path, body } of forms) {
      const headers = { authorization: `Bearer ${path}` };
      const ask = async (): Promise<number> => {
        const response = await gateway.fetch(path, {
          method: 'POST',
          headers,
          body: JSON.stringify(body('all', {})),
        });
        await response.text();
        return response.status;
      };
      const first = await ask();
      assert.deepEqual([first, await ask()], [200, 429], path);
    }
  });
});

describe("one caller's failures", () => {
  const refusals = [
    { status: 403, body: '{"error":{"message":"Your tier does not include this."}}' },
    { status: 404, body: '{"error":{"message":"No endpoints found that support tool use."}}' },
    { status: 405, body: '{"error":{"message":"Method not allowed."}}' },
    { status: 400, body: '{"error":{"message":"Bad value: insufficient credits"}}' },
    { status: 422, body: '{"error":{"message":"Bad value: payment required"}}' },
    { status: 500, body: '{"error":{"message":"list index out of range"}}' },
    { status: 401, body: '{"error":{"message":"Not with these members."}}' },
    { status: 402, body: '{"error":{"message":"You can only afford 9 tokens."}}' },
    { status: 408, body: '{"error":{"message":"It takes too long."}}' },
    { status: 429, body: '{"error":{"message":"Request too large."}}' },
    { status: 503, body: '{"error":{"message":"No worker for this."}}' },
  ];
  for (const { status, body } of refusals) {
    it(`of ${status} eject no deployment for the others`, async () => {
      const keys = ['one', 'two'].map((name) => ({ name, sha256: sha256Hex(name) }));
      await using gateway = await runningGateway({
        fakes: { first: 'openai', second: 'openai' },
        // Who tells whether a failure lay in the request. Their calls get the fakes' usual answer.
        config: { keys, probes: { everyMs: 60_000, rareEveryMs: 60_000 } },
      });
      const ask = async (key: string, content: string): Promise<string | null> => {
        const headers = { authorization: `Bearer ${key}` };
        const request = { model: 'all', messages: [{ role: 'user', content }] };
        const response = await gateway.fetch(PATHS[0]!, { method: 'POST', headers, body: JSON.stringify(request) });
        await response.text();
        return response.headers.get('x-nemo-routed-model');
      };
      await ask('two', 'Hello');
      gateway.fakes.first.byDefault(({ body: asked }) =>
        JSON.stringify(asked).includes('poison') ? { kind: 'status', status, body } : { kind: 'answer' },
      );
      for (let turn = 0; turn < 6; turn += 1) {
        await ask('one', `poison ${turn}`);
      }
      assert.equal(await ask('two', 'Hello again'), deploymentId('first'));
    });
  }
});
