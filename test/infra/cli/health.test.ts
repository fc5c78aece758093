import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { FleetStatus } from '../../../functions/gateway/core/status/fleet-status.ts';
import { runCommand } from '../../../infra/cli/run-command.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../../infra/local/local-dynamodb.ts';
import { deploymentId, runningGateway } from '../../support/running-gateway.ts';

const QUESTION = { model: 'all', messages: [{ role: 'user' as const, content: 'Hello?' }] };

/** What an ejected deployment stays for while these tests look. */
const EJECTING = { ejection: { consecutiveFailures: 1, baseCooldownMs: 60_000, maxCooldownMs: 60_000 } };

describe('nemo health', () => {
  let dynamoDb: LocalDynamoDb;
  beforeEach(async () => {
    dynamoDb = await startLocalDynamoDb();
  });
  afterEach(() => dynamoDb.close());

  it('shows who is ejected, why, and in which order a route would try them', async () => {
    const fakes = { first: 'openai', second: 'anthropic' } as const;
    const called = await runningGateway({ fakes, config: EJECTING, dynamoDb });
    called.fakes.first.byDefault({ kind: 'status', status: 503 });
    await called.openai().chat.completions.create(QUESTION);
    // Has written all that it knows when it is closed.
    await called.close();
    await using gateway = await runningGateway({ fakes, config: EJECTING, dynamoDb });
    const words = ['health', '--local', gateway.baseUrl];
    const { text, exitCode } = await runCommand(words, {});
    assert.match(text, /^local at \d{4}-/);
    assert.match(text, /first\/fake-model +ejected until \d\d:\d\d:\d\dZ \(failures, \d+ s more\)/);
    assert.match(text, /second\/fake-model +healthy +\d+ +\d+ +\d+ +\d+/);
    assert.match(text, /all +ordered +second\/fake-model \d+ > first\/fake-model \d+ \[ejected\]/);
    assert.equal(exitCode, 0);
    const status: FleetStatus = JSON.parse((await runCommand([...words, '--json'], {})).text);
    assert.deepEqual(
      status.deployments.map(({ id, state, ejection }) => [id, state, ejection?.reason]),
      [
        [deploymentId('first'), 'ejected', 'failures'],
        [deploymentId('second'), 'healthy', undefined],
      ],
    );
  });

  it('shows a gateway that nobody has called, without figures', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const { text, exitCode } = await runCommand(['health', '--local', gateway.origin], {});
    assert.match(text, /only\/fake-model +healthy +- +- +- +- +- +- +0\.00/);
    assert.equal(exitCode, 0);
  });

  it('fails where a route has nobody healthy', async () => {
    const fakes = { only: 'openai' } as const;
    const called = await runningGateway({ fakes, dynamoDb });
    called.fakes.only.byDefault({ kind: 'status', status: 401, meaning: 'unauthorized' });
    await assert.rejects(called.openai().chat.completions.create(QUESTION));
    await called.close();
    await using gateway = await runningGateway({ fakes, dynamoDb });
    const { text, exitCode } = await runCommand(['health', '--local', gateway.origin], {});
    assert.equal(exitCode, 1);
    assert.match(text, /ejected until .* \(credential or model id, /);
  });

  it('says that there is no local system where none answers', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const { origin } = gateway;
    await gateway.close();
    await assert.rejects(runCommand(['health', '--local', origin], {}), /No local system answers at .*npm start/);
    await assert.rejects(runCommand(['health', '--local', 'here'], {}), /--local must be an address/);
  });

  it('says that the tables are not there where the environment is not deployed', async () => {
    const aws = await startLocalDynamoDb('local');
    const asked = runCommand(['health', '--env', 'dev', '--endpoint', aws.endpoint], {});
    await assert.rejects(asked, /is the environment deployed, in this region and account\?/);
    await aws.close();
  });
});
