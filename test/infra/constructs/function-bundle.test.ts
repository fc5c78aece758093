import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { checkedConfigJson } from '../../../functions/gateway/config/checked-config.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import { ReadableStream as LightReadableStream } from '../../../infra/constructs/light-modules/stream-web.ts';
import { type Bundle, bundleOf, writeBundle } from '../../support/bundle-of.ts';
import { type StartedBundle, startedBundle } from '../../support/started-bundle.ts';

/** Compiling takes a millisecond for some 25 KB, at every cold start. */
const MAX_LOADED_BYTES = 500_000;
/** Of it, what has to be compiled before the first read of a start is on its way. */
const MAX_FIRST_BYTES = 150_000;
/** With what is loaded where the configuration or a call asks for it, and the parser of HTTP. */
const MAX_BYTES = 700_000;

/** All code of others that runs in production. */
const SHIPPED: readonly string[] = ['@middy/core', 'undici'];

/** What is loaded where it is asked for. */
const LATER =
  /^(?:amazon-protocols|google-protocols|anthropic-messages|openai-responses|openai-completions|kept-|status-)/;

function partOf(module: string): string {
  return module.replace(/-[0-9A-Z]{8}\.mjs$/, '');
}

/** What the stack sets, with nobody at the addresses: reads fail, and the start goes on. */
const VARIABLES = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'not-a-secret',
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
  AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:1',
  NEMO_ENVIRONMENT: 'test',
  NEMO_CONFIG_FILE: 'config.json',
  NEMO_STATISTICS_TABLE: 'statistics',
  NEMO_KEYS_TABLE: 'keys',
  NEMO_SECRET_ID: 'secret',
};

describe("the gateway's bundle", () => {
  let bundle: Bundle;
  let folder: string;
  before(async () => {
    bundle = await bundleOf('gateway');
    folder = await mkdtemp(join(tmpdir(), 'nemo-bundle-'));
    await writeBundle(bundle, folder);
    await writeFile(join(folder, 'page.html'), '<!doctype html>');
  });
  after(() => rm(folder, { recursive: true }));

  function bytesOf(names: readonly string[]): number {
    return names.reduce((sum, name) => sum + (bundle.files.get(name)?.byteLength ?? 0), 0);
  }

  /** Its start with these providers, a deployment of each. */
  async function started(providers: Readonly<Record<string, object>>): Promise<StartedBundle> {
    const named = Object.keys(providers).map((provider) => [`${provider}/m`, { provider, model: 'm' }]);
    const parsed = parseConfig({ providers, deployments: Object.fromEntries(named) });
    assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
    await writeFile(join(folder, 'config.json'), checkedConfigJson(parsed.config));
    return startedBundle(folder, VARIABLES);
  }

  test(`loads less than ${MAX_LOADED_BYTES / 1000} KB where OpenAI and Anthropic are called`, async () => {
    const { modules, failure } = await started({ openai: { apiKey: 'OPENAI' }, anthropic: { apiKey: 'ANTHROPIC' } });
    assert.equal(failure, undefined);
    assert.deepEqual(
      modules.filter((name) => LATER.test(name)),
      [],
    );
    assert.ok(bytesOf(modules) < MAX_LOADED_BYTES, `${bytesOf(modules)} bytes: ${JSON.stringify([...bundle.bytes])}`);
  });

  test('loads the protocols of a cloud where it is called', async () => {
    const amazon = await started({ bedrock: { region: 'us-east-1' } });
    assert.deepEqual(amazon.modules.filter((name) => LATER.test(name)).map(partOf), ['amazon-protocols']);
    const vertex = { project: 'p', apiKey: 'SERVICE_ACCOUNT' };
    for (const provider of [{ google: { apiKey: 'GEMINI' } }, { vertex }]) {
      const { modules, failure } = await started(provider);
      assert.equal(failure, undefined);
      assert.deepEqual(modules.filter((name) => LATER.test(name)).map(partOf), ['google-protocols']);
    }
  });

  test(`loads less than ${MAX_FIRST_BYTES / 1000} KB before its first reads`, () => {
    // Where a variable is missing it comes no further.
    const { modules, failure } = startedBundle(folder);
    assert.match(failure ?? '', /AWS_REGION is missing/);
    assert.ok(bytesOf(modules) < MAX_FIRST_BYTES, `${bytesOf(modules)} bytes: ${modules}`);
  });

  test(`stays below ${MAX_BYTES / 1000} KB with all that may be loaded`, () => {
    const bytes = bytesOf([...bundle.files.keys()]);
    assert.ok(bytes < MAX_BYTES, `${bytes} bytes`);
  });

  test('fails to start where a file that each start needs is lost, and says which', async () => {
    const lost = join(folder, 'lost');
    for (const name of [...bundle.files.keys()].filter((file) => /^llhttp|^prepared-gateway/.test(file))) {
      await cp(join(folder, 'config.json'), join(lost, 'config.json'));
      await writeBundle(bundle, lost);
      await rm(join(lost, name));
      const { failure = '' } = startedBundle(lost, VARIABLES);
      assert.ok(failure.includes(name), `${name}: ${failure}`);
    }
  });

  test('is made of these packages and no other: no other client of the SDK, no CDK, nothing that checks configurations', () => {
    const packages = [...bundle.bytes.keys()].filter((owner) => !/^(functions|infra)\//.test(owner));
    assert.deepEqual(packages.toSorted(), SHIPPED);
  });

  test('has nothing of the commands, the stack or the simulated providers', () => {
    const own = [...bundle.bytes.keys()].filter((owner) => /^(functions|infra)\//.test(owner));
    assert.deepEqual(
      own.filter((owner) => !owner.startsWith('functions/gateway')),
      ['infra/constructs/light-modules'],
    );
  });

  test('loads no module of Node that its start has no use for', () => {
    const { ofNode } = startedBundle(folder);
    assert.ok(ofNode.includes('NativeModule crypto'), 'It was not evaluated.');
    const needless = [
      'assert',
      'zlib',
      'stream/web',
      'internal/crypto/webcrypto',
      'internal/fs/promises',
      'http2',
      'perf_hooks',
    ];
    assert.deepEqual(
      needless.filter((name) => ofNode.includes(`NativeModule ${name}`)),
      [],
    );
  });
});

describe('what stands for a module of Node in the bundle', () => {
  const lightAssert = createRequire(import.meta.url)('../../../infra/constructs/light-modules/assert.cjs');

  test('claims as Node does: a true one passes, a false one throws with its message', () => {
    lightAssert(1, 'of a number');
    assert.throws(() => lightAssert(0, 'of a number'), { code: 'ERR_ASSERTION', message: 'of a number' });
    assert.throws(() => lightAssert(undefined), { code: 'ERR_ASSERTION' });
  });

  test('knows a stream of the web from one of Node', () => {
    assert.ok(new ReadableStream() instanceof LightReadableStream);
    assert.ok(!(Readable.from(['a']) instanceof LightReadableStream));
  });
});
