import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const WALK = fileURLToPath(new URL('../bench/coverage-walk.ts', import.meta.url));

/** The first version, which did less, ran 126 files and 461 functions by the same count. A flush that falls into the call adds a dozen. */
const MOST_FILES = 92;
const MOST_FUNCTIONS = 425;

describe('one streamed call with one failover', () => {
  it('runs no more code than whoever reads it can keep in mind', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [WALK]);
    const [, files, functions] = /^Second call: (\d+) files, (\d+) named functions\.$/m.exec(stdout) ?? [];
    assert.ok(Number(files) > 0 && Number(files) <= MOST_FILES, stdout);
    assert.ok(Number(functions) > 0 && Number(functions) <= MOST_FUNCTIONS, stdout);
  });
});
