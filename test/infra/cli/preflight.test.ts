import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import type { AwsSettings } from '../../../functions/gateway/config/aws-settings.ts';
import { type PreflightCheck, preflightChecks } from '../../../infra/cli/preflight-checks.ts';
import { runCommand } from '../../../infra/cli/run-command.ts';
import { resourceNames } from '../../../infra/resource-names.ts';
import { shipped } from '../synthesised.ts';

type Answer = readonly [status: number, body: object | string];

const MISSING: Answer = [404, { __type: 'ResourceNotFoundException', message: 'None.' }];
const NO_PARAMETER: Answer = [400, { __type: 'ParameterNotFound', message: 'None.' }];
const THERE: Answer = [200, {}];
const OPEN: Answer = [200, { authorizationStatus: 'AUTHORIZED', agreementAvailability: { status: 'AVAILABLE' } }];
const limit = (UnreservedConcurrentExecutions: number): Answer => [
  200,
  { AccountLimit: { UnreservedConcurrentExecutions } },
];

const webQuotas = (maxTotalArmVCpus: number, maxTotalRateLimit: number): Answer => [
  200,
  { accountQuotas: { maxTotalArmVCpus, maxTotalRateLimit } },
];
const logGroups = (...names: readonly string[]): Answer => [
  200,
  { logGroups: names.map((logGroupName) => ({ logGroupName })) },
];
const keysTable: Answer = [
  200,
  { Table: { TableArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/nemorouter-prod-keys' } },
];
/** What SNS answers, by topic. */
const pending = (topic: string): Answer => [
  200,
  `<Topic>${topic}</Topic><SubscriptionArn>PendingConfirmation</SubscriptionArn>`,
];

/** An account that can take a first deployment, by the beginnings of what is asked. */
const READY: Readonly<Record<string, Answer>> = {
  '/2015-03-31/functions/': MISSING,
  '/2025-03-07/web-functions/': MISSING,
  '/2016-08-19/account-settings': limit(1000),
  '/2025-03-07/web-account-settings': webQuotas(2000, 100_000),
  'AmazonSSM.GetParameter': THERE,
  'DynamoDB_20120810.DescribeTable': MISSING,
  'secretsmanager.DescribeSecret': MISSING,
  'Logs_20140328.DescribeLogGroups': logGroups('/nemorouter/prod/gateway-of-another'),
  '/foundation-model-availability/': OPEN,
};

describe('nemo preflight', () => {
  let server: Server;
  let origin: string;
  let account: Readonly<Record<string, Answer>> = READY;
  /** The bodies that SNS was sent. */
  const forms: string[] = [];
  before(async () => {
    server = createServer(async (request, response) => {
      const body = await text(request);
      if (request.headers['content-type'] === 'application/x-www-form-urlencoded') {
        forms.push(body);
      }
      const asked = String(request.headers['x-amz-target'] ?? request.url);
      const [, answer = MISSING] = Object.entries(account).find(([begins]) => asked.startsWith(begins)) ?? [];
      response.writeHead(answer[0]).end(typeof answer[1] === 'string' ? answer[1] : JSON.stringify(answer[1]));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  const run = (change: Readonly<Record<string, Answer>>) => {
    account = { ...READY, ...change };
    return runCommand(['preflight', '--env', 'prod', '--endpoint', origin], {});
  };

  it('finds nothing in the way of an account that is ready', async () => {
    const { text: said, exitCode } = await run({});
    assert.match(said, /Nothing known stands in the way/);
    assert.equal(exitCode, 0);
  });

  const bad: readonly [string, Readonly<Record<string, Answer>>, RegExp][] = [
    ['too little concurrency', { '/2016-08-19/account-settings': limit(300) }, /concurrency: set .*"none"/],
    ['no bootstrap', { 'AmazonSSM.GetParameter': NO_PARAMETER }, /npx cdk bootstrap -c env=prod/],
    ['a table left behind', { 'DynamoDB_20120810.DescribeTable': THERE }, /name nemorouter-prod-keys: npx cdk import/],
    ['a secret left behind', { 'secretsmanager.DescribeSecret': THERE }, /name nemorouter\/prod\/credentials: npx cdk/],
    [
      'a log group left behind',
      { 'Logs_20140328.DescribeLogGroups': logGroups('/nemorouter/prod/gateway') },
      /name \/nemorouter\/prod\/gateway: npx cdk import/,
    ],
    ['a model that is not open', { '/foundation-model-availability/': MISSING }, /open model access for .*claude/],
  ];
  for (const [what, change, expected] of bad) {
    it(`ends with 1 and says what to do about ${what}`, async () => {
      const { text: said, exitCode } = await run(change);
      assert.match(said, expected);
      assert.equal(exitCode, 1);
    });
  }

  it('takes what a deployed environment holds for its own', async () => {
    const { exitCode } = await run({
      '/2015-03-31/functions/': THERE,
      '/2016-08-19/account-settings': limit(100),
      'DynamoDB_20120810.DescribeTable': keysTable,
    });
    assert.equal(exitCode, 0);
  });

  /** The same of an environment of other settings than those of its file. */
  const checksOf = (settings: Partial<AwsSettings>, change: Readonly<Record<string, Answer>>) => {
    account = { ...READY, ...change };
    const aws = { region: 'us-east-1', endpoint: origin };
    const names = resourceNames('prod');
    const environment = shipped('prod', settings);
    return preflightChecks({
      kind: 'deployed',
      name: 'prod',
      config: environment.config,
      settings: environment.aws,
      hasCanary: false,
      database: aws,
      aws,
      names,
      statisticsTable: names.statisticsTable,
      keysTable: names.keysTable,
    });
  };
  const badOf = (checks: readonly PreflightCheck[]) => checks.filter(({ isGood }) => !isGood).map(({ name }) => name);

  const deployedAs: Readonly<Record<'event' | 'web', Readonly<Record<string, Answer>>>> = {
    event: { '/2015-03-31/functions/': THERE },
    web: { '/2025-03-07/web-functions/': THERE },
  };
  for (const form of ['event', 'web'] as const) {
    it(`says of the form ${form} which topic has addresses that have not confirmed`, async () => {
      const onCall = { page: ['oncall@example.com'], ticket: ['arn:aws:sns:us-east-1:123456789012:known'] };
      const checks = await checksOf(
        { form, onCall },
        { ...deployedAs[form], 'DynamoDB_20120810.DescribeTable': keysTable, '/': pending('page') },
      );
      assert.deepEqual(badOf(checks), ['subscriptions of nemorouter-prod-page']);
      assert.ok(forms.at(-1)?.includes('TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A123456789012%3Anemorouter-prod-page'));
    });
  }

  it('takes the tables of an environment that changes its form for its own, and looks whether the new one fits', async () => {
    const checks = await checksOf(
      { form: 'web', web: { maxEnvironments: 20 } },
      {
        ...deployedAs.event,
        'DynamoDB_20120810.DescribeTable': keysTable,
        '/2025-03-07/web-account-settings': webQuotas(39, 100_000),
      },
    );
    assert.deepEqual(badOf(checks), ['vCPUs of Web Functions']);
  });

  it('asks for a rate that the account has left', async () => {
    const web = { maxEnvironments: 2, rateLimit: 500 } as const;
    const checks = await checksOf({ form: 'web', web }, { '/2025-03-07/web-account-settings': webQuotas(4, 400) });
    assert.deepEqual(badOf(checks), ['rate of Web Functions']);
  });

  it('reserves nothing for a Web Function, whose prober alone needs one', async () => {
    const enough = await checksOf({ form: 'web' }, { '/2016-08-19/account-settings': limit(101) });
    assert.deepEqual(badOf(enough), []);
    const none = await checksOf({ form: 'web' }, { '/2016-08-19/account-settings': limit(100) });
    assert.deepEqual(badOf(none), ['concurrency']);
    const off = await checksOf({ form: 'web', prober: 'off' }, { '/2016-08-19/account-settings': limit(10) });
    assert.deepEqual(badOf(off), []);
  });

  it('says that a region does not know Web Functions, and what to do', async () => {
    const unknown: Answer = [404, { __type: 'UnknownOperationException', message: 'None.' }];
    const change = { '/2025-03-07/web-functions/': unknown, '/2025-03-07/web-account-settings': unknown };
    const checks = await checksOf({ form: 'web' }, change);
    assert.deepEqual(badOf(checks), ['Web Functions']);
    assert.match(checks.find(({ name }) => name === 'Web Functions')?.mend ?? '', /another region.*"event"/);
  });

  it('does not take a missing right for a free name', async () => {
    const denied: Answer = [400, { __type: 'AccessDeniedException', message: 'No.' }];
    await assert.rejects(run({ 'DynamoDB_20120810.DescribeTable': denied }), /may not do this/);
  });
});
