import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { modelDirectory } from '../../../functions/gateway/core/routing/model-directory.ts';
import { arrayMember, type JsonObject, member, objectMember } from '../../../functions/gateway/core/wire/json.ts';
import { probeLines } from '../../../functions/probe/core/probe-lines.ts';
import { MAX_ASKING_MS } from '../../../functions/probe/core/prober.ts';
import { FAILURES } from '../../support/failures.ts';
import { gatewayApp, shipped, templateOf } from '../synthesised.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

const environment = shipped('dev', { prober: { everyMinutes: 5, canary: false } });
const template = templateOf(environment);

function propertiesOf(name: string): Record<string, unknown> {
  const found = Object.values(template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: name } }));
  assert.equal(found.length, 1);
  return found[0]!.Properties;
}

/** What the role of a construct may do. */
function statementsOf(construct: string): readonly Statement[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(construct))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as readonly Statement[]);
}

describe("the prober's function", () => {
  test('runs as the gateway does, one at a time, and is over before Lambda ends it', () => {
    const { Timeout, MemorySize, ...properties } = propertiesOf('nemorouter-dev-prober');
    assert.equal(properties.Runtime, 'nodejs24.x');
    assert.deepEqual(properties.Architectures, ['arm64']);
    assert.equal(MemorySize, propertiesOf('nemorouter-dev-gateway').MemorySize);
    assert.equal(properties.ReservedConcurrentExecutions, 1);
    assert.ok(Number(Timeout) * 1000 > MAX_ASKING_MS);
    assert.deepEqual(properties.LoggingConfig, {
      LogFormat: 'JSON',
      LogGroup: {
        Ref: Object.keys(template.findResources('AWS::Logs::LogGroup')).find((id) => id.startsWith('Prober')),
      },
    });
  });

  test('is told where the statistics and the credentials are, and no secret and no keys', () => {
    const { Variables } = propertiesOf('nemorouter-dev-prober').Environment as { Variables: object };
    assert.deepEqual(Object.keys(Variables).sort(), [
      'NEMO_CONFIG_FILE',
      'NEMO_ENVIRONMENT',
      'NEMO_SECRET_ID',
      'NEMO_STATISTICS_TABLE',
    ]);
  });

  test('has a log group of its own, of the class that makes metrics, kept as long as that of the gateway', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/nemorouter/dev/prober',
      LogGroupClass: 'STANDARD',
      RetentionInDays: 7,
    });
  });

  test('has no address: only its schedule may call it', () => {
    const urls = Object.values(template.findResources('AWS::Lambda::Url'));
    assert.equal(urls.length, 1);
    assert.doesNotMatch(JSON.stringify(urls), /Prober/);
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission')).filter((permission) =>
      JSON.stringify(permission.Properties.FunctionName).includes('Prober'),
    );
    assert.equal(permissions.length, 1);
    assert.equal(permissions[0]?.Properties.Principal, 'events.amazonaws.com');
    assert.match(JSON.stringify(permissions[0]?.Properties.SourceArn), /ProberSchedule/);
  });
});

describe("the prober's schedule", () => {
  test('keeps the interval of the environment, and repeats nothing', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300 } })],
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 300,
    });
  });

  test('is every minute in prod; in dev there is no prober', () => {
    templateOf(shipped('prod')).hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' });
    const dev = templateOf(shipped('dev'));
    dev.resourceCountIs('AWS::Events::Rule', 0);
    assert.deepEqual(
      Object.keys(
        dev.findResources('AWS::Lambda::Function', { Properties: { FunctionName: 'nemorouter-dev-prober' } }),
      ),
      [],
    );
  });
});

describe('the rights of the prober', () => {
  const statements = statementsOf('Prober');

  test('are these and no more', () => {
    assert.deepEqual([...new Set(statements.flatMap(({ Action }) => Action))].sort(), [
      'bedrock:InvokeModel',
      'bedrock:InvokeModelWithResponseStream',
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:UpdateItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
    ]);
  });

  test('reach the statistics and the one secret, and neither the keys nor the log of the gateway', () => {
    const text = JSON.stringify(statements.map(({ Resource }) => Resource));
    assert.match(text, /StateStatistics/);
    assert.doesNotMatch(text, /StateKeys|Gateway/);
  });

  test('name the same Bedrock models as those of the gateway', () => {
    const bedrock = (construct: string): readonly Statement[] =>
      statementsOf(construct).filter(({ Action }) => JSON.stringify(Action).includes('bedrock:'));
    assert.ok(bedrock('Prober').length > 0);
    assert.deepEqual(bedrock('Prober'), bedrock('Gateway'));
  });

  test('hold to the AwsSolutions rules of cdk-nag', () => {
    const { app } = gatewayApp(environment);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const exitCode = process.exitCode;
    const assembly = app.synth();
    process.exitCode = exitCode;
    const report = JSON.parse(readFileSync(join(assembly.directory, 'validation-report.json'), 'utf8'));
    assert.deepEqual(
      report.pluginReports.flatMap(({ violations }: { violations: unknown[] }) => violations),
      [],
    );
  });
});

describe('the alarm for a deployment that is down', () => {
  test("watches what the prober's lines make metrics of, so that it goes off without traffic", () => {
    const [deployment] = modelDirectory(environment.config).deployments.values();
    assert.ok(deployment);
    const record = { deployment, startedAtMs: 0, totalMs: 1, failure: FAILURES.unreachable };
    const [line = ''] = probeLines({ records: [record], skipped: [], storeFailures: [], tookMs: 1 }, 'dev', 0);
    const written: JsonObject = JSON.parse(line);
    const directive = arrayMember(objectMember(written, '_aws'), 'CloudWatchMetrics')[0];
    const [alarm] = Object.values(
      template.findResources('AWS::CloudWatch::Alarm', {
        Properties: { AlarmName: `nemorouter-dev: deployment ${deployment.id} is down` },
      }),
    );
    const watched = arrayMember(alarm?.Properties, 'Metrics')
      .map((metric) => objectMember(objectMember(metric, 'MetricStat'), 'Metric'))
      .filter((metric) => metric !== undefined);
    assert.equal(watched.length, 2);
    for (const { Namespace, MetricName, Dimensions } of watched) {
      assert.equal(Namespace, member(directive, 'Namespace'));
      assert.equal(written[String(MetricName)], 1);
      const dimensions = (Dimensions as readonly { Name: string; Value: string }[]).map(({ Name, Value }) => [
        Name,
        Value,
      ]);
      const [names] = arrayMember(directive, 'Dimensions') as readonly (readonly string[])[];
      assert.deepEqual(dimensions.toSorted(), names?.map((name) => [name, written[name]]).toSorted());
    }
  });
});

describe('the alarm of the prober', () => {
  test('goes off when it fails twice in a quarter of an hour, as a ticket', () => {
    const [topic] = Object.keys(
      template.findResources('AWS::SNS::Topic', { Properties: { TopicName: 'nemorouter-dev-ticket' } }),
    );
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'nemorouter-dev: the prober fails',
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Threshold: 0,
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
      AlarmActions: [{ Ref: topic }],
    });
  });

  test('is missing where there is no prober', () => {
    const alarms = templateOf(shipped('dev')).findResources('AWS::CloudWatch::Alarm');
    assert.doesNotMatch(JSON.stringify(alarms), /prober/);
  });
});

test('metrics that are lost from its lines ring as those of the gateway do', () => {
  const [alarm] = Object.values(
    template.findResources('AWS::CloudWatch::Alarm', {
      Properties: { AlarmName: 'nemorouter-dev: metrics are lost' },
    }),
  );
  for (const group of Object.keys(
    template.findResources('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 7 } }),
  )) {
    const isWatched = JSON.stringify(alarm).includes(`{"Name":"LogGroupName","Value":{"Ref":"${group}"}}`);
    assert.equal(isWatched, /^(Gateway|Prober)/.test(group), group);
  }
});
