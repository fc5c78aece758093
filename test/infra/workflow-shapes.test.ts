import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WORKFLOWS, type Workflow, type WorkflowJob } from './workflow-files.ts';

/** Source: GitHub's "Workflow syntax": members of a job, and those of one that calls another workflow. */
const OF_JOB = ['needs', 'if', 'environment', 'runs-on', 'timeout-minutes', 'permissions', 'env', 'steps'];
const OF_CALL = ['needs', 'if', 'uses', 'with', 'secrets', 'permissions'];
const OF_STEP = ['id', 'name', 'if', 'uses', 'with', 'run', 'env'];
const OF_WORKFLOW = ['name', 'on', 'permissions', 'concurrency', 'defaults', 'jobs'];
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  contents: ['read'],
  deployments: ['read'],
  'id-token': ['write'],
};
/** Source: GitHub's "Contexts reference". */
const CONTEXTS = ['github', 'inputs', 'vars', 'secrets', 'steps', 'needs', 'env'];

function unknownIn(of: object, known: readonly string[]): readonly string[] {
  return Object.keys(of).filter((name) => !known.includes(name));
}

function neededBy({ needs = [] }: WorkflowJob): readonly string[] {
  return typeof needs === 'string' ? [needs] : needs;
}

/** The names in expressions, as `steps.good.outputs.sha`, of everything but of scripts. */
function namesIn(job: WorkflowJob): readonly string[] {
  const texts = [job.if ?? '', ...(job.steps ?? []).map((step) => step.if ?? ''), ...expressionsIn(job)];
  return texts.flatMap((text) => [...text.matchAll(/\b([a-z]+(?:\.[\w-]+)+)/g)].map(([, name]) => name ?? ''));
}

function expressionsIn(value: unknown): readonly string[] {
  return [...JSON.stringify(value).matchAll(/\$\{\{(.*?)\}\}/g)].map(([, text]) => text ?? '');
}

const JOBS = [...WORKFLOWS].flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ file, workflow, name, job })),
);

describe('a workflow', () => {
  for (const [file, workflow] of WORKFLOWS) {
    test(`${file} has members that GitHub knows, and a shell in which no part of a pipe fails unseen`, () => {
      assert.deepEqual(unknownIn(workflow, OF_WORKFLOW), []);
      const hasScripts = Object.values(workflow.jobs).some(({ steps }) => steps?.some(({ run }) => run !== undefined));
      assert.equal(workflow.defaults?.run?.shell, hasScripts ? 'bash' : undefined);
    });
  }

  for (const { file, workflow, name, job } of JOBS) {
    test(`${file} has a job ${name} of members and rights that GitHub knows`, () => {
      assert.deepEqual(unknownIn(job, job.uses === undefined ? OF_JOB : OF_CALL), []);
      for (const [right, kind] of Object.entries(job.permissions ?? {})) {
        assert.ok(RIGHTS[right]?.includes(kind), `${right}: ${kind}`);
      }
    });

    test(`${file} has a job ${name} whose steps each run a script or use an action`, () => {
      const steps = job.steps ?? [];
      assert.equal(steps.length === 0, job.uses !== undefined);
      for (const step of steps) {
        assert.deepEqual(unknownIn(step, OF_STEP), []);
        assert.notEqual(step.run === undefined, step.uses === undefined);
      }
    });

    test(`${file} has a job ${name} that waits for jobs, and speaks of steps and inputs, that are there`, () => {
      assert.deepEqual(
        neededBy(job).filter((needed) => workflow.jobs[needed] === undefined),
        [],
      );
      for (const said of namesIn(job)) {
        assert.ok(isKnown(said, workflow, job), said);
      }
    });
  }

  for (const { file, name, job } of JOBS.filter(({ job: { uses } }) => uses !== undefined)) {
    const called = WORKFLOWS.get(job.uses?.replace('./.github/workflows/', '') ?? '');

    test(`${file} calls, in ${name}, a workflow that can be called, with the inputs that it wants and the rights that its jobs take`, () => {
      assert.ok(called !== undefined && 'workflow_call' in called.on, job.uses);
      const inputs = called.on.workflow_call?.inputs ?? {};
      assert.deepEqual(Object.keys(job.with ?? {}).sort(), Object.keys(inputs).sort());
      const taken = Object.values(called.jobs).flatMap(({ permissions = {} }) => Object.keys(permissions));
      assert.deepEqual(
        taken.filter((right) => job.permissions?.[right] === undefined),
        [],
      );
    });
  }

  test('puts every client that the suite installs before the gateway, on pull requests and before a deployment', () => {
    const scripts = (WORKFLOWS.get('check.yml')?.jobs.clients?.steps ?? []).flatMap(({ run = [] }) => run);
    const installing = scripts.at(-2) ?? '';
    assert.deepEqual(
      ['python-clients', 'node-clients', 'codex', 'claude-code'].filter((name) => !installing.includes(name)),
      [],
    );
    assert.equal(scripts.at(-1), 'npm run test:clients');
  });

  test('deploys prod after dev and dev after the checks, one push after the other', () => {
    const { dev, prod } = WORKFLOWS.get('deploy.yml')?.jobs ?? {};
    assert.deepEqual(
      [dev, prod].map((job) => job && neededBy(job)),
      [['check'], ['dev']],
    );
  });
});

function isKnown(said: string, workflow: Workflow, { steps = [] }: WorkflowJob): boolean {
  const [context = '', name = ''] = said.split('.');
  switch (context) {
    case 'steps':
      return steps.some(({ id }) => id === name);
    case 'inputs':
      return workflow.on.workflow_call?.inputs?.[name] !== undefined;
    default:
      return CONTEXTS.includes(context);
  }
}
