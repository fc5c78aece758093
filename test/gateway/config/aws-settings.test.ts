import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AwsSettings } from '../../../functions/gateway/config/aws-settings.ts';
import { problemLine } from '../../../functions/gateway/config/config-problem.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';

const FILE = {
  providers: { openai: { protocol: 'openai', apiKey: 'OPENAI_API_KEY' } },
  deployments: { 'openai/gpt-4.1': { provider: 'openai', model: 'gpt-4.1' } },
};

function proberOf(aws: object): AwsSettings['prober'] | string {
  const parsed = parseConfig({ ...FILE, aws });
  return parsed.kind === 'parsed' ? parsed.aws.prober : parsed.problems.map(problemLine).join('\n');
}

describe('aws.prober', () => {
  test('is off where nobody says so: it spends money', () => {
    assert.equal(proberOf({}), 'off');
    assert.equal(proberOf({ prober: 'off' }), 'off');
  });

  test('is on with an interval from one to ten minutes', () => {
    for (const everyMinutes of [1, 5, 10]) {
      assert.deepEqual(proberOf({ prober: { everyMinutes } }), { everyMinutes, canary: false });
    }
  });

  for (const prober of [
    'on',
    true,
    {},
    { everyMinutes: 0 },
    { everyMinutes: 1.5 },
    { everyMinutes: 11 },
    { minutes: 1 },
  ]) {
    test(`is refused as ${JSON.stringify(prober)}, with an example of what would do`, () => {
      const problem = proberOf({ prober });
      assert.ok(typeof problem === 'string');
      assert.match(problem, /^aws\.prober.* Example: .*"everyMinutes":1/);
    });
  }
});
