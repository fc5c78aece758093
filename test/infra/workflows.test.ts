import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

const ROOT = new URL('../../', import.meta.url);
const FOLDER = new URL('.github/workflows/', ROOT);

/** By file name. */
const workflows = new Map(
  readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')] as const),
);
const roles = readFileSync(new URL('infra/ci/github-roles.yaml', ROOT), 'utf8');

describe('the workflows', () => {
  test('use actions of others by their commit, which nobody can move', () => {
    const uses = [...workflows.values()].flatMap((text) =>
      [...text.matchAll(/uses: (\S+)/g)].map(([, name]) => name ?? ''),
    );
    const others = uses.filter((name) => !name.startsWith('./'));
    assert.ok(others.length > 0);
    assert.deepEqual(
      others.filter((name) => !/@[0-9a-f]{40}$/.test(name)),
      [],
    );
  });

  test('may read the code by default and nothing else', () => {
    for (const [name, text] of workflows) {
      assert.match(text, /^permissions:\n {2}contents: read$/m, name);
    }
  });

  test('put no expression into a script, where the text of a stranger would be run', () => {
    for (const [name, text] of workflows) {
      const scripts = [...text.matchAll(/run: (?:\|\n((?: {10}.*\n?)+)|(.*))/g)].map(([script]) => script);
      assert.deepEqual(
        scripts.filter((script) => script.includes('${{')),
        [],
        name,
      );
    }
  });

  test('run scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
    const asked = [...workflows.values()].flatMap((text) =>
      [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name),
    );
    assert.deepEqual(
      asked.filter((name) => name === undefined || scripts[name] === undefined),
      [],
    );
  });

  test('deploy only from the environment of GitHub that the role trusts, and diff with a role that cannot deploy', () => {
    assert.match(workflows.get('deploy-environment.yml') ?? '', /environment: \$\{\{ inputs\.environment \}\}/);
    assert.match(roles, /:sub: !Sub 'repo:\$\{Repository\}:environment:\$\{Environment\}'/);
    const [, diff = ''] = roles.split('DiffRole:');
    assert.match(diff, /:sub: !Sub 'repo:\$\{Repository\}:pull_request'/);
    assert.doesNotMatch(diff.split('Outputs:')[0] ?? '', /deploy-role|publishing/);
    assert.deepEqual(
      [...new Set(roles.match(/Action: \S+/g))],
      ['Action: sts:AssumeRoleWithWebIdentity', 'Action: sts:AssumeRole'],
    );
  });

  test('are made by a command whose stack is of the environment that it names, so that a second one leaves the first', () => {
    assert.match(roles, /--stack-name nemorouter-ci-(\S+) [\s\S]*? Environment=\1\n/);
  });
});
