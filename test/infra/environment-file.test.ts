import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { readEnvironment } from '../../infra/environment-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'environments-'));
const folder = pathToFileURL(`${directory}/`);
after(() => rmSync(directory, { recursive: true }));

const VALID = {
  providers: { openai: { protocol: 'openai', apiKey: 'OPENAI_API_KEY' } },
  deployments: { 'openai/small': { provider: 'openai', model: 'small' } },
  aws: { region: 'eu-central-1' },
};
writeFileSync(join(directory, 'staging.json'), JSON.stringify(VALID));
writeFileSync(join(directory, 'torn.json'), '{"providers": ');
writeFileSync(join(directory, 'typo.json'), JSON.stringify({ ...VALID, maxAttemps: 2 }));
writeFileSync(join(directory, 'Not-A-Name.json'), JSON.stringify(VALID));

function messageOf(name: unknown): string {
  const file = readEnvironment(name, folder);
  return file.kind === 'invalid' ? file.message : '';
}

describe('readEnvironment', () => {
  test('gives the configuration and the settings of the stack', () => {
    const file = readEnvironment('staging', folder);
    assert.ok(file.kind === 'read');
    assert.equal(file.environment.name, 'staging');
    assert.equal(file.environment.aws.region, 'eu-central-1');
    assert.equal(file.environment.config.maxAttempts, 3);
  });

  test('says how to name an environment where none is named', () => {
    for (const name of [undefined, '', 3]) {
      assert.equal(messageOf(name), 'Say which environment: -c env=staging. There are: staging, torn, typo.');
    }
  });

  test('says which there are where one is unknown', () => {
    assert.match(
      messageOf('stagign'),
      /^There is no environment "stagign"\. Did you mean staging\? There are: staging, torn, typo\./,
    );
    assert.match(messageOf('../package'), /^There is no environment/);
    assert.match(messageOf('Not-A-Name'), /lower-case letters/);
  });

  test('names the file and every mistake in it', () => {
    assert.match(messageOf('torn'), /torn\.json is not valid JSON/);
    assert.match(
      messageOf('typo'),
      /typo\.json has errors:\n {2}maxAttemps is not a setting: did you mean maxAttempts\. Example: "maxAttempts": 3$/,
    );
  });
});
