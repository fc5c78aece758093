import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../../functions/gateway/adapters/system-clock.ts';
import type { GatewayPorts } from '../../../../functions/gateway/core/serve/ports.ts';
import { type CoreAnswer, coreGateway } from '../../../support/core-gateway.ts';

function askWith(
  authenticate: GatewayPorts['authenticate'],
  headers: Readonly<Record<string, string>> = {},
): Promise<CoreAnswer> {
  const ask = coreGateway(() => assert.fail('A provider was asked.'), authenticate);
  return ask('/v1/nothing', new Uint8Array(), headers);
}

function codeOf({ text }: CoreAnswer): string {
  return JSON.parse(text).error.code;
}

describe("the caller's key", () => {
  it('that cannot be looked up gets a 503 that says when to try again, and not a 401', async () => {
    const answer = await askWith(async () => 'unavailable');
    assert.equal(answer.status, 503);
    assert.equal(codeOf(answer), 'authentication_unavailable');
    assert.equal(answer.headers['retry-after'], '1');
  });

  it('is good until the instant at which it expires', async () => {
    const nowMs = systemClock.nowMs();
    const expiring = (expiresAtMs: number) => askWith(async () => ({ name: 'ci', expiresAtMs }));
    assert.equal(codeOf(await expiring(nowMs + 60_000)), 'unknown_url');
    assert.equal(codeOf(await expiring(nowMs)), 'invalid_api_key');
  });

  it('may come in each of three headers, and is looked up as it came', async () => {
    const seen: string[] = [];
    const authenticate: GatewayPorts['authenticate'] = async (key) => {
      seen.push(key);
      return undefined;
    };
    await askWith(authenticate, { authorization: 'bearer  nemo_a' });
    await askWith(authenticate, { authorization: '', 'x-api-key': 'nemo_b' });
    await askWith(authenticate, { authorization: 'Bearer nemo_c', 'x-api-key': 'nemo_d' });
    await askWith(authenticate, { authorization: '', 'api-key': 'nemo_e' });
    assert.deepEqual(seen, ['nemo_a', 'nemo_b', 'nemo_c', 'nemo_e']);
  });
});
