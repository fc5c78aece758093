import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { arrayMember, member } from '../../functions/gateway/core/wire/json.ts';
import { shipped, templateOf } from './synthesised.ts';

const template = templateOf(shipped('prod'));

/** Every statement of the policies of roles. */
const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) =>
  arrayMember(member(Properties, 'PolicyDocument'), 'Statement'),
);

function resourcesFor(action: string): readonly unknown[] {
  return statements
    .filter((statement) => [member(statement, 'Action')].flat().includes(action))
    .flatMap((statement) => [member(statement, 'Resource')].flat());
}

function only(type: string): string {
  const ids = Object.keys(template.findResources(type));
  assert.equal(ids.length, 1);
  return ids[0] ?? '';
}

describe('what the functions may do', () => {
  test('with secrets is to read the one of the environment', () => {
    const resources = resourcesFor('secretsmanager:GetSecretValue');
    assert.ok(resources.length > 0);
    for (const resource of resources) {
      assert.deepEqual(resource, { Ref: only('AWS::SecretsManager::Secret') });
    }
    const actions = statements.flatMap((statement) => [member(statement, 'Action')].flat());
    assert.deepEqual(
      [...new Set(actions.filter((action) => String(action).startsWith('secretsmanager:')))],
      ['secretsmanager:GetSecretValue'],
    );
  });

  test('is only allowed, and names no action by a wildcard', () => {
    for (const statement of statements) {
      assert.equal(member(statement, 'Effect'), 'Allow');
      assert.doesNotMatch(JSON.stringify(member(statement, 'Action')), /\*/);
      assert.notEqual(member(statement, 'Resource'), '*');
    }
  });

  test('with logs is to write to their own group', () => {
    const groups = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    for (const resource of resourcesFor('logs:PutLogEvents')) {
      assert.ok(groups.some((group) => JSON.stringify(resource) === JSON.stringify({ 'Fn::GetAtt': [group, 'Arn'] })));
    }
  });

  test('ends when Lambda ends it, after the fifteen minutes that it allows a long stream', () => {
    template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'nemorouter-prod-gateway', Timeout: 900 });
  });
});
