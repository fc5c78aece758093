import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { roleCredentials } from '../../../functions/gateway/adapters/role-credentials.ts';
import { type LoopbackServer, startLoopbackServer } from '../../../infra/local/simulated/loopback-server.ts';

const HOUR_MS = 3_600_000;

describe("the credentials of a function's role", () => {
  let server: LoopbackServer;
  let reads = 0;
  let nowMs = 0;
  let answers: { status: number; lifeMs: number } = { status: 200, lifeMs: HOUR_MS };
  const tokens: unknown[] = [];
  before(async () => {
    server = await startLoopbackServer({
      onExchange: async ({ request, response }) => {
        reads += 1;
        tokens.push(request.headers.authorization);
        const expires = new Date(nowMs + answers.lifeMs).toISOString();
        const body = { AccessKeyId: `id-${reads}`, SecretAccessKey: 's', Token: 't', Expiration: expires };
        response.writeHead(answers.status).end(JSON.stringify(answers.status === 200 ? body : {}));
      },
    });
  });
  after(() => server.close());
  beforeEach(() => {
    reads = 0;
    nowMs = Date.UTC(2026, 0, 1);
    answers = { status: 200, lifeMs: HOUR_MS };
  });
  const source = () =>
    roleCredentials({
      variables: { AWS_CONTAINER_CREDENTIALS_FULL_URI: server.origin, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'proof' },
      nowMs: () => nowMs,
    });

  test('are read once for calls at once, with the proof that the platform gave', async () => {
    const credentials = source();
    const all = await Promise.all([credentials(), credentials(), credentials()]);
    assert.deepEqual(new Set(all.map(({ accessKeyId }) => accessKeyId)), new Set(['id-1']));
    assert.equal(tokens.at(-1), 'proof');
  });

  test('are renewed behind the caller when five minutes are left', async () => {
    const credentials = source();
    await credentials();
    nowMs += HOUR_MS - 299_000;
    assert.equal((await credentials()).accessKeyId, 'id-1');
    while (reads < 2) {
      await new Promise(setImmediate);
    }
    while ((await credentials()).accessKeyId !== 'id-2') {
      await new Promise(setImmediate);
    }
  });

  test('serve on while they cannot be renewed, and are asked for again at most every ten seconds', async () => {
    const credentials = source();
    await credentials();
    answers = { status: 500, lifeMs: HOUR_MS };
    nowMs += HOUR_MS - 200_000;
    await credentials();
    while (reads < 2) {
      await new Promise(setImmediate);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal((await credentials()).accessKeyId, 'id-1');
    assert.equal(reads, 2);
  });

  test('are refused and not used once they have expired and no new ones can be had', async () => {
    const credentials = source();
    await credentials();
    answers = { status: 500, lifeMs: HOUR_MS };
    nowMs += HOUR_MS;
    await assert.rejects(credentials(), /answered 500/);
  });

  test('are never read from another machine without https', () => {
    const variables = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.com/credentials' };
    assert.throws(() => roleCredentials({ variables, nowMs: Date.now }), /example\.com without https/);
  });

  test('are those of the environment where the platform names no endpoint', async () => {
    process.env.AWS_ACCESS_KEY_ID = 'from-the-environment';
    process.env.AWS_SECRET_ACCESS_KEY = 'secret';
    const { accessKeyId } = await roleCredentials({ variables: {}, nowMs: Date.now })();
    assert.equal(accessKeyId, 'from-the-environment');
  });
});
