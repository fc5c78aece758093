import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLocalDescription } from '../../../infra/local/local-description.ts';
import { rawHttp } from '../../support/raw-http.ts';
import { runningGateway } from '../../support/running-gateway.ts';

const KEYS = [{ name: 'of-the-file', sha256: 'ab'.repeat(32) }];

describe('the description of a local system', () => {
  it('has what the commands need, and no key, no hash and no credential', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' }, config: { keys: KEYS } });
    const description = await readLocalDescription(gateway.origin);
    assert.deepEqual(Object.keys(description?.config.deployments ?? {}), ['only/fake-model']);
    assert.deepEqual(description?.credentials, { KEY_OF_THE_VENDOR: true });
    assert.equal(description?.dynamoDb.endpoint, gateway.dynamoDb.endpoint);
    const text = await (await fetch(`${gateway.origin}/local/system`)).text();
    for (const secret of ['of-the-file', 'abab', 'key-of-the-vendor', gateway.key, gateway.dynamoDb.accessKeyId]) {
      assert.ok(!text.includes(secret), secret);
    }
  });

  const strangers: readonly [string, string][] = [
    ['a web page', 'Host: 127.0.0.1\r\nOrigin: https://page.example\r\n'],
    ['a page without an origin', 'Host: 127.0.0.1\r\nOrigin: null\r\n'],
    ['a page whose name was pointed at this machine', 'Host: page.example\r\n'],
    ['a name that begins like this machine', 'Host: localhost.page.example\r\n'],
    ['a port that is a name', 'Host: 127.0.0.1:80.page.example\r\n'],
  ];
  for (const [who, headers] of strangers) {
    it(`is not for ${who}`, async () => {
      await using gateway = await runningGateway({ fakes: { only: 'openai' } });
      const { status, body } = await rawHttp(gateway.origin, [`GET /local/system HTTP/1.1\r\n${headers}\r\n`]);
      assert.ok(status === 401 || status === 421, String(status));
      assert.ok(!body.includes('dynamoDb'));
    });
  }

  it('is none where something else answers', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    assert.equal(await readLocalDescription(new URL(gateway.fakes.only.baseUrl).origin), undefined);
  });
});
