import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import { UsageError } from '../../../infra/cli/command.ts';
import { runCommand } from '../../../infra/cli/run-command.ts';

const FILE = `
model_list:
  - model_name: gpt-4o
    litellm_params: { model: openai/gpt-4o, api_key: os.environ/MY_KEY, weight: 2 }
`;

describe('nemo import litellm', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'nemo-import-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  it('writes a configuration that is accepted, says what it left out and what to do next', async () => {
    const out = join(folder, 'out.json');
    const { text, exitCode } = await runCommand(['import', 'litellm', file('config.yaml', FILE), '--out', out], {});
    assert.equal(exitCode, 0);
    assert.equal(parseConfig(JSON.parse(readFileSync(out, 'utf8'))).kind, 'parsed');
    assert.match(text, /1 provider, 1 deployment, 1 route\./);
    assert.match(text, /model_list\[0\]\.litellm_params\.weight is not taken over/);
    assert.ok(text.includes(`npm start -- --config ${out}`));
  });

  it('writes what cannot be used yet, names what to mend, and ends with code 1', async () => {
    const out = join(folder, 'unfinished.json');
    const unfinished = 'model_list: [{ model_name: a, litellm_params: { model: azure/a } }]';
    const { text, exitCode } = await runCommand(
      ['import', 'litellm', file('azure.yaml', unfinished), '--out', out],
      {},
    );
    assert.equal(exitCode, 1);
    assert.match(text, /Mend these before it can be used:\n.*baseUrl.*resource/);
  });

  it('replaces no file', async () => {
    const out = file('kept.json', '{}');
    const command = runCommand(['import', 'litellm', file('config.yaml', FILE), '--out', out], {});
    await assert.rejects(command, /kept\.json exists/);
    assert.equal(readFileSync(out, 'utf8'), '{}');
  });

  for (const [name, content, says] of [
    ['that is not YAML', 'model_list: [', /cannot be read/],
    ['of something else', 'services: {}', /no list "model_list"/],
    [
      'without a model that can be served',
      'model_list: [{ model_name: "*", litellm_params: { model: "*" } }]',
      /pattern/,
    ],
  ] as const) {
    it(`refuses a file ${name} and says why`, async () => {
      const out = join(folder, 'never.json');
      const command = runCommand(['import', 'litellm', file('wrong.yaml', content), '--out', out], {});
      await assert.rejects(command, (error) => error instanceof UsageError && says.test(error.message));
    });
  }
});
