import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { preflightChecks } from '../../../infra/cli/preflight-checks.ts';
import { runCommand } from '../../../infra/cli/run-command.ts';
import { type LoopbackServer, startLoopbackServer } from '../../../infra/local/simulated/loopback-server.ts';
import { resourceNames } from '../../../infra/resource-names.ts';
import { shipped } from '../synthesised.ts';

type Answer = readonly [status: number, body: object];

const MISSING: Answer = [404, { __type: 'ResourceNotFoundException', message: 'None.' }];
const NO_PARAMETER: Answer = [400, { __type: 'ParameterNotFound', message: 'None.' }];
const THERE: Answer = [200, {}];
const OPEN: Answer = [200, { authorizationStatus: 'AUTHORIZED', agreementAvailability: { status: 'AVAILABLE' } }];
const limit = (UnreservedConcurrentExecutions: number): Answer => [
  200,
  { AccountLimit: { UnreservedConcurrentExecutions } },
];

/** An account that can take a first deployment, by the beginnings of what is asked. */
const READY: Readonly<Record<string, Answer>> = {
  '/2015-03-31/functions/': MISSING,
  '/2016-08-19/account-settings': limit(1000),
  'AmazonSSM.GetParameter': THERE,
  'DynamoDB_20120810.DescribeTable': MISSING,
  'secretsmanager.DescribeSecret': MISSING,
  '/foundation-model-availability/': OPEN,
};

describe('nemo preflight', () => {
  let server: LoopbackServer;
  let account: Readonly<Record<string, Answer>> = READY;
  before(async () => {
    server = await startLoopbackServer({
      onExchange: async ({ request, response }) => {
        const asked = String(request.headers['x-amz-target'] ?? request.path);
        const [, answer = MISSING] = Object.entries(account).find(([begins]) => asked.startsWith(begins)) ?? [];
        response.writeHead(answer[0]).end(JSON.stringify(answer[1]));
      },
    });
  });
  after(() => server.close());

  const run = (change: Readonly<Record<string, Answer>>) => {
    account = { ...READY, ...change };
    return runCommand(['preflight', '--env', 'prod', '--endpoint', server.origin], {});
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
      'DynamoDB_20120810.DescribeTable': THERE,
    });
    assert.equal(exitCode, 0);
  });

  it('says which topic has addresses that have not confirmed', async () => {
    const topic = 'nemorouter-prod-page';
    const onCall = { page: ['oncall@example.com'], ticket: ['arn:aws:sns:us-east-1:123456789012:known'] };
    const environment = shipped('prod', { onCall });
    const forms: string[] = [];
    const sns = createServer(async (request, response) => {
      const body = await text(request);
      const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
      forms.push(...(isForm ? [body] : []));
      const known = { ...limit(1000)[1], ...OPEN[1], FunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:x' };
      response.end(
        isForm ? '<member><SubscriptionArn>PendingConfirmation</SubscriptionArn></member>' : JSON.stringify(known),
      );
    });
    await new Promise<void>((resolve) => void sns.listen(0, '127.0.0.1', resolve));
    const { port } = sns.address() as AddressInfo;
    const aws = { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}` };
    const names = resourceNames('prod');
    const checks = await preflightChecks({
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
    sns.close();
    sns.closeAllConnections();
    const found = checks.filter(({ name }) => name.startsWith('subscriptions'));
    assert.deepEqual(
      found.map(({ name, isGood }) => [name, isGood]),
      [[`subscriptions of ${topic}`, false]],
    );
    assert.match(forms.join(), /TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A123456789012%3Anemorouter-prod-page/);
  });

  it('does not take a missing right for a free name', async () => {
    const denied: Answer = [400, { __type: 'AccessDeniedException', message: 'No.' }];
    await assert.rejects(run({ 'DynamoDB_20120810.DescribeTable': denied }), /may not do this/);
  });
});
