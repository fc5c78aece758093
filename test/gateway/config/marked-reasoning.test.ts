import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';

const OPENAI = { apiKey: 'A' };

function marked(providers: Readonly<Record<string, object>>, rules: object = {}): readonly boolean[] {
  const names = Object.keys(providers);
  const deployments = names.map((provider) => [`${provider}/m`, { provider, model: 'm', ...rules }]);
  const parsed = parseConfig({ providers, deployments: Object.fromEntries(deployments), routes: {} });
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  return names.map((name) => parsed.config.providers[name]?.marksReasoning === true);
}

describe('what an account has encrypted', () => {
  it('is marked where the Responses API is spoken to several accounts', () => {
    assert.deepEqual(marked({ openai: OPENAI, other: { host: 'openai', apiKey: 'B' } }), [true, true]);
    const server = { protocol: 'openai', baseUrl: 'http://10.0.0.1:8000/v1' };
    assert.deepEqual(marked({ one: server, two: server }, { rules: { responses: 'always' } }), [true, true]);
  });

  it('is not marked where there is one such account, whoever else there is', () => {
    const others = { anthropic: { apiKey: 'B' }, google: { apiKey: 'C' }, mistral: { apiKey: 'D' } };
    assert.deepEqual(marked({ openai: OPENAI, ...others }), [false, false, false, false]);
  });
});
