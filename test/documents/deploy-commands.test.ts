import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type LoopbackServer, startLoopbackServer } from '../../infra/local/simulated/loopback-server.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { pageText, treePath } from './pages.ts';

const ROOT = treePath('');

/** The commands of both sections that deploy, each once. */
const COMMANDS = [
  ...new Set([...commandsUnder('## Deploy', 'README.md'), ...commandsUnder('## From nothing', 'infra/DEPLOYING.md')]),
];

/** The lines of the page's first block of shell after a heading, without what is explained beside them. */
function commandsUnder(heading: string, page: string): readonly string[] {
  const [, section = ''] = pageText(page).split(`\n${heading}\n`);
  const [, block = ''] = /```bash\n([\s\S]*?)```/.exec(section) ?? [];
  return block
    .split('\n')
    .map((line) => line.replace(/\s{2,}#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** Which service of AWS a command has to reach. Others are done on this machine. */
const REACHES: readonly (readonly [begins: string, service: string])[] = [
  ['npx cdk bootstrap', 'cloudformation'],
  ['npx cdk deploy', 'cloudformation'],
  ['npm run nemo -- secrets', 'secretsmanager'],
  ['npm run nemo -- keys', 'dynamodb'],
  ['npm run nemo -- smoke', 'lambda'],
];

/** Asked wrongly: by the commands of this project, by the CDK, by npm and by the shell. */
const ASKED_WRONGLY =
  /Usage:|Say which environment|There is no|Unknown (?:command|argument)|npm error|command not found/;

interface Ran {
  readonly code: number;
  readonly text: string;
  readonly services: ReadonlySet<string>;
}

describe('the commands that deploy from nothing', () => {
  let home: string;
  let aws: LoopbackServer;
  const services: string[] = [];
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'nemo-readme-'));
    aws = await startLoopbackServer({
      onExchange: async ({ request, response }) => {
        const [, service = ''] = /\/([a-z0-9-]+)\/aws4_request/.exec(request.headers.authorization ?? '') ?? [];
        services.push(service);
        const [status, body] = answerOf(service, request.headers['x-amz-target']);
        response.writeHead(status).end(body);
      },
    });
  });
  after(async () => {
    await aws.close();
    rmSync(home, { recursive: true });
  });

  function run(command: string): Promise<Ran> {
    services.length = 0;
    const env = {
      HOME: home,
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: aws.origin,
      NEMO_KEY: 'nemo_example',
      CI: 'true',
      // As in synthesised.ts.
      CDK_VALIDATION: 'false',
      ...COMPILE_CACHE,
    };
    return new Promise((resolve) => {
      const child = execFile('bash', ['-c', command], { cwd: ROOT, env }, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : 0;
        resolve({ code, text: stdout + stderr, services: new Set(services) });
      });
      child.stdin?.end('sk-example\n');
    });
  }

  test('are there, and put no value of a secret on a command line', () => {
    assert.ok(COMMANDS.length >= 8, COMMANDS.join('\n'));
    for (const command of COMMANDS) {
      assert.doesNotMatch(command, /secret-string|sk-|nemo_|API_KEY=/);
    }
  });

  for (const command of COMMANDS) {
    const [, service] = REACHES.find(([begins]) => command.startsWith(begins)) ?? [];
    test(`"${command}" ${service === undefined ? 'works' : `reaches ${service}`}`, async () => {
      // What is installed is in use here: only whether it could be.
      const asRun = command === 'npm ci' ? 'npm ci --dry-run --offline --ignore-scripts' : command;
      const { code, text, services: reached } = await run(asRun);
      assert.doesNotMatch(text, ASKED_WRONGLY);
      assert.notEqual(code, 2, text);
      if (service === undefined) {
        assert.equal(code, 0, text);
      } else {
        assert.ok(reached.has(service), `${[...reached].join()}: ${text}`);
      }
    });
  }
});

/** As much of AWS as the commands need to be known as rightly asked: it has nothing of what they look for. */
function answerOf(service: string, target: string | undefined): readonly [number, string] {
  switch (service) {
    case 'sts':
      return [
        200,
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/x</Arn><UserId>x</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
      ];
    case 'secretsmanager':
      return target === 'secretsmanager.GetSecretValue'
        ? [200, JSON.stringify({ SecretString: '{"OPENAI_API_KEY":"sk-example"}', CreatedDate: 1_790_000_000 })]
        : [200, '{}'];
    case 'dynamodb':
      return [200, '{}'];
    default:
      return [400, '{"__type":"AccessDeniedException","message":"Not here."}'];
  }
}
