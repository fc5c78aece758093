import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { EVERY_PROTOCOL, protocolGateway } from './support/every-protocol.ts';
import { sourcesUnder } from './support/sources.ts';
import { SURFACE_FORMS } from './support/surface-forms.ts';

/** Classes of published advisories that are closed by how things are made: what would open them again fails here. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function problemsOf(provider: object): readonly string[] {
  const parsed = parseConfig({ providers: { one: provider }, deployments: { a: { provider: 'one', model: 'm' } } });
  return parsed.kind === 'invalid' ? parsed.problems.map(String) : [];
}

describe('a region that is another host (as AWS SDK for JavaScript, January 2026)', () => {
  const REGIONS = [
    ...['us-east-1.evil.test', 'evil.test/', 'evil.test#', 'x@evil.test', '../evil', 'us east', 'US-EAST-1', ''],
    ...['us-east-1\n', 'us-east-1\u0000', '\uff55s-east-1', '169.254.169.254', '[::1]', '%2e', 'us-east-1:80'],
  ];
  for (const region of REGIONS) {
    it(`is refused before an address is made of it: ${JSON.stringify(region)}`, () => {
      for (const own of [
        { protocol: 'bedrock' },
        { host: 'bedrock' },
        { host: 'vertex', project: 'p', apiKey: 'KEY' },
      ]) {
        assert.notDeepEqual(problemsOf({ ...own, region }), [], JSON.stringify(own));
      }
    });
  }
});

describe("undici's advisories of 2026", () => {
  const sources = sourcesUnder(`${ROOT}functions`);

  it('find no WebSocket, upgrade, interceptor, cache, decompression or fetch of it in use (CVE-2026-1526 to -1528, -2229, -2581, -22036)', () => {
    const imports = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/^import (?!type)[^;]*from '(undici[^']*)'/gm)].map(([, name]) => `${path}: ${name}`),
    );
    assert.ok(imports.length > 0);
    assert.deepEqual(
      imports.filter((one) => !one.endsWith(': undici/lib/dispatcher/pool.js')),
      [],
    );
    const used = sources.filter(({ text }) =>
      /\b(?:new WebSocket|\.upgrade\(|\.compose\(|interceptors\.|upgrade:)/.test(text),
    );
    assert.deepEqual(
      used.filter(({ path }) => !path.includes('/page/browser/')).map(({ path }) => path),
      [],
    );
  });

  it('find no header twice in a request, in whatever case (CVE-2026-1525)', () => {
    const base = { protocol: 'openai', baseUrl: 'http://v.test/v1' };
    for (const headers of [
      { 'Content-Length': '1' },
      { 'content-length': '1' },
      { 'Transfer-Encoding': 'chunked' },
      { Connection: 'close' },
      { Upgrade: 'h2c' },
      { Expect: '100-continue' },
      { 'X-A': '1', 'x-a': '2' },
    ]) {
      assert.notDeepEqual(problemsOf({ ...base, headers }), [], JSON.stringify(headers));
    }
    assert.deepEqual(problemsOf({ ...base, headers: { 'X-A': '1' } }), []);
  });
});

describe('signs that stand for any text (as new-api, CVE-2026-25591)', () => {
  for (const form of SURFACE_FORMS) {
    it(`name no model on ${form.name}`, async () => {
      for (const protocol of EVERY_PROTOCOL) {
        const gateway = protocolGateway(protocol);
        for (const name of [
          '%',
          'a%',
          'al_',
          '*',
          'al*',
          '.*',
          'a??',
          'all%00',
          'ALL',
          ' all',
          'all ',
          'al\u0000l',
          '$where',
        ]) {
          const { status } = await gateway.ask(form.path, JSON.stringify(form.body(name, {})));
          assert.ok(status === 404 || status === 400, `${name}: ${status}`);
        }
        assert.equal(gateway.sent.length, 0);
      }
    });
  }
});

describe('a package that is not what was reviewed (as LiteLLM on PyPI, March 2026)', () => {
  it('is not installed: every package of the lock has its hash, and every dependency its exact version', () => {
    const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly inBundle?: boolean }>>;
    };
    const unhashed = Object.entries(lock.packages).filter(
      ([path, { integrity, inBundle }]) => path !== '' && integrity === undefined && inBundle !== true,
    );
    assert.deepEqual(
      unhashed.map(([path]) => path),
      [],
    );
    const own = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as Readonly<
      Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>
    >;
    const ranges = Object.entries({ ...own.dependencies, ...own.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
    );
    assert.deepEqual(ranges, []);
  });
});
