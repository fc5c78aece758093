import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type CommandResult, runCommand } from '../../../infra/cli/run-command.ts';
import { type LoopbackServer, startLoopbackServer } from '../../../infra/local/simulated/loopback-server.ts';
import { resourceNames } from '../../../infra/resource-names.ts';
import { runningGateway } from '../../support/running-gateway.ts';

const SECRET = resourceNames('dev').secret;
const GOOD = {
  OPENAI_API_KEY: 'sk-first-of-the-values',
  ANTHROPIC_API_KEY: 'sk-second-of-the-values',
  GEMINI_API_KEY: 'sk-third-of-the-values',
};

interface Listed {
  readonly changedAt?: string;
  readonly credentials: { readonly name: string; readonly state: string; readonly length?: number }[];
}

describe('nemo secrets check', () => {
  let server: LoopbackServer;
  /** `undefined`: there is no such secret; `null`: it has no value. */
  let secret: string | null | undefined;
  before(async () => {
    server = await startLoopbackServer({
      onExchange: async ({ request, response }) => {
        assert.deepEqual(request.body, { SecretId: SECRET });
        assert.match(request.headers.authorization ?? '', /^AWS4-HMAC-SHA256 .*secretsmanager/);
        const isValue = request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue';
        const [status, answer] = secretsManager(secret, isValue);
        response.writeHead(status).end(JSON.stringify(answer));
      },
    });
  });
  after(() => server.close());

  function check(...more: string[]): Promise<CommandResult> {
    return runCommand(['secrets', 'check', '--env', 'dev', '--endpoint', server.origin, ...more], {});
  }

  async function states(): Promise<Readonly<Record<string, string>>> {
    const { credentials }: Listed = JSON.parse((await check('--json')).text);
    return Object.fromEntries(credentials.map(({ name, state }) => [name, state]));
  }

  it('lists what is there with its length and the day of its last change, and never a value', async () => {
    secret = JSON.stringify({ ...GOOD, LEFT_OVER: 'an old value' });
    for (const words of [[], ['--json']]) {
      const { text, exitCode } = await check(...words);
      assert.equal(exitCode, 0);
      assert.match(text, /2026-09-21T/);
      for (const value of [...Object.values(GOOD), 'an old value']) {
        assert.ok(!text.includes(value));
      }
    }
    assert.match((await check()).text, /OPENAI_API_KEY +openai +present +22\n/);
    assert.match((await check()).text, /LEFT_OVER +- +extra: no provider wants it/);
  });

  const bad: readonly [string, unknown, string][] = [
    ['is missing', undefined, 'missing'],
    ['is no text', 5, 'missing'],
    ['is empty', ' ', 'empty'],
    ['ends with a line end', 'sk-key\n', 'unclean'],
    ['has a letter that no header takes', 'sk-kéy', 'unclean'],
  ];
  for (const [what, value, state] of bad) {
    it(`fails where one ${what}, and says how to mend it`, async () => {
      secret = JSON.stringify({ ...GOOD, GEMINI_API_KEY: value });
      const { text, exitCode } = await check();
      assert.equal(exitCode, 1);
      assert.match(text, /npm run nemo -- secrets set GEMINI_API_KEY --env dev/);
      assert.deepEqual(await states(), {
        ANTHROPIC_API_KEY: 'present',
        GEMINI_API_KEY: state,
        OPENAI_API_KEY: 'present',
      });
    });
  }

  it('fails where nobody has given the secret a value yet', async () => {
    secret = null;
    const { text, exitCode } = await check();
    assert.deepEqual([exitCode, new Set(Object.values(await states()))], [1, new Set(['missing'])]);
    assert.match(text, /It has no value yet/);
  });

  it('fails where the value is no JSON object, without showing it', async () => {
    secret = 'sk-just-a-key';
    const { text, exitCode } = await check();
    assert.equal(exitCode, 1);
    assert.match(text, /no JSON object/);
    assert.ok(!text.includes('sk-just'));
  });

  it('says what to do where there is no secret', async () => {
    secret = undefined;
    await assert.rejects(check(), /is the environment deployed, in this region and account\? npx cdk deploy/);
  });

  it('takes the names for names, not for what an object inherits', async () => {
    secret = '{"__proto__": {"OPENAI_API_KEY": "x"}}';
    assert.equal((await states()).OPENAI_API_KEY, 'missing');
  });

  it('asks a local system which environment variables it has', async () => {
    const credentials = async (): Promise<string | undefined> => undefined;
    await using without = await runningGateway({ fakes: { primary: 'openai' }, credentials });
    const missing = await runCommand(['secrets', 'check', '--local', without.baseUrl], {});
    assert.equal(missing.exitCode, 1);
    assert.match(missing.text, /KEY_OF_THE_VENDOR +primary +missing/);
    assert.match(missing.text, /set KEY_OF_THE_VENDOR in the shell that runs npm start/);
    await using having = await runningGateway({ fakes: { primary: 'openai' } });
    const present = await runCommand(['secrets', 'check', '--local', having.origin], {});
    assert.equal(present.exitCode, 0);
    assert.ok(!present.text.includes('key-of-the-vendor'));
  });
});

/** As the service answers GetSecretValue, or DescribeSecret. */
function secretsManager(
  secret: string | null | undefined,
  isValue: boolean,
): readonly [status: number, answer: object] {
  if (secret === undefined || (isValue && secret === null)) {
    return [400, { __type: 'com.amazonaws#ResourceNotFoundException', message: 'cannot find it' }];
  }
  return [200, { Name: SECRET, CreatedDate: 1_790_000_000, ...(isValue ? { SecretString: secret } : {}) }];
}
