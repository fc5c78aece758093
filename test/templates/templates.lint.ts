import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AwsSettings } from '../../functions/gateway/config/aws-settings.ts';
import { shipped, templateOf } from '../infra/synthesised.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Of the CDK's own making: `DependsOn` that says what a reference says already, and `Fn::Join` where `Fn::Sub` would do. */
const OF_THE_CDK = ['W3005', 'I1022'];

const domain = { name: 'llm.example.com', certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc' };
const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/llm/abc';
const onCall = {
  page: ['oncall@example.com', 'https://events.example.com/hook'],
  ticket: ['arn:aws:sns:us-east-1:123456789012:known'],
};

/** What an environment's file may ask for, by what it adds. */
const SETTINGS: Readonly<Record<string, Partial<AwsSettings>>> = {
  'as it is shipped': {},
  'behind CloudFront': { front: { silenceSeconds: 60 } },
  'behind CloudFront with a domain and a web ACL': { front: { domain, webAclArn, silenceSeconds: 60 } },
  'with subscribers, web pages and a prober': {
    onCall,
    cors: { allowedOrigins: ['https://app.example.com'], maxAgeSeconds: 60 },
    prober: { everyMinutes: 5, canary: true },
    reservedConcurrency: 'none',
  },
};

/** Each stack, by what it is. */
const STACKS = (['dev', 'prod'] as const).flatMap((name) =>
  (['event', 'web'] as const).flatMap((form) =>
    Object.entries(SETTINGS).map(([what, settings]) => ({
      of: `the stack of ${name} in the form ${form}, ${what}`,
      environment: shipped(name, { form, ...settings }),
    })),
  ),
);
const ROLES = join(ROOT, 'infra', 'ci', 'github-roles.yaml');

describe('cfn-lint has nothing to say', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nemo-templates-'));
  const fileOf = (index: number): string => join(folder, `${index}.json`);
  const wrong = join(folder, 'wrong.json');
  /** What it says, by file. One run for all: its start takes longer than a template. */
  let said: Readonly<Record<string, readonly string[]>>;
  before(() => {
    const program = execFileSync(join(ROOT, '.ci', 'cfn-lint'), { encoding: 'utf8' }).trim();
    for (const [index, { environment }] of STACKS.entries()) {
      writeFileSync(fileOf(index), JSON.stringify(templateOf(environment).toJSON(), null, 1));
    }
    writeFileSync(wrong, JSON.stringify({ Resources: { Topic: { Type: 'AWS::SNS::Topic', DependsOn: 'Nothing' } } }));
    said = findingsOf(program, [...STACKS.map((_, index) => fileOf(index)), ROLES, wrong]);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [index, { of }] of STACKS.entries()) {
    test(`about ${of}`, () => assert.deepEqual(said[fileOf(index)], undefined));
  }

  test('but of a template that is wrong it has', () => assert.match(said[wrong]?.join() ?? '', /^E/));

  test("about the roles of GitHub's workflows", () => assert.deepEqual(said[ROLES], undefined));
});

function findingsOf(program: string, files: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const checks = ['--include-checks', 'I', 'E', 'W', '--ignore-checks', ...OF_THE_CDK];
  const words = ['--format', 'json', '--regions', 'us-east-1', ...checks, '--template', ...files];
  const { stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  assert.equal(stderr, '');
  const findings: readonly { Filename: string; Message: string; Rule: { Id: string } }[] = JSON.parse(stdout);
  const found: Record<string, string[]> = {};
  for (const { Filename, Message, Rule } of findings) {
    found[Filename] = [...(found[Filename] ?? []), `${Rule.Id} ${Message}`];
  }
  return found;
}
