import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkedRelease, type ReleaseAnswer } from '../support/checked-release.ts';
import { shipped, templateOf } from './synthesised.ts';

const PRELUDE = '{"statusCode":200,"headers":{"content-type":"application/json"}}\0\0\0\0\0\0\0\0';

function chunks(...texts: readonly string[]): ReleaseAnswer {
  return async function* () {
    for (const text of texts) {
      yield { PayloadChunk: { Payload: Buffer.from(text) } };
    }
    yield { InvokeComplete: {} };
  };
}

const OUTCOMES: readonly (readonly [what: string, answer: ReleaseAnswer, status: 'Succeeded' | 'Failed'])[] = [
  ['answers 200', chunks(PRELUDE, '{"status":"ok"}'), 'Succeeded'],
  ['answers 200 in pieces', chunks(PRELUDE.slice(0, 9), PRELUDE.slice(9), '{"status":"ok"}'), 'Succeeded'],
  ['answers 500', chunks(PRELUDE.replace('200', '500'), '{"error":{}}'), 'Failed'],
  ['answers 2000', chunks(PRELUDE.replace('200', '2000')), 'Failed'],
  ['speaks of 200 in its body alone', chunks('{"errorMessage":"no {\\"statusCode\\":200"}'), 'Failed'],
  ['answers nothing', chunks(), 'Failed'],
  [
    'does not start',
    async function* () {
      yield { InvokeComplete: { ErrorCode: 'Runtime.ExitError', ErrorDetails: 'exit status 1' } };
    },
    'Failed',
  ],
  [
    'may not be called',
    async function* () {
      // It breaks before it has anything to say.
      yield await Promise.reject<never>(new Error('AccessDeniedException'));
    },
    'Failed',
  ],
];

describe("CodeDeploy's hook before a new version gets a call", () => {
  for (const [what, answer, expected] of OUTCOMES) {
    test(`says ${expected} of a version that ${what}`, async () => {
      const { asked, reported } = await checkedRelease(answer);
      assert.deepEqual(reported, [{ deploymentId: 'd-1', lifecycleEventHookExecutionId: 'hook-1', status: expected }]);
      assert.equal(asked.FunctionName, 'arn:of:the:version');
    });
  }

  test('is the hook of every deployment of the form event, calls the new version, and may call no other', () => {
    const template = templateOf(shipped('prod'));
    const [alias] = Object.values(template.findResources('AWS::Lambda::Alias'));
    assert.ok(alias !== undefined);
    const { Ref: hook } = alias.UpdatePolicy.CodeDeployLambdaAliasUpdate.BeforeAllowTrafficHook;
    const [version = ''] = Object.keys(template.findResources('AWS::Lambda::Version'));
    const { Properties } = template.findResources('AWS::Lambda::Function')[hook] ?? {};
    assert.deepEqual(Properties.Environment.Variables, { RELEASE: { Ref: version } });
    const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
      id.startsWith('RolloutCheck'),
    );
    const statements = policies.flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement);
    assert.deepEqual(
      statements.map(({ Action, Resource }) => [Action, Object.keys(Resource)]),
      [
        [['logs:CreateLogStream', 'logs:PutLogEvents'], ['Fn::GetAtt']],
        ['lambda:InvokeFunction', ['Ref']],
        ['codedeploy:PutLifecycleEventHookExecutionStatus', ['Fn::Join']],
      ],
    );
  });

  test('is not there where the form is web, which CodeDeploy does not deploy', () => {
    const web = templateOf(shipped('prod', { form: 'web' }));
    assert.deepEqual(Object.keys(web.findResources('AWS::Lambda::Alias')), []);
  });
});

describe('a rollout that no alarm stops', () => {
  test('moves all calls at once, looks at no alarm and calls nothing before', () => {
    const template = templateOf(shipped('prod', { rollout: 'unguarded' }));
    template.hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
      DeploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce',
      AlarmConfiguration: { Enabled: false },
    });
    const [alias] = Object.values(template.findResources('AWS::Lambda::Alias'));
    assert.equal(alias?.UpdatePolicy.CodeDeployLambdaAliasUpdate.BeforeAllowTrafficHook, undefined);
  });
});
