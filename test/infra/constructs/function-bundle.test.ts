import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { ReadableStream as LightReadableStream } from '../../../infra/constructs/light-modules/stream-web.ts';
import { type Bundle, bundleOf } from '../../support/bundle-of.ts';

/** Compiling takes a millisecond for some 35 KB, at every cold start. */
const MAX_BYTES = 690_000;

/** All code of others that runs in production. */
const SHIPPED: readonly string[] = ['@middy/core', 'undici'];

describe("the gateway's bundle", () => {
  let bundle: Bundle;
  before(async () => {
    bundle = await bundleOf('functions/gateway/lambda.ts');
  });

  test(`stays below ${MAX_BYTES / 1000} KB`, () => {
    const bytes = Buffer.byteLength(bundle.code);
    assert.ok(bytes < MAX_BYTES, `${bytes} bytes: ${JSON.stringify([...bundle.bytes])}`);
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
    const loaded = modulesLoadedBy(bundle.code);
    assert.ok(loaded.includes('NativeModule crypto'), 'It was not evaluated.');
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
      needless.filter((name) => loaded.includes(`NativeModule ${name}`)),
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

/** All modules of Node that a process has loaded when the code has been evaluated: outside of Lambda it ends with a missing variable. */
function modulesLoadedBy(code: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'nemo-bundle-'));
  const file = join(folder, 'index.mjs');
  writeFileSync(file, code);
  const script = `await import(${JSON.stringify(file)}).catch(() => undefined); process.stdout.write(JSON.stringify(process.moduleLoadList));`;
  const loaded = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return JSON.parse(loaded);
}
