import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { jobOf, stepOf } from './workflow-files.ts';

const deploy = jobOf('deploy-environment.yml', 'deploy');
const diff = jobOf('check.yml', 'diff');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nemo-workflow-'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number | null;
  readonly text: string;
  /** What was called, each with its words. */
  readonly calls: readonly string[];
  /** What the step says to later ones. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Runs a step as GitHub's runner does, over stand-ins of the programs that it calls: each is the script that answers. */
function run(script: string, env: Readonly<Record<string, string>>, programs: Readonly<Record<string, string>>): Ran {
  for (const [name, answers] of Object.entries(programs)) {
    const file = join(folder, 'bin', name);
    writeFileSync(file, `#!/bin/bash\necho "${name} $*" >> "$CALLS"\n${answers}\n`);
    chmodSync(file, 0o755);
  }
  writeFileSync(join(folder, 'step.sh'), script);
  const files = { CALLS: join(folder, 'calls'), GITHUB_OUTPUT: join(folder, 'outputs') };
  const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', 'step.sh'], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      GITHUB_REPOSITORY: 'me/nemo',
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      ENVIRONMENT: 'prod',
      ...files,
      ...env,
    },
  });
  const linesOf = (file: string): readonly string[] =>
    existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const outputs = linesOf(files.GITHUB_OUTPUT).map((line) => line.split('=', 2) as [string, string]);
  return { code: status, text: stdout + stderr, calls: linesOf(files.CALLS), outputs: Object.fromEntries(outputs) };
}

const good = stepOf(deploy, 'Find the last good commit');
const smoke = stepOf(deploy, 'Smoke');
const back = stepOf(deploy, 'Go back');

/** GitHub's answers: deployments, newest first, each with its commit and its state. */
function github(deployments: readonly (readonly [sha: string, state: string])[]): string {
  const list = deployments.map(([sha], index) => `${index} ${sha}`).join('\n');
  const states = deployments.map(([, state], index) => `*deployments/${index}/statuses*) echo ${state};;`).join('\n');
  return `case "$2" in\n${states}\n*environment=prod*) printf '%s' '${list}${list === '' ? '' : '\n'}';;\nesac`;
}

describe('the step that finds the last good commit', () => {
  const found = (deployments: Parameters<typeof github>[0]) => run(good, {}, { gh: github(deployments) });

  test('finds none before the first deployment, and lets that one go on', () => {
    const { code, outputs } = found([]);
    assert.deepEqual([code, outputs], [0, {}]);
  });

  test('finds none in the first deployment, which is under way', () => {
    assert.deepEqual(found([['new', 'in_progress']]).outputs, {});
  });

  test('passes over this deployment and over those that failed', () => {
    const known = [
      ['new', 'in_progress'],
      ['bad', 'failure'],
      ['stopped', 'error'],
      ['fine', 'success'],
      ['older', 'inactive'],
    ] as const;
    assert.deepEqual(found(known).outputs, { sha: 'fine' });
  });

  test('stops the job where GitHub does not answer', () => {
    assert.notEqual(run(good, {}, { gh: 'exit 1' }).code, 0);
  });
});

describe('the step that asks the deployed gateway', () => {
  const outputs = JSON.stringify({ 'nemorouter-prod': { BaseUrl: 'https://x.example/v1' } });
  const ask = (key: string, npm: string) => {
    writeFileSync(join(folder, 'outputs.json'), outputs);
    return run(smoke, { NEMO_KEY: key }, { npm });
  };

  test('asks at the address that the stack has printed', () => {
    const { code, calls, outputs: told } = ask('nemo_x', 'exit 0');
    assert.deepEqual(
      [code, calls, told],
      [0, ['npm run nemo -- smoke https://x.example/v1'], { url: 'https://x.example/v1' }],
    );
  });

  test('fails where an answer is not what it should be, and has told the address before', () => {
    const { code, outputs: told } = ask('nemo_x', 'exit 1');
    assert.deepEqual([code, told], [1, { url: 'https://x.example/v1' }]);
  });

  test('asks nothing without a key, as at a first deployment, and warns', () => {
    const { code, calls, text } = ask('', 'exit 1');
    assert.deepEqual([code, calls], [0, []]);
    assert.match(text, /^::warning::The secret NEMO_KEY of prod is not set/);
  });
});

describe('the step that goes back', () => {
  const programs = { git: 'exit 0', npm: 'exit 0', npx: 'exit 0' };
  const env = { GOOD: 'fine', NEMO_KEY: 'nemo_x', URL: 'https://x.example/v1' };

  test('deploys the last good commit with its own packages, past the alarms, and asks it', () => {
    const { code, calls, text } = run(back, env, programs);
    assert.equal(code, 0);
    assert.deepEqual(calls, [
      'git checkout --quiet fine',
      'npm ci',
      'npx cdk deploy -c env=prod -c rollout=unguarded --require-approval never',
      'npm run nemo -- smoke https://x.example/v1',
    ]);
    assert.match(text, /::notice::prod has gone back to fine\./);
  });

  test('deploys nothing where there is none to go back to, and says so', () => {
    const { code, calls, text } = run(back, { ...env, GOOD: '' }, programs);
    assert.deepEqual([code, calls], [1, []]);
    assert.match(text, /::error::No deployment of prod has passed its smoke yet/);
  });

  test('deploys nothing where that commit is gone, and says so', () => {
    const { code, calls, text } = run(back, env, { ...programs, git: 'exit 1' });
    assert.deepEqual([code, calls.length], [1, 1]);
    assert.match(text, /::error::The last good commit, fine, is not in/);
  });

  test('says that it has gone back only where the gateway answers then', () => {
    const { code, text } = run(back, env, { ...programs, npm: '[ "$1" = ci ]' });
    assert.equal(code, 1);
    assert.doesNotMatch(text, /gone back/);
  });

  test('is taken after a failed smoke alone: what fails to deploy CloudFormation and CodeDeploy bring back themselves', () => {
    const step = deploy.steps?.find(({ name }) => name === 'Go back');
    assert.equal(step?.if, "failure() && steps.smoke.outcome == 'failure'");
  });
});

describe('the step that shows what a merge would change', () => {
  const show = diff.steps?.flatMap(({ run: script }) => (script?.includes('cdk diff') ? [script] : []))[0] ?? '';

  test('fails where the difference cannot be told, and shows why', () => {
    assert.equal(run(show, {}, { npx: 'echo no such stack >&2; exit 1' }).code, 1);
    assert.equal(readFileSync(join(folder, 'summary'), 'utf8'), 'no such stack\n');
  });
});
