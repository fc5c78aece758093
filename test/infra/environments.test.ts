import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { problemLine } from '../../functions/gateway/config/config-problem.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';

const folder = new URL('../../infra/environments/', import.meta.url);

for (const name of await readdir(folder)) {
  test(`infra/environments/${name} is valid`, async () => {
    const result = parseConfig(JSON.parse(await readFile(new URL(name, folder), 'utf8')));
    assert.deepEqual(result.kind === 'invalid' ? result.problems.map(problemLine) : [], []);
  });
}
