import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { checkedConfigJson, readCheckedConfig } from '../../../functions/gateway/config/checked-config.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import type { GatewayConfig } from '../../../functions/gateway/core/model/gateway-config.ts';

describe('a configuration that was checked when the code was bundled', () => {
  for (const environment of ['dev', 'prod']) {
    it(`is read as it was checked: ${environment}`, () => {
      const config = shipped(environment);
      assert.deepEqual(readCheckedConfig(checkedConfigJson(config)), config);
    });
  }

  it('keeps its order where a name looks like a number', () => {
    const config = shipped('dev');
    const [first] = Object.values(config.routes);
    assert.ok(first !== undefined);
    const routes = { ...config.routes, '7': first };
    assert.deepEqual(readCheckedConfig(checkedConfigJson({ ...config, routes })).routes['7'], first);
  });

  it('finds nothing by the names that every object inherits', () => {
    const { providers, deployments, routes } = readCheckedConfig(checkedConfigJson(shipped('dev')));
    for (const record of [providers, deployments, routes]) {
      assert.equal(Object.getPrototypeOf(record), null);
    }
  });

  it('is refused where it was changed since', () => {
    const changed = checkedConfigJson(shipped('dev')).replace('"maxAttempts":3', '"maxAttempts":4');
    assert.throws(() => readCheckedConfig(changed), /not the one that was checked/);
  });

  it('is refused where it is a plain configuration file', () => {
    assert.throws(() => readCheckedConfig(text('dev')), /not the one that was checked/);
  });
});

function shipped(environment: string): GatewayConfig {
  const parsed = parseConfig(JSON.parse(text(environment)));
  assert.equal(parsed.kind, 'parsed');
  return parsed.config;
}

function text(environment: string): string {
  return readFileSync(new URL(`../../../infra/environments/${environment}.json`, import.meta.url), 'utf8');
}
