import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Validations } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  answersTable,
  createTableInput,
  keysTable,
  statisticsTable,
} from '../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import { readCheckedConfig } from '../../functions/gateway/config/checked-config.ts';
import {
  ATTEMPT_METRICS,
  FLEET_METRICS,
  PROBE_METRICS,
  REQUEST_METRICS,
} from '../../functions/gateway/core/metrics/metric-names.ts';
import { gatewayApp, shipped, templateOf } from './synthesised.ts';

const dev = templateOf(shipped('dev'));
const prod = templateOf(shipped('prod'));

/** Every resource of one type, by logical id. */
function resources(
  template: Template,
  type: string,
): [string, { Properties: Record<string, unknown> } & Record<string, unknown>][] {
  return Object.entries(template.findResources(type)) as ReturnType<typeof resources>;
}

/** The one resource of a type; of several, the one whose logical id begins so. */
function only(
  template: Template,
  type: string,
  id = '',
): { Properties: Record<string, unknown> } & Record<string, unknown> {
  const found = resources(template, type).filter(([name]) => name.startsWith(id));
  assert.equal(found.length, 1, type);
  return found[0]![1];
}

describe('the gateway function', () => {
  test('runs Node 24 on arm64 with the memory and the concurrency of the environment', () => {
    dev.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      ReservedConcurrentExecutions: 20,
      Handler: 'index.handler',
      FunctionName: 'nemorouter-dev-gateway',
      LoggingConfig: { LogFormat: 'JSON' },
    });
    prod.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 200 });
  });

  test('has no bound of concurrency where the environment wants none', () => {
    templateOf(shipped('dev', { reservedConcurrency: 'none' })).hasResourceProperties('AWS::Lambda::Function', {
      ReservedConcurrentExecutions: Match.absent(),
    });
  });

  test('is told where its state is and no secret', () => {
    const { Variables } = only(dev, 'AWS::Lambda::Function', 'Gateway').Properties.Environment as { Variables: object };
    assert.deepEqual(Object.keys(Variables).sort(), [
      'NEMO_CONFIG_FILE',
      'NEMO_ENVIRONMENT',
      'NEMO_KEYS_TABLE',
      'NEMO_SECRET_ID',
      'NEMO_STATISTICS_TABLE',
    ]);
  });

  test('is not in a VPC', () => {
    dev.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: Match.absent() });
  });

  test('writes to a log group of the Standard class, the only one that makes metrics of log lines', () => {
    dev.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupClass: 'STANDARD', RetentionInDays: 7 });
    prod.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupClass: 'STANDARD', RetentionInDays: 90 });
  });
});

describe('the address', () => {
  test('streams, and leaves authentication to the gateway', () => {
    dev.hasResourceProperties('AWS::Lambda::Url', {
      AuthType: 'NONE',
      InvokeMode: 'RESPONSE_STREAM',
      Cors: Match.absent(),
    });
  });

  test('may be called by anybody, which takes two permissions', () => {
    dev.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
      Principal: '*',
    });
    dev.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
      Principal: '*',
    });
    assert.equal(resources(dev, 'AWS::Lambda::Permission').length, 2);
  });

  test('lets web pages of the configured origins read the headers of an answer', () => {
    const cors = { allowedOrigins: ['https://app.example.com'], maxAgeSeconds: 60 };
    templateOf(shipped('dev', { cors })).hasResourceProperties('AWS::Lambda::Url', {
      Cors: {
        AllowOrigins: ['https://app.example.com'],
        AllowMethods: ['GET', 'POST'],
        MaxAge: 60,
        ExposeHeaders: Match.arrayWith(['x-nemo-routed-model', 'retry-after']),
      },
    });
  });

  test('belongs to an alias, so that it stays when versions change', () => {
    const { Name } = only(prod, 'AWS::Lambda::Alias').Properties;
    assert.equal(Name, 'live');
    prod.hasResourceProperties('AWS::Lambda::Url', { Qualifier: 'live' });
    for (const [, { Properties }] of resources(prod, 'AWS::Lambda::Permission')) {
      const isUrls = Properties.Principal === '*';
      assert.ok(!isUrls || JSON.stringify(Properties.FunctionName).includes('Live'), JSON.stringify(Properties));
    }
  });

  test('moves to a new version with a tenth of the calls first in prod, and goes back when callers are hurt', () => {
    const group = (mode: string) => ({
      DeploymentConfigName: mode,
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: Match.arrayWith(['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM']),
      },
    });
    prod.hasResourceProperties(
      'AWS::CodeDeploy::DeploymentGroup',
      group('CodeDeployDefault.LambdaCanary10Percent5Minutes'),
    );
    dev.hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', group('CodeDeployDefault.LambdaAllAtOnce'));
    const { AlarmConfiguration } = only(prod, 'AWS::CodeDeploy::DeploymentGroup').Properties;
    assert.match(JSON.stringify(AlarmConfiguration), /theerrorbudgetburnsfast/);
    const alias = only(prod, 'AWS::Lambda::Alias') as { UpdatePolicy?: object };
    assert.ok(JSON.stringify(alias.UpdatePolicy).includes('CodeDeployLambdaAliasUpdate'));
  });

  test('is what the stack puts out, ready for base_url', () => {
    assert.ok(JSON.stringify(dev.findOutputs('BaseUrl')).includes('FunctionUrl'));
  });
});

describe('the state', () => {
  for (const [name, definition] of Object.entries({ statistics: statisticsTable, keys: keysTable })) {
    test(`the ${name} table has the shape that the gateway expects`, () => {
      const { TableName, BillingMode, AttributeDefinitions, KeySchema } = createTableInput(
        definition,
        `nemorouter-dev-${name}`,
      );
      const type = name === 'keys' ? 'AWS::DynamoDB::GlobalTable' : 'AWS::DynamoDB::Table';
      dev.hasResourceProperties(type, { TableName, BillingMode, AttributeDefinitions, KeySchema });
    });
  }

  test('statistics expire, are not backed up, and cannot cost without bound', () => {
    dev.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      Properties: {
        TableName: 'nemorouter-dev-statistics',
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        PointInTimeRecoverySpecification: Match.absent(),
        OnDemandThroughput: { MaxWriteRequestUnits: 200 * 7 * 2 },
      },
    });
  });

  test('keys can be restored to any second, survive the stack in prod, and may spread to other regions without a new table', () => {
    prod.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        TableName: 'nemorouter-prod-keys',
        Replicas: [Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } })],
      },
    });
    dev.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Delete',
      Properties: { TableName: 'nemorouter-dev-keys' },
    });
  });
});

describe('the answers that are kept', () => {
  const environment = shipped('prod');
  const responses = { keepDays: 30, megabytesPerKeyAndDay: 1_000 };
  const keeping = templateOf({ ...environment, config: { ...environment.config, responses } });
  const TABLE = { TableName: 'nemorouter-prod-answers' };

  test('have no table, and the gateway no right to one, where the environment keeps none', () => {
    assert.ok(!JSON.stringify(prod.toJSON()).includes('-answers'));
  });

  test('have one of the shape that the gateway expects, told to the gateway', () => {
    const { AttributeDefinitions, KeySchema } = createTableInput(answersTable, TABLE.TableName);
    keeping.hasResourceProperties('AWS::DynamoDB::Table', { ...TABLE, AttributeDefinitions, KeySchema });
    keeping.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'nemorouter-prod-gateway',
      Environment: { Variables: { NEMO_ANSWERS_TABLE: Match.anyValue() } },
    });
  });

  test('expire, are encrypted under a key of the account, and leave no backup or table behind', () => {
    keeping.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      Properties: {
        ...TABLE,
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: Match.absent(),
      },
    });
  });

  test('can be neither listed nor searched by the gateway, nor touched by the prober', () => {
    const statements = Object.entries(keeping.findResources('AWS::IAM::Policy')).flatMap(([id, { Properties }]) =>
      (Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[])
        .filter(({ Resource }) => JSON.stringify(Resource).includes('StateAnswers'))
        .map(({ Action }) => ({ id, Action })),
    );
    assert.equal(statements.length, 1);
    assert.match(statements[0]!.id, /^Gateway/);
    assert.deepEqual([statements[0]!.Action].flat().toSorted(), [
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:DeleteItem',
      'dynamodb:UpdateItem',
    ]);
  });
});

test('an environment that is not protected leaves nothing behind, not even its keys', () => {
  const template = templateOf(shipped('prod', { protected: false })).toJSON();
  const policies = Object.values(template.Resources as Record<string, { DeletionPolicy?: string }>);
  assert.deepEqual([...new Set(policies.flatMap(({ DeletionPolicy }) => DeletionPolicy ?? []))], ['Delete']);
});

describe('a first deployment that fails', () => {
  test('leaves nothing behind that the next one would stop at: what is kept is kept of a stack that was made', () => {
    const kept = Object.entries(prod.toJSON().Resources as Record<string, { DeletionPolicy?: string }>).filter(
      ([, { DeletionPolicy }]) => DeletionPolicy !== undefined && DeletionPolicy !== 'Delete',
    );
    assert.ok(kept.length >= 4, `${kept.length}`);
    for (const [id, { DeletionPolicy }] of kept) {
      assert.equal(DeletionPolicy, 'RetainExceptOnCreate', id);
    }
    assert.doesNotMatch(JSON.stringify(prod.toJSON()), /"DeletionProtectionEnabled":true/);
  });

  test('can be repeated without reserved concurrency, with the prober on: nothing reserves any', () => {
    const template = templateOf(shipped('prod', { reservedConcurrency: 'none' }));
    assert.ok(Object.keys(template.findResources('AWS::Lambda::Function')).length >= 2);
    assert.doesNotMatch(JSON.stringify(template.toJSON()), /ReservedConcurrentExecutions/);
  });
});

describe('the credentials', () => {
  test('are one secret without a value in the template, so that a deployment never overwrites it', () => {
    for (const template of [dev, prod]) {
      const { Properties } = only(template, 'AWS::SecretsManager::Secret');
      assert.equal(Properties.SecretString, undefined);
      assert.equal(Properties.GenerateSecretString, undefined);
    }
    dev.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'nemorouter/dev/credentials',
      Description: Match.stringLikeRegexp('ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENAI_API_KEY'),
    });
  });
});

describe('the rights of the gateway', () => {
  interface Statement {
    readonly Action: string | string[];
    readonly Resource: unknown;
    readonly Condition?: object;
  }
  const { Statement: statements } = only(dev, 'AWS::IAM::Policy', 'GatewayRole').Properties.PolicyDocument as {
    Statement: Statement[];
  };

  test('are these and no more', () => {
    assert.deepEqual([...new Set(statements.flatMap(({ Action }) => Action))].sort(), [
      'bedrock:InvokeModel',
      'bedrock:InvokeModelWithResponseStream',
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:UpdateItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
    ]);
    dev.hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });

  test('name every resource; a wildcard stands only for the regions behind a Bedrock profile', () => {
    for (const statement of statements) {
      const text = JSON.stringify(statement.Resource);
      if (text.includes('*')) {
        assert.match(text, /:bedrock:\*::foundation-model\/anthropic\.claude-[a-z0-9:.-]+"/);
        assert.match(
          JSON.stringify(statement.Condition),
          /"bedrock:InferenceProfileArn".*inference-profile\/us\.anthropic/,
        );
      }
    }
  });
});

describe('the alarms', () => {
  interface AlarmProperties {
    readonly AlarmName: string;
    readonly AlarmDescription: string;
    readonly Threshold: number;
    readonly MetricName?: string;
    readonly TreatMissingData: string;
    readonly AlarmActions: readonly unknown[];
    readonly Metrics?: readonly { readonly Expression?: string; readonly MetricStat?: MetricStat }[];
  }
  interface MetricStat {
    readonly Metric: { readonly Namespace: string; readonly MetricName: string };
    readonly Period: number;
  }
  const alarmsOf = (template: Template) =>
    resources(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties as unknown as AlarmProperties);
  const named = (template: Template, name: string) => {
    const alarm = alarmsOf(template).find(({ AlarmName }) => AlarmName.endsWith(`: ${name}`));
    assert.ok(alarm, name);
    return alarm;
  };

  test('cover the service, each deployment and the platform', () => {
    const names = alarmsOf(dev).map(({ AlarmName }) => AlarmName.replace('nemorouter-dev: ', ''));
    const deployments = Object.keys(shipped('dev').config.deployments);
    assert.deepEqual(
      names.sort(),
      [
        'DynamoDB is throttled',
        'Lambda turns calls away',
        'answers are slow',
        'concurrency is near its limit',
        ...deployments.flatMap((name) =>
          ['fails', 'is down', 'is rate-limited all day'].map((what) => `deployment ${name} ${what}`),
        ),
        'first tokens are slow',
        'metrics are lost',
        'requests fail over',
        'shared state is lost',
        'spending is high',
        'the address answers 5xx',
        'the error budget burns fast over 1 hour',
        'the error budget burns fast over 5 minutes',
        'the error budget burns slowly over 30 minutes',
        'the error budget burns slowly over 6 hours',
        'the gateway crashes',
      ].sort(),
    );
  });

  test('take their thresholds from the environment', () => {
    const expression = (name: string): unknown =>
      named(prod, name).Metrics?.find(({ Expression }) => Expression)?.Expression;
    assert.equal(expression('the error budget burns fast over 1 hour'), 'FILL(bad, 0) - 0.0144 * calls');
    assert.equal(expression('the error budget burns slowly over 6 hours'), 'FILL(bad, 0) - 0.006 * calls');
    assert.equal(expression('requests fail over'), 'FILL(bad, 0) - 0.1 * calls');
    assert.equal(named(prod, 'spending is high').Threshold, 5_000);
    assert.match(JSON.stringify(named(prod, 'first tokens are slow')), /TC\(5000:\)/);
    assert.equal(named(prod, 'concurrency is near its limit').Threshold, 160);
  });

  test('watch only metrics that the gateway or AWS writes', () => {
    const known = new Set(Object.keys({ ...REQUEST_METRICS, ...ATTEMPT_METRICS, ...FLEET_METRICS }));
    const watched = alarmsOf(prod).flatMap(({ Metrics }) =>
      (Metrics ?? []).flatMap(({ MetricStat }) => MetricStat ?? []),
    );
    const own = watched
      .filter(({ Metric }) => Metric.Namespace === 'NemoRouter')
      .map(({ Metric }) => Metric.MetricName);
    assert.deepEqual(
      own.filter((name) => !known.has(name)),
      [],
    );
    assert.deepEqual([...new Set(watched.map(({ Metric }) => Metric.Namespace))].sort(), [
      'AWS/DynamoDB',
      'AWS/Lambda',
      'AWS/Logs',
      'NemoRouter',
    ]);
  });

  test('reach the configured address, and CloudWatch may publish to the topic', () => {
    const template = templateOf(shipped('dev', { onCall: { page: ['oncall@example.com'], ticket: [] } }));
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'oncall@example.com' });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
          }),
        ]),
      },
    });
    assert.equal(resources(dev, 'AWS::SNS::Subscription').length, 0);
  });
});

describe('the dashboard', () => {
  const body = JSON.stringify(only(prod, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody);
  const searched = [...body.matchAll(/MetricName=\\+"(\w+)/g)].map(([, name]) => name);
  // `["NemoRouter","InvocationLatency",...`: metrics that stand in a graph by themselves.
  const direct = [...body.matchAll(/NemoRouter\\+",\\+"(\w+)/g)].map(([, name]) => name);

  test('shows every metric of a request', () => {
    const missing = Object.keys(REQUEST_METRICS).filter((name) => ![...searched, ...direct].includes(name));
    assert.deepEqual(missing, []);
  });

  test('shows only metrics that the gateway writes', () => {
    const known = new Set(Object.keys({ ...REQUEST_METRICS, ...ATTEMPT_METRICS, ...FLEET_METRICS, ...PROBE_METRICS }));
    assert.deepEqual(
      [...searched, ...direct].filter((name) => !known.has(name ?? '')),
      [],
    );
  });

  test('finds p50, p95 and p99 of both latencies for routes, providers and deployments by search, so that new ones appear', () => {
    for (const dimensions of ['Environment,Route', 'Environment,Provider', 'Environment,Provider,Deployment']) {
      for (const metric of ['TimeToFirstToken', 'InvocationLatency']) {
        for (const statistic of ['p50', 'p95', 'p99']) {
          const search = new RegExp(
            `\\{NemoRouter,${dimensions}\\} MetricName=\\\\+"${metric}\\\\+" Environment=\\\\+"prod\\\\+"', '${statistic}'`,
          );
          assert.match(body, search);
        }
      }
    }
  });

  test('lets the reader pick a deployment and lists the last failovers with their reasons', () => {
    assert.match(body, /variables.*the-picked-deployment/);
    assert.match(body, /Deployment=\\+"the-picked-deployment/);
    assert.match(body, /Failovers = 1/);
    assert.match(body, /attempts\.0\.reason/);
  });
});

describe('the stack', () => {
  test('carries the tags of the environment', () => {
    prod.hasResourceProperties('AWS::DynamoDB::Table', {
      Tags: Match.arrayWith([{ Key: 'environment', Value: 'prod' }]),
    });
  });

  test('is protected from deletion where the environment says so', () => {
    assert.equal(gatewayApp(shipped('prod')).stack.terminationProtection, true);
    assert.equal(gatewayApp(shipped('dev')).stack.terminationProtection, false);
  });

  test('of two environments shares no name', () => {
    const names = (template: Template) =>
      ['TableName', 'FunctionName', 'LogGroupName', 'TopicName', 'DashboardName', 'AlarmName'].flatMap((key) =>
        Object.values(template.toJSON().Resources as Record<string, { Properties?: Record<string, unknown> }>).flatMap(
          ({ Properties }) => (typeof Properties?.[key] === 'string' ? [Properties[key]] : []),
        ),
      );
    assert.ok(names(dev).length > 20);
    assert.deepEqual(
      names(dev).filter((name) => names(prod).includes(name)),
      [],
    );
  });

  test('holds to the AwsSolutions rules of cdk-nag, with a reason for each exception', () => {
    const environment = shipped('prod', { onCall: { page: ['oncall@example.com'], ticket: [] } });
    const responses = { keepDays: 30, megabytesPerKeyAndDay: 1_000 };
    const { app } = gatewayApp({ ...environment, config: { ...environment.config, responses } });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const exitCode = process.exitCode;
    const assembly = app.synth();
    process.exitCode = exitCode;
    const report = readFileSync(join(assembly.directory, 'validation-report.json'), 'utf8');
    assert.deepEqual(
      JSON.parse(report).pluginReports.flatMap(({ violations }: { violations: unknown[] }) => violations),
      [],
    );
  });

  test('bundles the gateway with its checked configuration and its page beside it', async () => {
    const { app } = gatewayApp(shipped('dev'), { isBundled: true });
    const { directory } = app.synth();
    const assets = readdirSync(directory).filter((name) => name.startsWith('asset.'));
    // The prober has no page.
    const asset = assets.find((name) => existsSync(join(directory, name, 'page.html')));
    assert.ok(asset);
    const files = readdirSync(join(directory, asset)).filter((name) => !/^[\w-]+-[0-9A-Z]{8}\.mjs$/.test(name));
    assert.deepEqual(files.sort(), ['config.json', 'index.mjs', 'llhttp.wasm', 'page.html']);
    const config = readCheckedConfig(readFileSync(join(directory, asset, 'config.json'), 'utf8'));
    assert.deepEqual(config, shipped('dev').config);
    const code = readFileSync(join(directory, asset, 'index.mjs'), 'utf8');
    assert.match(code, /export ?\{[^}]* as handler[ ,}]/);
  });

  test('is what it was when last looked at (npm test -- --test-update-snapshots)', (context) => {
    const text = JSON.stringify(dev.toJSON(), null, 2);
    // The hash of the code changes with each change of the code.
    const steady = text
      .replace(/[0-9a-f]{64}\.zip/g, 'code.zip')
      .replace(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, '$1');
    context.assert.snapshot(JSON.parse(steady));
  });
});
