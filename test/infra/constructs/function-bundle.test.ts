import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Bundle, bundleOf } from '../../support/bundle-of.ts';

/** Compiling takes a millisecond for some 35 KB, at every cold start. */
const MAX_BYTES = 680_000;

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
    const packages = [...bundle.bytes.keys()].filter((owner) => !owner.startsWith('functions/'));
    assert.deepEqual(packages.toSorted(), SHIPPED);
  });

  test('has nothing of the commands, the stack or the simulated providers', () => {
    const own = [...bundle.bytes.keys()].filter((owner) => owner.startsWith('functions/'));
    assert.deepEqual(
      own.filter((owner) => !owner.startsWith('functions/gateway')),
      [],
    );
  });
});
