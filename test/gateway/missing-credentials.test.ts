import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { missingCredentials } from '../../functions/gateway/missing-credentials.ts';
import { credentialWarnings } from '../../infra/local/credential-warnings.ts';

const parsed = parseConfig({
  providers: {
    openai: { apiKey: 'OPENAI_API_KEY' },
    groq: { apiKey: 'GROQ_API_KEY' },
    vertex: { project: 'p', apiKey: 'GOOGLE_SERVICE_ACCOUNT' },
    bedrock: { region: 'us-east-1' },
  },
  deployments: { a: { provider: 'openai', model: 'm' } },
});
assert.ok(parsed.kind === 'parsed');
const { config } = parsed;

describe('a credential that is not set', () => {
  it('is found at the start, be it absent or empty', async () => {
    const store = new Map([
      ['OPENAI_API_KEY', 'sk-1'],
      ['GROQ_API_KEY', ' '],
    ]);
    assert.deepEqual(await missingCredentials(config, async (name) => store.get(name)), [
      'GOOGLE_SERVICE_ACCOUNT',
      'GROQ_API_KEY',
    ]);
  });

  it('may be one that the collector of spans wants', async () => {
    const otlp = { endpoint: 'https://otlp.example.dev', headers: { authorization: 'OTLP_TOKEN' } };
    const withCollector = { providers: {}, otlp } as unknown as typeof config;
    assert.deepEqual(await missingCredentials(withCollector, async () => undefined), ['OTLP_TOKEN']);
  });

  it('is not supposed where the store does not answer', async () => {
    assert.deepEqual(await missingCredentials(config, () => Promise.reject(new Error('no answer'))), []);
  });

  it('is warned of on a laptop, as one of a wrong form is, and no value is said', async () => {
    const store = new Map([
      ['OPENAI_API_KEY', 'sk-1\n'],
      ['GOOGLE_SERVICE_ACCOUNT', '{"type":"authorized_user"}'],
    ]);
    assert.deepEqual(await credentialWarnings(config, async (name) => store.get(name)), [
      'GROQ_API_KEY is not set: groq cannot be called. Set it in the shell that runs npm start.',
      'OPENAI_API_KEY has a space, a line end or a letter that no header takes: openai refuses every call.',
      'GOOGLE_SERVICE_ACCOUNT is not the JSON file of a Google service account: vertex refuses every call.',
    ]);
  });
});
