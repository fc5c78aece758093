import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  credentialsOf,
  type LocalSecretsManager,
  startLocalSecretsManager,
} from '../../support/local-secrets-manager.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../../support/running-gateway.ts';
import { wireOf } from '../../support/wire-of.ts';

const { credential } = wireOf('openai');
const QUESTION = { model: 'all', messages: [{ role: 'user' as const, content: 'Hello?' }] };

describe('a credential that is rotated while the gateway runs', () => {
  let secrets: LocalSecretsManager;
  let gateway: RunningGateway<'only'>;
  let accepted: string;
  before(async () => {
    secrets = await startLocalSecretsManager();
    // A clock of its own that stands still: what happens here, happens within one second.
    gateway = await runningGateway({ fakes: { only: 'openai' }, credentials: credentialsOf(secrets, () => 1_000_000) });
    gateway.fakes.only.byDefault(({ headers }) =>
      credential(headers) === accepted ? { kind: 'answer' } : { kind: 'status', status: 401, meaning: 'unauthorized' },
    );
  });
  beforeEach(() => {
    accepted = 'first-key';
    secrets.set({ KEY_OF_THE_VENDOR: 'first-key' });
  });
  after(async () => {
    await gateway.close();
    await secrets.close();
  });

  it('costs no call, and no deployment is ejected for it', async () => {
    const openai = gateway.openai();
    await openai.chat.completions.create(QUESTION);
    accepted = 'second-key';
    secrets.set({ KEY_OF_THE_VENDOR: 'second-key' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => openai.chat.completions.create(QUESTION)));
    assert.ok(answers.every(({ model }) => model === deploymentId('only')));
    assert.equal(secrets.reads(), 2);
    const { attempts, candidates } = await gateway.record(10);
    assert.deepEqual(
      attempts.map(({ outcome }) => outcome),
      ['served'],
    );
    await openai.chat.completions.create(QUESTION);
    assert.deepEqual(
      (await gateway.record(11)).candidates.map(({ state }) => state),
      ['healthy'],
    );
    assert.equal(candidates.length, 1);
  });
});
