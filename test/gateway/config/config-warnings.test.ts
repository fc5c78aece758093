import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configWarnings } from '../../../functions/gateway/config/config-warnings.ts';

function warnings(provider: {
  readonly baseUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
}): readonly string[] {
  return configWarnings({ deployments: {}, providers: { one: { protocol: 'openai', ...provider } } }).map(
    ({ path, message }) => `${path} ${message}`,
  );
}

describe('the warnings of a configuration', () => {
  const quiet = [
    'https://api.openai.com/v1',
    'http://127.0.0.1:8000/v1',
    'http://127.1.2.3',
    'http://localhost:11434/v1',
    'http://[::1]:8000',
    'http://[fd12::1]',
    'http://10.0.0.5:8000/v1',
    'http://172.16.0.1',
    'http://172.31.255.255',
    'http://192.168.1.1',
    'http://100.64.0.1',
    'http://vllm:8000/v1',
    'http://vllm.internal/v1',
    'http://mac.local',
    'https://8.8.8.8',
  ];
  for (const baseUrl of quiet) {
    it(`say nothing of ${baseUrl}`, () => assert.deepEqual(warnings({ baseUrl }), []));
  }

  const open = [
    'http://api.example.com/v1',
    'http://8.8.8.8',
    'http://172.32.0.1',
    'http://[2001:db8::1]',
    'http://11.0.0.1',
    'http://10.evil.example',
  ];
  for (const baseUrl of open) {
    it(`tell that ${baseUrl} is not encrypted`, () => {
      assert.match(
        warnings({ baseUrl }).join(),
        /^providers\.one\.baseUrl sends prompts and the credential unencrypted/,
      );
    });
  }

  for (const baseUrl of [
    'http://169.254.169.254/latest',
    'https://169.254.1.1',
    'http://[fe80::1]',
    'http://[::ffff:169.254.169.254]',
  ]) {
    it(`tell that ${baseUrl} is link-local`, () => {
      assert.match(warnings({ baseUrl }).join(), /^providers\.one\.baseUrl is a link-local address/);
    });
  }

  for (const name of [
    'X-Auth-Token',
    'x-secret',
    'X-Key',
    'My-Api-Key',
    'x-password',
    'X-Credential-Id',
    'Authentication',
    'x-apikey',
  ]) {
    it(`tell that the header ${name} carries a secret`, () => {
      assert.match(warnings({ headers: { [name]: 'x' } }).join(), /has a name that carries secrets/);
    });
  }

  for (const name of ['OpenAI-Organization', 'HTTP-Referer', 'X-Title', 'anthropic-beta', 'X-Monkey', 'x-keyboard']) {
    it(`say nothing of the header ${name}`, () => assert.deepEqual(warnings({ headers: { [name]: 'x' } }), []));
  }
});
