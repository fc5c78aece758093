import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import { configWarnings } from '../../functions/gateway/config/config-warnings.ts';
import { HOST_NAMES } from '../../functions/gateway/config/host-names.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { arrayMember, isJsonObject, parseJson, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { catalogueOf } from '../../infra/catalogue/catalogue.ts';
import { startLocalSystem } from '../../infra/local/local-system.ts';

const PAGE = readFileSync(new URL('../../infra/CONFIGURING.md', import.meta.url), 'utf8');

/** Whole files as the page shows them. */
const FILES = [...PAGE.matchAll(/```json\n(\{[\s\S]*?\n\})\n```/g)].flatMap(([, text = '']) => {
  const json = parseJson(text);
  return isJsonObject(json) && 'deployments' in json ? [json] : [];
});

test('the page about configuring names every known host', () => {
  const names = HOST_NAMES.filter((name) => name !== 'google-ai');
  assert.deepEqual(
    names.filter((name) => !PAGE.includes(`\`${name}\``)),
    [],
  );
});

describe('a whole file on the page about configuring', () => {
  it('is there three times', () => {
    assert.equal(FILES.length, 3);
  });

  for (const [index, file] of FILES.entries()) {
    it(`starts a gateway that serves its routes, and nothing of it is unknown: file ${index + 1}`, async () => {
      const parsed = parseConfig(file, catalogueOf(new Date('2026-11-29')));
      assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
      assert.deepEqual(configWarnings(parsed.config), []);
      const system = await startLocalSystem({
        config: parsed.config,
        key: 'nemo_of-the-tests',
        port: 0,
        credentials: async () => 'key-of-the-vendor',
        sign: async () => ({}),
        onRecord: () => undefined,
        onStoreError: () => undefined,
      });
      try {
        const headers = { authorization: 'Bearer nemo_of-the-tests' };
        const models: unknown = await (await fetch(`${system.baseUrl}/models`, { headers })).json();
        const ids = arrayMember(models, 'data').map((model) => stringMember(model, 'id'));
        const { routes, deployments } = parsed.config;
        for (const name of [...Object.keys(routes), ...Object.keys(deployments)]) {
          assert.ok(ids.includes(name), name);
        }
      } finally {
        await system.close();
      }
    });
  }
});
