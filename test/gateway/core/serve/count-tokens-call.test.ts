import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UpstreamCall } from '../../../../functions/gateway/core/model/dial.ts';
import { coreGateway } from '../../../support/core-gateway.ts';

const BODY = {
  model: 'all',
  system: 'Be brief.',
  messages: [{ role: 'user', content: 'How many tokens are these?' }],
  tools: [{ name: 'read', input_schema: { type: 'object' } }],
};

interface Counted {
  readonly status: number;
  readonly json: unknown;
  readonly calls: readonly UpstreamCall[];
}

/** Asks for a count, where the vendor answers with `text`. */
async function counted(text: string, body: object = BODY, status = 200): Promise<Counted> {
  const calls: UpstreamCall[] = [];
  const ask = coreGateway(async (call) => {
    calls.push(call);
    return { kind: 'answered', status, headers: {}, body: piecesOf(text) };
  });
  const headers = { 'anthropic-beta': 'token-counting-2024-11-01' };
  const answer = await ask('/v1/messages/count_tokens', new TextEncoder().encode(JSON.stringify(body)), headers);
  return { status: answer.status, json: JSON.parse(answer.text), calls };
}

async function* piecesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

describe('POST /v1/messages/count_tokens', () => {
  it('gives the count of the first deployment of the route whose vendor counts', async () => {
    const { json, calls } = await counted('{"input_tokens":2095}');
    assert.deepEqual(json, { input_tokens: 2095 });
    const [call, ...others] = calls;
    assert.deepEqual(others, []);
    assert.equal(call?.deployment.id, 'chat/anthropic');
    assert.equal(call.request.operation, 'count-tokens');
    assert.deepEqual(call.request.body, { ...BODY, model: 'm' });
    assert.equal(call.request.headers['anthropic-beta'], 'token-counting-2024-11-01');
  });

  for (const [name, text, status] of [
    ['fails', '{"type":"error"}', 404],
    ['answers with something else', '{"tokens":1}', 200],
    ['answers with no JSON', 'nope', 200],
  ] as const) {
    it(`gives an estimate that says so where the vendor ${name}`, async () => {
      const { json, status: seen } = await counted(text, BODY, status);
      assert.equal(seen, 200);
      const { input_tokens, estimated } = json as { input_tokens: number; estimated: boolean };
      assert.equal(estimated, true);
      assert.ok(input_tokens >= 8 && input_tokens < 60, `${input_tokens}`);
    });
  }

  it('asks nobody where no vendor of the route counts', async () => {
    const { json, calls } = await counted('{"input_tokens":2095}', { ...BODY, model: 'openai' });
    assert.equal((json as { estimated: boolean }).estimated, true);
    assert.deepEqual(calls, []);
  });

  for (const [body, status, type] of [
    [{ ...BODY, model: 'none' }, 404, 'not_found_error'],
    [{ ...BODY, messages: 'Hi' }, 400, 'invalid_request_error'],
  ] as const) {
    it(`refuses with ${type} in the shape of its own API`, async () => {
      const { json, status: seen } = await counted('', body);
      assert.equal(seen, status);
      assert.equal((json as { error: { type: string } }).error.type, type);
    });
  }
});
