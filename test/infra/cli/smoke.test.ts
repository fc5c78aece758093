import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../infra/cli/command.ts';
import { type CommandResult, runCommand } from '../../../infra/cli/run-command.ts';
import { smokeChecks } from '../../../infra/cli/smoke-checks.ts';
import { type Exchange, startLoopbackServer } from '../../../infra/local/simulated/loopback-server.ts';
import { gate } from '../../support/gate.ts';
import { runningGateway } from '../../support/running-gateway.ts';

interface Shown {
  readonly url: string;
  readonly checks: { readonly name: string; readonly isGood: boolean; readonly ms?: number; readonly detail: string }[];
}

async function smoke(
  words: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<Shown & { exitCode: number }> {
  const { text, exitCode } = await runCommand(['smoke', ...words, '--json'], variables);
  return { ...(JSON.parse(text) as Shown), exitCode };
}

function failedOf({ checks }: Shown): readonly string[] {
  return checks.filter(({ isGood }) => !isGood).map(({ name }) => name);
}

describe('nemo smoke', () => {
  it('finds a good gateway good', async () => {
    await using gateway = await runningGateway({ fakes: { primary: 'openai' } });
    // The rest of the answer leaves the vendor once its beginning has arrived.
    const begun = gate();
    const rest = { chunks: 1, until: begun };
    // The first call is the plain one. The gateway asks its providers for a stream either way.
    gateway.fakes.primary.byDefault(() =>
      gateway.fakes.primary.requests.length === 1 ? { kind: 'answer' } : { kind: 'answer', holdAfterChunks: rest },
    );
    const opening = async (...asked: Parameters<typeof fetch>): Promise<Response> => {
      const response = await fetch(...asked);
      const opens = new TransformStream<Uint8Array, Uint8Array>({
        transform: (piece, controller) => {
          controller.enqueue(piece);
          begun.open();
        },
      });
      return isStream(asked[1]?.body) ? new Response(response.body?.pipeThrough(opens), response) : response;
    };
    const checks = await smokeChecks({ origin: gateway.origin, key: gateway.key, fetch: opening });
    assert.deepEqual(
      checks.map(({ isGood, detail }) => (isGood ? 'good' : detail)),
      Array.from({ length: 9 }, () => 'good'),
    );
  });

  it('takes the URL with and without /v1, and by --local', async () => {
    await using gateway = await runningGateway({ fakes: { primary: 'openai' } });
    for (const where of [[gateway.baseUrl], [`${gateway.origin}/`], ['--local', gateway.origin]]) {
      const seen = await smoke([...where, '--key', gateway.key]);
      assert.equal(seen.url, gateway.origin);
      assert.ok(!failedOf(seen).includes('answers plainly'));
    }
  });

  it('takes the key from the environment, shows it nowhere, and says what a wrong one gets', async () => {
    await using gateway = await runningGateway({ fakes: { primary: 'openai' } });
    const { text, exitCode }: CommandResult = await runCommand(['smoke', gateway.baseUrl], {
      NEMO_KEY: 'nemo_not-a-key',
    });
    assert.equal(exitCode, 1);
    assert.match(text, /FAILED +lists its models +\d+ +status 401/);
    assert.match(text, /ok +refuses a wrong key/);
    assert.ok(!text.includes('nemo_not-a-key'));
  });

  it('finds the faults of a gateway whose providers are down', async () => {
    await using gateway = await runningGateway({ fakes: { primary: 'openai' } });
    gateway.fakes.primary.byDefault({ kind: 'status', status: 503 });
    const seen = await smoke([gateway.baseUrl, '--key', gateway.key]);
    assert.equal(seen.exitCode, 1);
    assert.ok(failedOf(seen).includes('answers plainly') && failedOf(seen).includes('streams'));
    assert.ok(!failedOf(seen).includes('lists its models'));
  });

  it('finds that something in between buffers the stream, and that its end is missing', async () => {
    await using server = await startLoopbackServer({ onExchange: bufferingServer });
    const seen = await smoke([server.origin, '--key', 'any', '--model', 'm']);
    const failed = failedOf(seen);
    assert.ok(failed.includes('tells the story of the call in the stream'), String(failed));
    assert.ok(failed.includes('sends the first token before the end'));
    assert.ok(failed.includes('refuses a wrong key'));
    assert.ok(failed.includes('reports itself in its headers'));
  });

  it('finds a stream that ends in an error', async () => {
    await using server = await startLoopbackServer({
      onExchange: async ({ response }) => void response.end('data: {"error":{"message":"\\u001b[31mbroken"}}\n\n'),
    });
    const seen = await smoke([server.origin, '--key', 'any', '--model', 'm']);
    const streamed = seen.checks.find(({ name }) => name === 'streams');
    assert.equal(streamed?.detail, 'the answer broke: [31mbroken');
    assert.ok(failedOf(seen).includes('ends the stream with [DONE]'));
  });

  it('finds nobody where nobody listens, with the reason', async () => {
    const server = await startLoopbackServer({ onExchange: async () => undefined });
    await server.close();
    const seen = await smoke([server.origin, '--key', 'any']);
    assert.equal(failedOf(seen).length, 9);
    assert.match(seen.checks[0]?.detail ?? '', /ECONNREFUSED/);
  });

  it('finds a deployed gateway by the name of its function', async () => {
    await using gateway = await runningGateway({ fakes: { primary: 'openai' } });
    await using lambda = await startLoopbackServer({
      onExchange: async ({ request, response }) => {
        assert.equal(request.path, '/2021-10-31/functions/nemorouter-dev-gateway/url');
        assert.match(request.headers.authorization ?? '', /^AWS4-HMAC-SHA256 .*\/lambda\/aws4_request/);
        response.end(JSON.stringify({ FunctionUrl: `${gateway.origin}/` }));
      },
    });
    const seen = await smoke(['--env', 'dev', '--endpoint', lambda.origin, '--key', gateway.key]);
    assert.equal(seen.url, gateway.origin);
    assert.ok(!failedOf(seen).includes('lists its models'));
  });

  it('says that an environment is not deployed', async () => {
    await using lambda = await startLoopbackServer({
      onExchange: async ({ response }) => {
        response.writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException:http://internal.example/' });
        response.end('{"Type":"User","Message":"The resource you requested does not exist."}');
      },
    });
    const asked = smoke(['--env', 'dev', '--endpoint', lambda.origin, '--key', 'any']);
    await assert.rejects(asked, /dev has no gateway in us-east-1: npx cdk deploy -c env=dev makes one/);
  });

  const mistakes: readonly [string, string[], RegExp][] = [
    ['no key', ['http://127.0.0.1:1'], /--key KEY or NEMO_KEY/],
    ['a URL that is none', ['gateway', '--key', 'k'], /must be one as https:/],
    ['two URLs', ['http://a.example', 'http://b.example', '--key', 'k'], /takes \[URL\]/],
    ['a URL and an environment', ['http://a.example', '--env', 'dev', '--key', 'k'], /not two of them/],
    ['an environment and a local system', ['--env', 'dev', '--local', 'http://127.0.0.1:1', '--key', 'k'], /not both/],
    ['nothing', ['--key', 'k'], /Say which environment: --env dev/],
  ];
  for (const [what, words, message] of mistakes) {
    it(`refuses ${what} with what to change`, async () => {
      await assert.rejects(smoke(words), (error) => error instanceof UsageError && message.test(error.message));
    });
  }
});

function isStream(body: unknown): boolean {
  return (typeof body === 'string' ? body : (JSON.stringify(body) ?? '')).includes('"stream":true');
}

/** Answers everybody, and everything at once. */
async function bufferingServer({ request, response }: Exchange): Promise<void> {
  if (isStream(request.body)) {
    response.end('data: {"choices":[{"delta":{"content":"one, two"}}]}\n\ndata: [DONE]\n\n');
    return;
  }
  response.end(JSON.stringify({ data: [{ id: 'm' }], choices: [{ message: { content: 'one, two' } }] }));
}
