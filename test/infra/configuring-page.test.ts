import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import { configWarnings } from '../../functions/gateway/config/config-warnings.ts';
import { HOST_NAMES } from '../../functions/gateway/config/host-names.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  parseJson,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { catalogueOf } from '../../infra/catalogue/catalogue.ts';
import { startLocalSystem } from '../../infra/local/local-system.ts';

const PAGE = readFileSync(new URL('../../infra/CONFIGURING.md', import.meta.url), 'utf8');

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** Whole files as a page shows them. */
function filesOn(page: string): readonly JsonObject[] {
  return [...page.matchAll(/```json\n(\{[\s\S]*?\n\})\n```/g)].flatMap(([, text = '']) => {
    const json = parseJson(text);
    return isJsonObject(json) && 'deployments' in json ? [json] : [];
  });
}

const FILES = [
  ...filesOn(PAGE).map((file, index) => [`file ${index + 1} of the page`, file] as const),
  ...filesOn(README).map((file, index) => [`file ${index + 1} of the README`, file] as const),
];

test('the page about configuring names every known host', () => {
  const names = HOST_NAMES.filter((name) => name !== 'google-ai');
  assert.deepEqual(
    names.filter((name) => !PAGE.includes(`\`${name}\``)),
    [],
  );
});

describe('a whole configuration', () => {
  it('is three times on the page about configuring', () => {
    assert.equal(filesOn(PAGE).length, 3);
  });

  for (const [name, file] of FILES) {
    it(`starts a gateway that serves its routes, and nothing of it is unknown: ${name}`, async () => {
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
