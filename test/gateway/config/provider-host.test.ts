import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { problemLine } from '../../../functions/gateway/config/config-problem.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import { addressOf } from '../../../functions/gateway/core/hosts/hosts.ts';
import { KNOWN_HOSTS, type KnownHost } from '../../../functions/gateway/core/hosts/known-hosts.ts';
import { vendorOf } from '../../../functions/gateway/core/hosts/vendor-of.ts';
import type { Provider } from '../../../functions/gateway/core/model/gateway-config.ts';

function file(name: string, provider: object): object {
  return { providers: { [name]: provider }, deployments: { 'a/model': { provider: name, model: 'a-model' } } };
}

function provided(name: string, provider: object): Provider {
  const result = parseConfig(file(name, provider));
  assert.equal(result.kind, 'parsed', result.kind === 'invalid' ? result.problems.map(problemLine).join('\n') : '');
  return result.config.providers[name] ?? assert.fail();
}

function problems(name: string, provider: object): readonly string[] {
  const result = parseConfig(file(name, provider));
  return result.kind === 'invalid' ? result.problems.map(problemLine) : [];
}

function urlOf(provider: Provider): string {
  const { baseUrl, path } =
    addressOf({ model: 'm', providerSettings: provider }, { operation: 'answer' }) ?? assert.fail();
  return `${baseUrl}${path}`;
}

describe('a provider that is named for a known host', () => {
  const entries = Object.entries<KnownHost>(KNOWN_HOSTS).filter(([, { baseUrl }]) => baseUrl !== undefined);
  for (const [name, { protocol, baseUrl, credential }] of entries) {
    it(`is called at ${name}'s address, with ${credential === undefined ? 'nothing' : 'a credential'} more`, () => {
      const provider = provided(name, credential === undefined ? {} : { apiKey: credential });
      assert.equal(provider.protocol, protocol);
      assert.equal(vendorOf(provider), name);
      assert.ok(urlOf(provider).startsWith(baseUrl ?? ''), urlOf(provider));
    });
  }

  it('is Google by its everyday name', () => {
    assert.equal(vendorOf(provided('google', { apiKey: 'GEMINI_API_KEY' })), 'google-ai');
  });

  it('needs a region on Bedrock and no credential', () => {
    assert.deepEqual(provided('bedrock', { region: 'us-east-1' }), {
      region: 'us-east-1',
      protocol: 'bedrock',
      host: 'bedrock',
    });
    assert.match(problems('bedrock', {})[0] ?? '', /^providers\.bedrock\.region is required/);
  });

  it('is told which credential is usual where it names none', () => {
    assert.deepEqual(problems('groq', {}), [
      'providers.groq.apiKey is required: the vendor\'s own address answers no call without a credential. Example: "apiKey": "GROQ_API_KEY"',
    ]);
  });

  it('may be called otherwise where `host` names the host', () => {
    const provider = provided('fast', { host: 'groq', apiKey: 'GROQ_API_KEY' });
    assert.deepEqual(
      [provider.protocol, urlOf(provider)],
      ['openai', 'https://api.groq.com/openai/v1/chat/completions'],
    );
  });

  it('may speak another protocol that the host has', () => {
    const provider = provided('moonshot', { protocol: 'anthropic', apiKey: 'K' });
    assert.equal(urlOf(provider), 'https://api.moonshot.ai/anthropic/v1/messages');
  });

  it('keeps the quirks of its host behind another address', () => {
    const provider = provided('groq', { baseUrl: 'http://10.0.0.5:8000/v1', apiKey: 'K' });
    assert.deepEqual([vendorOf(provider), urlOf(provider)], ['groq', 'http://10.0.0.5:8000/v1/chat/completions']);
  });

  it('is known by the hostname of its address', () => {
    const provider = provided('fast', { baseUrl: 'https://api.groq.com/openai/v1', apiKey: 'K' });
    assert.deepEqual([provider.protocol, vendorOf(provider)], ['openai', 'groq']);
  });
});

describe('a file that says `protocol` and `baseUrl`', () => {
  it('means what it meant before hosts had names, whatever the provider is called', () => {
    const rows = [
      ['openai', { protocol: 'openai', baseUrl: 'http://10.0.0.5:8000/v1' }, 'compatible'],
      ['groq', { protocol: 'anthropic', baseUrl: 'http://10.0.0.5:8000/v1' }, 'compatible'],
      ['mine', { protocol: 'openai', apiKey: 'K' }, 'openai'],
      ['mine', { protocol: 'gemini', apiKey: 'K' }, 'google-ai'],
      ['google', { protocol: 'anthropic', apiKey: 'K' }, 'anthropic'],
    ] as const;
    for (const [name, provider, vendor] of rows) {
      const read = provided(name, provider);
      assert.deepEqual({ ...read, host: vendor }, { ...provider, host: vendor });
      assert.equal(vendorOf(read), vendor);
    }
  });
});

describe('a provider that is not known', () => {
  it('is told the known hosts where it has no address', () => {
    const [line = ''] = problems('acme', { apiKey: 'ACME_API_KEY' });
    assert.match(line, /^providers\.acme is not the name of a known host, so that its address is not known\./);
    for (const name of ['azure', 'groq', 'ollama', 'vertex', 'zhipu']) {
      assert.ok(line.includes(name), name);
    }
    assert.match(line, /any other needs `baseUrl`/);
  });

  it('is told which name is near', () => {
    assert.match(problems('gorq', { apiKey: 'K' })[0] ?? '', /Did you mean groq\?/);
    assert.match(problems('mine', { host: 'gorq', apiKey: 'K' })[0] ?? '', /did you mean groq/);
  });

  it('is told to name its API where it has an address', () => {
    assert.match(problems('acme', { baseUrl: 'https://llm.acme.dev/v1' })[0] ?? '', /needs `host` or `protocol`/);
  });

  it('is any server of OpenAI’s API as `compatible`, which needs an address', () => {
    const provider = provided('acme', { host: 'compatible', baseUrl: 'https://llm.acme.dev/v1' });
    assert.deepEqual([provider.protocol, vendorOf(provider)], ['openai', 'compatible']);
    assert.match(problems('acme', { host: 'compatible' })[0] ?? '', /^providers\.acme\.baseUrl is required/);
  });

  it('is told what its host does not speak', () => {
    assert.match(
      problems('mine', { host: 'groq', protocol: 'anthropic', apiKey: 'K' })[0] ?? '',
      /protocol is anthropic, which groq is not known to speak/,
    );
  });
});

describe('what each host cannot be called without', () => {
  const ENTRA = { tenantId: 'example.org', clientId: '66666666-7777' };
  const AUDIENCE = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/aws/providers/nemo';
  const rows: readonly (readonly [string, object, RegExp])[] = [
    ['azure', { apiKey: 'K' }, /^providers\.azure\.baseUrl is required: each resource/],
    [
      'azure',
      { baseUrl: 'https://r.openai.azure.com', entra: ENTRA },
      /^providers\.azure\.apiKey is required.*client secret/,
    ],
    ['vertex', { project: 'p' }, /^providers\.vertex\.apiKey is required, or `workloadIdentity`/],
    ['vertex', { workloadIdentity: { audience: AUDIENCE } }, /^providers\.vertex\.project is required/],
    ['vertex', { workloadIdentity: { audience: 'aws' } }, /audience must be the full name/],
    ['bedrock', { region: 'europe-west1' }, /region must be an AWS region; got "europe-west1"/],
    ['openai', { apiKey: 'K', entra: ENTRA }, /^providers\.openai\.entra is for azure; this provider is at openai/],
    ['groq', { apiKey: 'K', project: 'p' }, /^providers\.groq\.project is for openai and vertex/],
    ['anthropic', { apiKey: 'K', apiVersion: '2024-10-21' }, /apiVersion is for azure/],
  ];
  for (const [name, provider, expected] of rows) {
    it(`is asked for: ${expected.source}`, () => {
      assert.match(problems(name, provider)[0] ?? '', expected);
    });
  }

  it('is there in three lines for each', () => {
    provided('azure', { baseUrl: 'https://r.openai.azure.com', apiKey: 'AZURE_OPENAI_API_KEY' });
    provided('azure', { baseUrl: 'https://r.openai.azure.com', apiKey: 'AZURE_CLIENT_SECRET', entra: ENTRA });
    provided('vertex', { project: 'p', region: 'europe-west1', apiKey: 'GOOGLE_SERVICE_ACCOUNT' });
    provided('vertex', {
      project: 'p',
      workloadIdentity: { audience: AUDIENCE, serviceAccount: 'a@p.iam.gserviceaccount.com' },
    });
    provided('openai', { apiKey: 'OPENAI_API_KEY', organization: 'org-1', project: 'proj_1' });
  });
});
