import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rawHttp } from '../../support/raw-http.ts';
import { runningGateway } from '../../support/running-gateway.ts';

const PATHS = ['GET /v1/models', 'GET /status', 'GET /health', 'GET /local/system', 'POST /v1/chat/completions'];
const NAMES = [
  'evil.example',
  'evil.example:8787',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  '127.0.0.1:80.evil.example',
  '',
];

describe('the local gateway', () => {
  for (const path of PATHS) {
    it(`does not answer ${path} to a page whose name was pointed at this machine, whatever the name`, async () => {
      await using gateway = await runningGateway({ fakes: { only: 'openai' } });
      for (const name of NAMES) {
        const head = `${path} HTTP/1.1\r\nhost: ${name}\r\nauthorization: Bearer ${gateway.key}\r\ncontent-length: 0\r\n\r\n`;
        const { status, body } = await rawHttp(gateway.origin, [head]);
        assert.equal(status, 421, name);
        assert.match(body, /"code":"foreign_host"/);
      }
    });
  }

  for (const name of ['127.0.0.1', 'localhost:8787', '[::1]:1']) {
    it(`answers at ${name}`, async () => {
      await using gateway = await runningGateway({ fakes: { only: 'openai' } });
      const head = `GET /v1/models HTTP/1.1\r\nhost: ${name}\r\nauthorization: Bearer ${gateway.key}\r\n\r\n`;
      assert.equal((await rawHttp(gateway.origin, [head])).status, 200);
    });
  }

  it('answers at a name that the operator allows, with any port and in any case', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' }, hosts: ['host.docker.internal'] });
    for (const name of ['host.docker.internal:8787', 'HOST.docker.internal']) {
      const head = `GET /v1/models HTTP/1.1\r\nhost: ${name}\r\nauthorization: Bearer ${gateway.key}\r\n\r\n`;
      assert.equal((await rawHttp(gateway.origin, [head])).status, 200, name);
    }
  });
});
