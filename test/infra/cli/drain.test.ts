import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommand } from '../../../infra/cli/run-command.ts';
import { deploymentId, runningGateway } from '../../support/running-gateway.ts';

const FAKES = { first: 'openai', second: 'openai' } as const;
const CONFIG = { statistics: { refreshMs: 0, staleMs: 0, readTimeoutMs: 5000 } };
const QUESTION = { model: 'all', messages: [{ role: 'user' as const, content: 'Hello?' }] };

describe('nemo drain', () => {
  it('sends a deployment no calls until undrain, and health says why', async () => {
    await using gateway = await runningGateway({ fakes: FAKES, config: CONFIG });
    const at = ['--local', gateway.origin];
    const servedBy = async (): Promise<string> => (await gateway.openai().chat.completions.create(QUESTION)).model;
    assert.equal(await servedBy(), deploymentId('first'));
    const drained = await runCommand(['drain', deploymentId('first'), '--for', '2h', ...at], {});
    assert.match(drained.text, /first\/fake-model gets no calls until \d{4}-/);
    assert.equal(await servedBy(), deploymentId('second'));
    assert.match((await runCommand(['health', ...at], {})).text, /first\/fake-model +ejected until .*drained by hand/);
    const undrained = await runCommand(['undrain', deploymentId('first'), ...at], {});
    assert.match(undrained.text, /gets calls again.*\(drained\)/);
    assert.equal(await servedBy(), deploymentId('first'));
  });

  it('says what is wrong with a time or a name', async () => {
    await using gateway = await runningGateway({ fakes: FAKES });
    const at = ['--local', gateway.origin];
    const wrong = runCommand(['drain', deploymentId('first'), '--for', 'long', ...at], {});
    await assert.rejects(wrong, /--for must be a time up to 7d/);
    const unknown = runCommand(['drain', 'nobody', ...at], {});
    await assert.rejects(unknown, /has no deployment "nobody"\. It has first\/fake-model, second\/fake-model/);
  });

  it('undrains nothing that was not set aside', async () => {
    await using gateway = await runningGateway({ fakes: FAKES });
    const { text } = await runCommand(['undrain', deploymentId('first'), '--local', gateway.origin], {});
    assert.match(text, /was not set aside/);
  });
});
