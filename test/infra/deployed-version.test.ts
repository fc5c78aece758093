import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployedVersion } from '../../infra/deployed-version.ts';

test('the deployed version names the package and the commit, and its instant as dashboards take it', (context) => {
  const version = deployedVersion();
  if (version === undefined) {
    context.skip('There is no repository of git here.');
    return;
  }
  assert.match(version.name, /^\d+\.\d+\.\d+\+[0-9a-f]{12}(-changed)?$/);
  assert.match(version.committedAt ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
});
