import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import type { RequestRecord } from '../../../functions/gateway/core/model/request-record.ts';
import { startLocalSystem } from '../../../infra/local/local-system.ts';
import { startFakeProvider } from '../../support/fake-provider.ts';

const PATHS = ['/chat/completions', '/messages', '/responses'];

describe('the local system that is stopped', () => {
  for (const path of PATHS) {
    it(`ends a stream of ${path} with an error event, records it and blames nobody`, async () => {
      const fake = await startFakeProvider('openai');
      fake.byDefault({ kind: 'stall', text: 'Hello there', afterChunks: 1 });
      const parsed = parseConfig({
        providers: { only: { protocol: 'openai', baseUrl: fake.baseUrl, apiKey: 'KEY' } },
        deployments: { one: { provider: 'only', model: 'm' } },
        probes: 'off',
      });
      assert.ok(parsed.kind === 'parsed');
      const records: RequestRecord[] = [];
      const system = await startLocalSystem({
        config: parsed.config,
        key: 'nemo_test',
        port: 0,
        credentials: async () => 'key',
        sign: async () => ({}),
        onRecord: (record) => void records.push(record),
        onStoreError: () => undefined,
      });
      const response = await fetch(system.baseUrl + path, {
        method: 'POST',
        headers: { authorization: 'Bearer nemo_test' },
        body: JSON.stringify({
          model: 'one',
          stream: true,
          max_tokens: 9,
          messages: [{ role: 'user', content: 'Hello' }],
          input: 'Hello',
        }),
      });
      assert.equal(response.status, 200);
      await system.close(50);
      assert.match(await response.text(), /event: error\ndata: .*restarting/s);
      assert.equal(records.length, 1);
      assert.equal(records[0]?.ending, 'hung-up');
      assert.deepEqual(records[0]?.attempts[0]?.failure, { kind: 'aborted', by: 'caller' });
      await fake.close();
    });
  }
});
