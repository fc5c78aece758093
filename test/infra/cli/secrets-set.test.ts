import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { isJsonObject, type JsonObject } from '../../../functions/gateway/core/wire/json.ts';
import { runCommand } from '../../../infra/cli/run-command.ts';
import { type LoopbackServer, startLoopbackServer } from '../../../infra/local/simulated/loopback-server.ts';

const NO_VALUE = { __type: 'ResourceNotFoundException', message: 'No value.' };

describe('nemo secrets set', () => {
  let server: LoopbackServer;
  let secret: string | undefined;
  let puts: JsonObject[] = [];
  before(async () => {
    server = await startLoopbackServer({
      onExchange: async ({ request, response }) => {
        const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
        puts.push(...(operation === 'PutSecretValue' && isJsonObject(request.body) ? [request.body] : []));
        const [status, answer] = secretsManager(operation, secret);
        response.writeHead(status).end(JSON.stringify(answer));
      },
    });
  });
  beforeEach(() => {
    puts = [];
  });
  after(() => server.close());

  const set = (name: string, value: string, env = 'dev') =>
    runCommand(['secrets', 'set', name, '--env', env, '--endpoint', server.origin], {}, async () => value);

  it('puts the value beside the others, and never prints one', async () => {
    secret = JSON.stringify({ ANTHROPIC_API_KEY: 'sk-old', LEFT_OVER: 'kept' });
    const { text, exitCode } = await set('OPENAI_API_KEY', 'sk-new-value');
    assert.deepEqual(JSON.parse(String(puts[0]?.SecretString)), {
      ANTHROPIC_API_KEY: 'sk-old',
      LEFT_OVER: 'kept',
      OPENAI_API_KEY: 'sk-new-value',
    });
    assert.match(String(puts[0]?.ClientRequestToken), /^[\w-]{32,64}$/);
    assert.equal(exitCode, 0);
    assert.match(text, /OPENAI_API_KEY is set, 12 characters\. Still missing: GEMINI_API_KEY\./);
    assert.doesNotMatch(text, /sk-/);
  });

  it('is the first where the secret has no value yet', async () => {
    secret = undefined;
    await set('OPENAI_API_KEY', 'sk-new');
    assert.deepEqual(JSON.parse(String(puts[0]?.SecretString)), { OPENAI_API_KEY: 'sk-new' });
  });

  it('takes the key of the call from outside where the environment makes one', async () => {
    secret = '{}';
    await set('NEMO_CANARY_KEY', 'nemo_canary', 'prod');
    assert.equal(puts.length, 1);
    await assert.rejects(set('NEMO_CANARY_KEY', 'nemo_canary', 'dev'), /wants no credential/);
  });

  const refused: readonly [string, string, string, string, RegExp][] = [
    ['a name that nobody wants, with the nearest', '{}', 'OPENAI_APIKEY', 'sk-x', /Did you mean OPENAI_API_KEY\?/],
    ['an empty value', '{}', 'OPENAI_API_KEY', '', /Nothing was changed/],
    ['a value with a space', '{}', 'OPENAI_API_KEY', 'sk x', /Nothing was changed/],
    ['a secret that is no object', '"text"', 'OPENAI_API_KEY', 'sk-x', /nothing was changed/],
  ];
  for (const [what, held, name, value, expected] of refused) {
    it(`refuses ${what}`, async () => {
      secret = held;
      await assert.rejects(set(name, value), expected);
      assert.deepEqual(puts, []);
    });
  }
});

function secretsManager(operation: string, secret: string | undefined): readonly [number, object] {
  return operation === 'GetSecretValue' && secret === undefined ? [400, NO_VALUE] : [200, { SecretString: secret }];
}
