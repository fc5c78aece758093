import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explained } from '../../../infra/cli/aws-problem.ts';
import { UsageError } from '../../../infra/cli/command.ts';

function named(name: string, more: object = {}): Error {
  return Object.assign(new Error('what AWS said'), { name, ...more });
}

describe("a failure of AWS's", () => {
  const problems: readonly [Error, RegExp][] = [
    [named('CredentialsProviderError'), /no AWS credentials here\. Log in/],
    [named('ExpiredTokenException'), /does not take these credentials/],
    [named('UnrecognizedClientException'), /does not take these credentials/],
    [named('AccessDeniedException'), /may not do this/],
    [named('ResourceNotFoundException'), /is the environment deployed/],
    [named('ThrottlingException'), /Try again in a minute/],
    [named('Error', { code: 'ENOTFOUND' }), /check --region/],
    [new TypeError('fetch failed', { cause: named('Error', { code: 'ECONNREFUSED' }) }), /There was no answer/],
    [named('TimeoutError'), /There was no answer/],
  ];
  for (const [error, advice] of problems) {
    it(`says what to do about ${error.name} ${'code' in error ? error.code : ''}`, () => {
      const said = explained(error);
      assert.ok(said instanceof Error && advice.test(said.message) && said.message.includes(error.message));
    });
  }

  it('that nobody knows stays as it is', () => {
    const other = named('Error');
    assert.equal(explained(other), other);
    const usage = new UsageError('ENOTFOUND');
    assert.equal(explained(usage), usage);
    assert.equal(explained('text'), 'text');
  });
});
