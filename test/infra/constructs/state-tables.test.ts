import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ACCOUNT_PREFIX } from '../../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import { shipped, templateOf } from '../synthesised.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

describe("what the gateway may do with the keys' table", () => {
  const policies = Object.values(templateOf(shipped('dev')).findResources('AWS::IAM::Policy'));
  const statements: readonly Statement[] = policies
    .flatMap((policy) => policy.Properties.PolicyDocument.Statement as readonly Statement[])
    .filter(({ Resource }) => JSON.stringify(Resource).includes('StateKeys'));

  test('is to read a key and to update an account, and nothing else', () => {
    assert.deepEqual(statements.flatMap(({ Action }) => Action).sort(), ['dynamodb:GetItem', 'dynamodb:UpdateItem']);
  });

  for (const statusPage of [false, true]) {
    test(`the past is ${statusPage ? '' : 'not '}read where the live page is ${statusPage ? 'on' : 'off'}`, () => {
      const environment = shipped('dev');
      const shown = { ...environment, config: { ...environment.config, statusPage } };
      const text = JSON.stringify(templateOf(shown).findResources('AWS::IAM::Policy'));
      assert.equal(text.includes('dynamodb:Query'), statusPage);
    });
  }

  test('leaves out changing a key: updates are for items whose partition key begins as no hash does', () => {
    const [update] = statements.filter(({ Action }) => Action === 'dynamodb:UpdateItem');
    assert.deepEqual(update?.Condition, {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${ACCOUNT_PREFIX}*`] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    });
    assert.doesNotMatch(ACCOUNT_PREFIX, /^[0-9a-f]*$/);
  });
});
