import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AssumedModel } from '../../../infra/cli/models.ts';
import { runCommand } from '../../../infra/cli/run-command.ts';
import { runningGateway } from '../../support/running-gateway.ts';

describe('nemo models', () => {
  it('says of each deployment of an environment what is assumed, and who says it', async () => {
    const { text, exitCode } = await runCommand(['models', '--env', 'dev'], {});
    assert.equal(exitCode, 0);
    assert.match(text, /^openai\/gpt-5-mini: gpt-5-mini at openai, spoken to in openai$/m);
    assert.match(text, /^ {2}contextWindow +\d+ +\S/m);
    const models: readonly AssumedModel[] = JSON.parse(
      (await runCommand(['models', '--env', 'dev', '--json'], {})).text,
    );
    for (const { facts, id } of models) {
      assert.ok(facts.length > 0, id);
      assert.ok(
        facts.every(({ from }) => /^file$|^rule$|, \d{4}-\d\d$|genai-prices \d/.test(from)),
        JSON.stringify(facts),
      );
    }
  });

  it('shows one deployment, with the rules of its protocol and those that the file corrects', async () => {
    await using gateway = await runningGateway({
      fakes: { one: 'anthropic' },
      deployments: { one: { model: 'claude-haiku-4-5', inputPrice: 7, rules: { forcedTools: false } } },
    });
    const words = ['models', 'one/fake-model', '--local', gateway.baseUrl];
    const { text } = await runCommand([...words, '--rules'], {});
    assert.match(text, /^one\/fake-model: claude-haiku-4-5 at compatible, spoken to in anthropic$/m);
    assert.match(text, /^ {2}inputPrice +7 +file$/m);
    assert.match(text, /^ {2}outputPrice +- +nobody says it$/m);
    assert.match(text, /^ {2}maxOutputTokens +64000 +rule$/m);
    assert.match(text, /^ {2}thinking +budget +rule$/m);
    assert.match(text, /^ {2}forcedTools +false +file$/m);
    assert.doesNotMatch((await runCommand(words, {})).text, /thinking/);
  });

  it('says which deployments there are where one is asked for that is not', async () => {
    await assert.rejects(
      runCommand(['models', 'gpt-5', '--env', 'dev'], {}),
      /There is no deployment "gpt-5"\. There are: openai\//,
    );
  });
});
