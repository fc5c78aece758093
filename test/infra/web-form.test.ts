import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { App, Validations } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readCheckedConfig } from '../../functions/gateway/config/checked-config.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { goesOff } from './alarm-evaluation.ts';
import { gatewayApp, shipped, templateOf } from './synthesised.ts';

/** What names a resource: CloudFormation makes what is new before it takes away what is gone. */
const NAMES = ['LogGroupName', 'TableName', 'TopicName', 'AlarmName', 'DashboardName', 'FunctionName', 'Name'];

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

function resourcesOf(template: Template): Readonly<Record<string, Resource>> {
  return template.toJSON().Resources;
}

const web = templateOf(shipped('prod', { form: 'web', web: { maxEnvironments: 7, rateLimit: 500 } }));

describe('the form "web"', () => {
  test('is one Web Function with 64 calls at once in each process and the fifteen minutes that a long stream may take', () => {
    web.hasResourceProperties('AWS::Lambda::WebFunction', { FunctionName: 'nemorouter-prod-gateway' });
    web.hasResourceProperties('AWS::Lambda::WebFunctionRevision', {
      BuildConfig: { RuntimeConfig: { Runtime: 'nodejs24.x' } },
      ServiceConfig: {
        MaxConcurrencyPerEnvironment: 64,
        TimeoutSeconds: 900,
        EnvironmentVariables: Match.objectLike({
          AWS_LAMBDA_NODEJS_ENTRYPOINT: 'index.mjs',
          NEMO_CONFIG_FILE: 'config.json',
          NEMO_ENVIRONMENT: 'prod',
        }),
      },
    });
  });

  test('has one public endpoint with a fixed name and the bounds of the file, and no Function URL', () => {
    web.hasResourceProperties('AWS::Lambda::WebFunctionEndpoint', {
      AuthType: 'ApplicationManaged',
      EndpointName: 'live',
      EndpointType: 'HomeRegion',
      ScalingConfig: { MaxEnvironments: 7 },
      ThrottleConfig: { RateLimit: 500 },
    });
    web.resourceCountIs('AWS::Lambda::Url', 0);
    web.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 0);
  });

  test('stands before the same tables, secret, log group, topic and dashboard as the form "event"', () => {
    const event = templateOf(shipped('prod'));
    for (const type of [
      'AWS::DynamoDB::Table',
      'AWS::SecretsManager::Secret',
      'AWS::SNS::Topic',
      'AWS::CloudWatch::Dashboard',
    ]) {
      assert.deepEqual(Object.keys(web.findResources(type)), Object.keys(event.findResources(type)), type);
    }
    web.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupName: '/nemorouter/prod/gateway' });
    const names = (template: typeof web): readonly string[] =>
      Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties.AlarmName);
    assert.deepEqual(
      names(event).filter((name) => !names(web).includes(name)),
      ['Lambda turns calls away', 'the gateway crashes'].map((name) => `nemorouter-prod: ${name}`),
    );
  });

  test('can take the place of the form "event" in a stack: what has the same name stays, and nothing changes its type', () => {
    const was = resourcesOf(templateOf(shipped('prod')));
    const becomes = resourcesOf(web);
    for (const [id, { Type, Properties = {} }] of Object.entries(becomes)) {
      assert.equal(was[id]?.Type ?? Type, Type, id);
      for (const property of NAMES.filter((one) => typeof Properties[one] === 'string')) {
        const same = Object.entries(was).filter(
          ([, other]) => other.Type === Type && other.Properties?.[property] === Properties[property],
        );
        assert.ok(same.length === 0 || same.some(([other]) => other === id), `${id}: ${String(Properties[property])}`);
      }
    }
    assert.ok(becomes.GatewayLogs34792D0F !== undefined);
  });

  test('is watched by counts that Lambda writes for Web Functions, and by none that it writes for others', () => {
    const metrics = Object.values(web.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
    const text = JSON.stringify(metrics);
    assert.match(text, /HTTPResponseStatusClass5XX/);
    assert.match(text, /"Name":"EndpointName","Value":"live"/);
    assert.doesNotMatch(text, /Url5xxCount|ConcurrentExecutions|"Throttles","Namespace":"AWS\/Lambda"/);
    const dashboard = JSON.stringify(web.findResources('AWS::CloudWatch::Dashboard'));
    assert.match(dashboard, /HTTPResponseStatusClass4XX/);
    assert.doesNotMatch(dashboard, /UrlRequestCount|ConcurrentExecutions/);
  });

  test('fails a deployment whose revision does not answer, which nothing else would', () => {
    const [gate] = Object.values(web.findResources('AWS::CloudFormation::CustomResource'));
    assert.ok(JSON.stringify(gate?.Properties.Release).includes('RevisionId'));
    assert.ok(JSON.stringify(gate?.Properties.Url).includes('/health'));
    assert.ok(gate?.DependsOn.some((id: string) => id.startsWith('GatewayWebFunctionEndpoint')));
  });

  test('rings when environments do not start, and tells the alarms for rollback triggers', () => {
    web.hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: '{ ($.type = "platform.initReport") && ($.record.status = "failure") }',
    });
    web.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'nemorouter-prod: the gateway does not start' });
    assert.ok(Object.keys(web.findOutputs('RollbackTrigger0')).length === 1);
  });

  const alarmOf = (name: string): JsonObject => {
    const found = web.findResources('AWS::CloudWatch::Alarm', {
      Properties: { AlarmName: `nemorouter-prod: ${name}` },
    });
    const [resource] = Object.values(found);
    assert.ok(resource !== undefined, name);
    return resource.Properties;
  };

  test('rings before its processes have as many calls at once as they take', () => {
    const inFlight = (calls: number) => Array(5).fill({ 'InvocationLatency Sum': calls * 60_000 });
    const alarm = alarmOf('concurrency is near its limit');
    assert.equal(goesOff(alarm, inFlight(0.81 * 7 * 64)), true);
    assert.equal(goesOff(alarm, inFlight(0.79 * 7 * 64)), false);
    assert.equal(goesOff(alarm, Array(5).fill({})), false);
  });

  test('rings before calls come at the rate from which on they are turned away, where there is one', () => {
    const atRate = (callsASecond: number) =>
      Array(3).fill({
        'HTTPResponseStatusClass2XX Sum': callsASecond * 200,
        'HTTPResponseStatusClass4XX Sum': callsASecond * 100,
      });
    const alarm = alarmOf('the rate is near its limit');
    assert.equal(goesOff(alarm, atRate(410)), true);
    assert.equal(goesOff(alarm, atRate(390)), false);
    const unbounded = templateOf(shipped('prod', { form: 'web' })).findResources('AWS::CloudWatch::Alarm', {
      Properties: { AlarmName: 'nemorouter-prod: the rate is near its limit' },
    });
    assert.deepEqual(Object.keys(unbounded), []);
  });

  test('keeps its code in a bucket with versions, which only Lambda may read, over TLS', () => {
    web.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
    const statements = Object.values(web.findResources('AWS::S3::BucketPolicy'))[0]?.Properties.PolicyDocument
      .Statement;
    assert.deepEqual(
      statements.map(({ Effect }: { Effect: string }) => Effect),
      ['Deny', 'Allow'],
    );
  });

  test('lets the pages of the file call, which the function itself has to answer', () => {
    const cors = { allowedOrigins: ['https://app.example.com'], maxAgeSeconds: 60 };
    templateOf(shipped('dev', { form: 'web', cors })).hasResourceProperties('AWS::Lambda::WebFunctionRevision', {
      ServiceConfig: { EnvironmentVariables: Match.objectLike({ NEMO_CORS: JSON.stringify(cors) }) },
    });
  });

  test('passes cdk-nag, and is bundled with its configuration and its page', () => {
    const { app } = gatewayApp(shipped('dev', { form: 'web' }), { isBundled: true });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const { directory } = app.synth();
    assert.ok(app instanceof App);
    const assets = readdirSync(directory).filter((name) => name.startsWith('asset.'));
    const asset = assets.find((name) => existsSync(join(directory, name, 'page.html'))) ?? '';
    const files = readdirSync(join(directory, asset)).filter((name) => !/^[\w-]+-[0-9A-Z]{8}\.mjs$/.test(name));
    assert.deepEqual(files.sort(), ['config.json', 'index.mjs', 'llhttp.wasm', 'page.html']);
    const config = readCheckedConfig(readFileSync(join(directory, asset, 'config.json'), 'utf8'));
    assert.deepEqual(config, shipped('dev').config);
    const report = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
    assert.deepEqual(
      report.pluginReports.flatMap(({ violations }: { violations: unknown[] }) => violations),
      [],
    );
  });
});

describe('a collector for OTLP', () => {
  const otlp = { endpoint: 'https://collector.example.com', headers: { 'api-key': 'OTLP_API_KEY' }, everyMs: 15_000 };
  const withCollector = (form: 'event' | 'web') => {
    const environment = shipped('dev', { form });
    return { ...environment, config: { ...environment.config, otlp } };
  };

  test('is refused for the form "event", whose processes are frozen, and has its credential in the secret\'s list', () => {
    assert.throws(() => templateOf(withCollector('event')), /dev: otlp needs "aws": \{"form": "web"\}/);
    templateOf(withCollector('web')).hasResourceProperties('AWS::SecretsManager::Secret', {
      Description: Match.stringLikeRegexp('OTLP_API_KEY'),
    });
  });
});

describe('a file for the form "web"', () => {
  const file = JSON.parse(readFileSync(new URL('../../infra/environments/dev.json', import.meta.url), 'utf8'));
  for (const [name, change] of Object.entries({
    'a deadline that Lambda would cut': { timeouts: { deadlineMs: 900_000 } },
    'a rate that Lambda does not know': { aws: { web: { rateLimit: 150 } } },
    'a single environment': { aws: { web: { maxEnvironments: 1 } } },
    'another form': { aws: { form: 'container' } },
  })) {
    test(`is refused with ${name}`, () => {
      assert.equal(parseConfig({ ...file, ...change }).kind, 'invalid');
    });
  }
});
