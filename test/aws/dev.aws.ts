import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient, ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import OpenAI from 'openai';
import {
  createTableInput,
  keysTable,
  statisticsTable,
} from '../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import type { FleetStatus } from '../../functions/gateway/core/status/fleet-status.ts';
import { numberMember, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { askAws, clientConfig } from '../../infra/cli/aws-access.ts';
import type { CredentialCheck } from '../../infra/cli/secrets-check.ts';
import { smokeChecks } from '../../infra/cli/smoke-checks.ts';
import { wireOf } from '../support/wire-of.ts';
import { type DeployedDev, deployedDev } from './support/deployed-dev.ts';
import { type GatewayOverAws, gatewayOverAws } from './support/gateway-over-aws.ts';

/*
 * `dev` from nothing, against an emulator of AWS: bootstrapped and deployed by the CDK's own CLI, given its secret and a first key, called,
 * watched and rotated by the operator's commands. `npm run test:aws`.
 *
 * What the emulator (moto 5.2.5) cannot do, and these tests therefore do not show: the types of resources listed in emulated-template.ts;
 * point-in-time recovery and the log group of a function, which it takes and forgets; percentiles, for which a loopback CloudWatch stands
 * in test/infra/cli/latency.test.ts; metrics of log lines; rights, since it lets everybody do everything. It runs no function either: the
 * gateway runs in this process, with the deployed function's variables (test/lambda runs the bundle under Lambda's own runtime).
 * The tests build on each other, as an operator's day does.
 */
describe('dev in an emulated AWS', { timeout: 300_000 }, () => {
  let dev: DeployedDev;
  let gateway: GatewayOverAws;
  before(async () => {
    dev = await deployedDev();
    gateway = await gatewayOverAws(dev);
  });
  after(async () => {
    await gateway?.close();
    await dev?.close();
  });

  const MODEL = 'openai/gpt-5-mini';
  let key = '';
  const ask = (by = key): Promise<unknown> =>
    new OpenAI({ baseURL: gateway.baseUrl, apiKey: by, maxRetries: 0 }).chat.completions.create({
      model: MODEL,
      messages: [{ role: 'user', content: 'Hello?' }],
    });

  it('is bootstrapped and deployed by the CDK, and a second time there is nothing to do', async () => {
    assert.match(dev.said.bootstrap, /bootstrapped/);
    assert.match(dev.said.deploy, /nemorouter-dev/);
    assert.match(await dev.deployAgain(), /no changes/);
  });

  it('has all but what the emulator cannot make', () => {
    assert.deepEqual(
      dev.leftOut.filter((type) => !CANNOT.includes(type)),
      [],
    );
  });

  it('has the tables that the gateway expects', async () => {
    const client = new DynamoDBClient(clientConfig(dev.access));
    for (const [definition, name] of [
      [statisticsTable, dev.names.statisticsTable],
      [keysTable, dev.names.keysTable],
    ] as const) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
      assert.deepEqual(Table?.KeySchema, createTableInput(definition, name).KeySchema);
    }
    client.destroy();
  });

  it('has the function with the bundle as its code, and the dashboard', async () => {
    const path = `/2015-03-31/functions/${dev.names.gatewayFunction}/configuration`;
    const configuration = await askAws(dev.access, { service: 'lambda', method: 'GET', path });
    assert.equal(stringMember(configuration, 'Runtime'), 'nodejs24.x');
    assert.ok((numberMember(configuration, 'CodeSize') ?? 0) > 50_000);
    const client = new CloudWatchClient(clientConfig(dev.access));
    const { DashboardEntries = [] } = await client.send(new ListDashboardsCommand({}));
    assert.ok(DashboardEntries.some(({ DashboardName }) => DashboardName === dev.names.dashboard));
    client.destroy();
  });

  it('has a secret without a value at first: `secrets check` says so, and what to do', async () => {
    const { text, exitCode } = await dev.nemo('secrets', 'check');
    assert.equal(exitCode, 1);
    assert.match(text, /It has no value yet/);
    assert.match(text, /secrets set OPENAI_API_KEY --env dev/);
  });

  it('has its credentials once the secret has them', async () => {
    await setSecret({ OPENAI_API_KEY: 'first-openai-key', ANTHROPIC_API_KEY: 'an-anthropic-key' });
    const half = JSON.parse((await dev.nemo('secrets', 'check', '--json')).text);
    assert.deepEqual(
      half.credentials.map(({ name, state }: CredentialCheck) => [name, state]),
      [
        ['ANTHROPIC_API_KEY', 'present'],
        ['GEMINI_API_KEY', 'missing'],
        ['OPENAI_API_KEY', 'present'],
      ],
    );
    await setSecret({ ...GOOD, OPENAI_API_KEY: 'first-openai-key' });
    const { text, exitCode } = await dev.nemo('secrets', 'check');
    assert.equal(exitCode, 0);
    assert.ok(!text.includes('first-openai-key'));
  });

  it('knows nobody before the first key, and its owner once there is one', async () => {
    await assert.rejects(ask(`nemo_${'x'.repeat(43)}`), { status: 401 });
    key = JSON.parse((await dev.nemo('keys', 'create', 'first', '--json')).text).key;
    await ask();
    assert.match((await dev.nemo('keys', 'list')).text, /first +good/);
  });

  it('passes the smoke test', async () => {
    const checks = await smokeChecks({ origin: new URL(gateway.baseUrl).origin, key, model: MODEL });
    const failed = checks.filter(({ isGood }) => !isGood).map(({ name }) => name);
    // The fakes answer at once, so that a stream may come in one piece.
    assert.deepEqual(
      failed.filter((name) => name !== 'sends the first token before the end'),
      [],
    );
  });

  it('refuses what a key may not do, and counts over the keys table', async () => {
    const words = ['keys', 'create', 'limited', '--requests-per-minute', '2', '--models', MODEL, '--json'];
    const limited = JSON.parse((await dev.nemo(...words)).text).key;
    await ask(limited);
    await ask(limited);
    await assert.rejects(ask(limited), { status: 429 });
    await dev.nemo('keys', 'revoke', 'limited');
    assert.match((await dev.nemo('keys', 'list', '--all')).text, /limited +revoked/);
  });

  it('takes a rotated credential with the call that is refused, and ejects nobody', async () => {
    const { credential } = wireOf('openai');
    gateway.fakes.openai.byDefault(({ headers }) =>
      credential(headers) === 'second-openai-key'
        ? { kind: 'answer' }
        : { kind: 'status', status: 401, meaning: 'unauthorized' },
    );
    await setSecret({ ...GOOD, OPENAI_API_KEY: 'second-openai-key' });
    await Promise.all([ask(), ask(), ask()]);
    const shown = gateway.fakes.openai.requests.slice(-6).map(({ headers }) => credential(headers));
    assert.ok(shown.includes('first-openai-key') && shown.includes('second-openai-key'));
    await ask();
  });

  it('shows its live sums', async () => {
    // Calls that followed each other at once are written together, `flushMs` after the first: until then the sums have fewer.
    for (let evidence = 0, looks = 0; evidence <= 3; await sleep(50)) {
      looks += 1;
      assert.ok(looks < 200, `The evidence stays at ${evidence}.`);
      const status: FleetStatus = JSON.parse((await dev.nemo('health', '--json')).text);
      const called = status.deployments.find(({ id }) => id === MODEL);
      assert.equal(called?.state, 'healthy');
      evidence = called.evidence;
    }
    assert.match((await dev.nemo('health')).text, /openai\/gpt-5-mini +healthy +\d+ +\d+ +\d+/);
  });

  it('is asked for its percentiles as CloudWatch wants it, and has none yet', async () => {
    const { text } = await dev.nemo('latency', '--since', '1h');
    assert.match(text, /Nothing was measured in this time/);
  });

  it('is found by its address', async () => {
    const path = `/2021-10-31/functions/${dev.names.gatewayFunction}/url?Qualifier=live`;
    const url = stringMember(await askAws(dev.access, { service: 'lambda', method: 'GET', path }), 'FunctionUrl');
    assert.match(url ?? '', /^https:\/\/.+/);
  });

  async function setSecret(fields: object): Promise<void> {
    const SecretString = JSON.stringify(fields);
    await dev.secretsManager('PutSecretValue', { SecretId: dev.names.secret, SecretString });
  }
});

const GOOD = { ANTHROPIC_API_KEY: 'an-anthropic-key', GEMINI_API_KEY: 'a-gemini-key' };

/** See emulated-template.ts. */
const CANNOT = [
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CodeDeploy::Application',
  'AWS::CodeDeploy::DeploymentGroup',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Url',
  'AWS::Lambda::Version',
  'AWS::Logs::QueryDefinition',
  'AWS::SNS::TopicPolicy',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
];
