import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readCheckedConfig } from '../../functions/gateway/config/checked-config.ts';
import { ROOT } from '../../infra/constructs/function-bundle.ts';

/** Somebody else's app: a stack with a topic, a role, and two gateways. */
const APP = `
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { type ConfigFileInput, type DeployedVersion, NemoRouter } from 'nemorouter';

const config: ConfigFileInput = {
  providers: { openai: { protocol: 'openai', apiKey: 'OPENAI_API_KEY' } },
  deployments: { 'openai/gpt-5-mini': { provider: 'openai', model: 'gpt-5-mini' } },
  routes: { fast: { strategy: 'latency-based', deployments: ['openai/gpt-5-mini'] } },
  aws: { protected: false, prober: { everyMinutes: 1 } },
};
const app = new App({ outdir: process.argv[2] ?? '' });
const stack = new Stack(app, 'Assistant', { env: { region: 'eu-west-1' } });
const topic = new Topic(stack, 'OnCall');
const role = new Role(stack, 'KeyMaker', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
const first = new NemoRouter(stack, 'Llm', { config, topic, alarms: { ttftP99Ms: 1234 } });
first.grantManageKeys(role);
if (first.topic !== topic || first.ticketTopic !== topic) throw new Error('another topic');
new CfnOutput(stack, 'Dashboard', { value: first.dashboard.dashboardName });
const version: DeployedVersion = { name: '7.0.0', committedAt: '2026-11-29T12:00:00Z' };
const other = new NemoRouter(stack, 'Other', { config, form: 'web', name: 'other', version });
if (other.baseUrl === '' || other.topic === other.ticketTopic) throw new Error('no address');
app.synth();
`;

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

let folder: string;
let app: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'nemo-package-'));
  app = join(folder, 'app');
  const modules = join(app, 'node_modules');
  mkdirSync(join(modules, 'nemorouter'), { recursive: true });
  execFileSync(process.execPath, [join(ROOT, 'infra', 'build-package.ts'), join(folder, 'package')]);
  const packed = ['pack', join(folder, 'package'), '--pack-destination', folder, '--silent', '--ignore-scripts'];
  const tarball = execFileSync('npm', packed, { encoding: 'utf8', cwd: folder }).trim();
  execFileSync('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', join(modules, 'nemorouter')]);
  for (const name of ['aws-cdk-lib', 'constructs', 'zod', '@pydantic', '@types']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(app, 'package.json'), '{"type":"module"}');
  writeFileSync(join(app, 'app.ts'), APP);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a file of the app. */
function run(file: string, ...words: string[]): { readonly output: string; readonly status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [file, ...words], { cwd: app, encoding: 'utf8' });
  return { output: `${stdout}${stderr}`, status };
}

describe('the construct, packed and used in another CDK app', () => {
  let resources: readonly Resource[];
  let out: string;
  before(() => {
    out = join(folder, 'out');
    const { output, status } = run('app.ts', out);
    assert.equal(status, 0, output);
    const template = JSON.parse(readFileSync(join(out, 'Assistant.template.json'), 'utf8'));
    resources = Object.values(template.Resources);
  });

  function ofType(type: string): readonly Resource[] {
    return resources.filter((resource) => resource.Type === type);
  }

  test('fits the types that it declares', () => {
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'esnext', '--module', 'nodenext'];
    assert.deepEqual(run(tsc, ...flags, '--types', 'node', '--exactOptionalPropertyTypes', 'app.ts'), {
      output: '',
      status: 0,
    });
  });

  test('makes names from its path, or takes the one it is given', () => {
    const names = ofType('AWS::Lambda::Function').map(({ Properties }) => Properties?.FunctionName);
    assert.ok(names.includes('nemorouter-assistant-llm-gateway'), String(names));
    const webNames = ofType('AWS::Lambda::WebFunction').map(({ Properties }) => Properties?.FunctionName);
    assert.deepEqual(webNames, ['nemorouter-other-gateway']);
  });

  test('ships functions that were built before, each with its checked configuration beside it', () => {
    const folders = readdirSync(out).filter((name) => name.startsWith('asset.'));
    const modules = folders.filter((name) => existsSync(join(out, name, 'index.mjs')));
    const written = modules.map((name) => readFileSync(join(out, name, 'index.mjs'), 'utf8'));
    const built = ['gateway', 'web', 'probe'].map((entry) =>
      readFileSync(join(app, 'node_modules', 'nemorouter', 'prebuilt', entry, 'index.mjs'), 'utf8'),
    );
    assert.deepEqual(new Set(written), new Set(built));
    for (const name of modules) {
      const config = readCheckedConfig(readFileSync(join(out, name, 'config.json'), 'utf8'));
      assert.deepEqual(Object.keys(config.routes), ['fast']);
      assert.ok(existsSync(join(out, name, 'llhttp.wasm')));
    }
  });

  test('tells its functions which version they are: its own, or the one that it is given, which is a mark on the graphs', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const told = ofType('AWS::Lambda::Function').map(
      ({ Properties }) => /"NEMO_VERSION":"([^"]*)"/.exec(JSON.stringify(Properties))?.[1],
    );
    assert.deepEqual(told.filter((one) => one !== undefined).toSorted(), [version, version, '7.0.0']);
    assert.match(JSON.stringify(ofType('AWS::Lambda::WebFunctionRevision')), /"NEMO_VERSION":"7\.0\.0"/);
    const marks = ofType('AWS::CloudWatch::Dashboard').map((one) => /vertical.*7\.0\.0/.test(JSON.stringify(one)));
    assert.deepEqual(marks.toSorted(), [false, true]);
  });

  test('has its dashboard as a member', () => {
    const { Outputs } = JSON.parse(readFileSync(join(out, 'Assistant.template.json'), 'utf8'));
    const { Ref } = Outputs.Dashboard.Value;
    assert.match(Ref, /^LlmMetricsDashboard/);
  });

  test('tells the topic that it was given of every alarm, and makes none of its own', () => {
    const names = ofType('AWS::SNS::Topic').map(({ Properties }) => Properties?.TopicName);
    assert.deepEqual(names.toSorted(), ['nemorouter-other-page', 'nemorouter-other-ticket', undefined]);
    const alarms = ofType('AWS::CloudWatch::Alarm').filter(({ Properties }) =>
      String(Properties?.AlarmName).startsWith('nemorouter-assistant-llm: '),
    );
    const told = alarms.map(({ Properties }) => Properties?.AlarmActions).filter((actions) => actions !== undefined);
    assert.ok(told.length > 5);
    assert.equal(new Set(told.map((actions) => JSON.stringify(actions))).size, 1);
    assert.match(JSON.stringify(told[0]), /OnCall/);
  });

  test('takes thresholds member by member', () => {
    assert.match(JSON.stringify(ofType('AWS::CloudWatch::Alarm')), /TC\(1234:\)/);
  });

  test('gives the right to manage keys on request', () => {
    const policies = JSON.stringify(ofType('AWS::IAM::Policy').filter((one) => /KeyMaker/.test(JSON.stringify(one))));
    assert.match(policies, /dynamodb:PutItem.*dynamodb:Scan/);
  });

  test('says what is wrong with a configuration', () => {
    writeFileSync(join(app, 'bad.ts'), APP.replace("strategy: 'latency-based'", "strategy: 'fastest' as never"));
    const { output, status } = run('bad.ts', join(folder, 'bad'));
    assert.notEqual(status, 0);
    assert.match(output, /NemoRouter's configuration has errors:\n {2}routes\.fast\.strategy /);
  });
});
