import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type AccessTokensOptions, accessTokens } from '../../../functions/gateway/adapters/access-tokens.ts';
import { roleSign } from '../../../functions/gateway/adapters/role-sign.ts';
import { TokenRefusal } from '../../../functions/gateway/adapters/token-request.ts';
import { undiciDial } from '../../../functions/gateway/adapters/undici-dial.ts';
import type { UpstreamCall } from '../../../functions/gateway/core/model/dial.ts';
import type { Provider } from '../../../functions/gateway/core/model/gateway-config.ts';
import '../../../functions/gateway/core/protocols/protocols.ts';
import { arrayMember, stringMember } from '../../../functions/gateway/core/wire/json.ts';
import { startCloudHost } from '../../support/cloud-host.ts';
import { type RecordingServer, startRecordingServer } from '../../support/recording-server.ts';

const HOUR_MS = 3_600_000;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

let server: RecordingServer;
let nowMs = 0;
let answer: { status: number; body: object };

before(async () => {
  server = await startRecordingServer((_request, response) => {
    const { status, body } = answer;
    const { length } = server.seen;
    const named = { access_token: `token-${length}`, accessToken: `acting-${length}`, ...body };
    response.writeHead(status).end(JSON.stringify(status === 200 ? named : body));
  });
});
after(() => server.close());
beforeEach(() => {
  server.forget();
  nowMs = Date.UTC(2026, 10, 29);
  answer = { status: 200, body: { expires_in: 3600, expireTime: new Date(nowMs + HOUR_MS).toISOString() } };
});

function source(secret: string | undefined, more: Partial<AccessTokensOptions> = {}): ReturnType<typeof accessTokens> {
  const sign = roleSign(async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's', sessionToken: 'session' }));
  return accessTokens({ credentials: async () => secret, sign, nowMs: () => nowMs, awsRegion: 'eu-west-1', ...more });
}

function form(index = 0): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(server.seen[index]?.text));
}

describe('a token of Entra ID', () => {
  const azure = (more: object = {}): Provider => ({
    protocol: 'openai',
    host: 'azure',
    baseUrl: 'https://r.openai.azure.com',
    apiKey: 'AZURE_CLIENT_SECRET',
    entra: { tenantId: 'tenant-1', clientId: 'client-1', authority: server.origin },
    ...more,
  });

  it('is asked for with the client secret, for the scope of the address', async () => {
    assert.equal(await source('the secret')(azure()), 'token-1');
    assert.equal(server.seen[0]?.url, '/tenant-1/oauth2/v2.0/token');
    assert.deepEqual(form(), {
      grant_type: 'client_credentials',
      client_id: 'client-1',
      client_secret: 'the secret',
      scope: 'https://cognitiveservices.azure.com/.default',
    });
    await source('the secret')(azure({ baseUrl: 'https://r.services.ai.azure.com' }));
    await source('the secret')(azure({ protocol: 'anthropic' }));
    assert.deepEqual([form(1).scope, form(2).scope], Array(2).fill('https://ai.azure.com/.default'));
    await source('the secret')(azure({ entra: { ...azure().entra, scope: 'https://other/.default' } }));
    assert.equal(form(3).scope, 'https://other/.default');
  });

  it('is one for all calls at once and for all deployments of a provider, until it ends', async () => {
    const tokens = source('secret');
    assert.deepEqual(
      await Promise.all([tokens(azure()), tokens(azure()), tokens({ ...azure() })]),
      Array(3).fill('token-1'),
    );
    nowMs += HOUR_MS / 2;
    assert.equal(await tokens(azure()), 'token-1');
    nowMs += HOUR_MS / 2;
    assert.equal(await tokens(azure()), 'token-2');
    assert.equal(server.seen.length, 2);
  });

  it('is one for all words in which a provider is spoken to at one scope', async () => {
    const tokens = source('secret');
    const entra = { ...azure().entra, scope: 'https://one/.default' };
    await Promise.all([tokens(azure({ entra })), tokens(azure({ entra, protocol: 'anthropic' }))]);
    assert.equal(server.seen.length, 1);
  });

  it('is another one after it was refused', async () => {
    const tokens = source('secret');
    await tokens(azure());
    nowMs += 60_000;
    assert.equal(await tokens(azure(), 'token-1'), 'token-2');
  });

  it("is refused with the server's own sentence and without the secret", async () => {
    answer = {
      status: 401,
      body: { error: 'invalid_client', error_description: 'AADSTS7000215: not the-secret here' },
    };
    await assert.rejects(source('the-secret')(azure()), (error: Error) => {
      assert.ok(error instanceof TokenRefusal);
      assert.match(error.message, /^127\.0\.0\.1 gives no token: 401 AADSTS7000215: not \[redacted\] here$/);
      return true;
    });
  });

  it('is asked for once more with the secret that has taken the place of a refused one', async () => {
    const shown: (string | undefined)[] = [];
    const tokens = source(undefined, {
      credentials: async (_name, refused) => {
        shown.push(refused);
        answer = refused === undefined ? { status: 401, body: { error: 'invalid_client' } } : { status: 200, body: {} };
        return refused === undefined ? 'old' : 'new';
      },
    });
    assert.equal(await tokens(azure()), 'token-2');
    assert.deepEqual(shown, [undefined, 'old']);
    assert.equal(form(1).client_secret, 'new');
  });

  it('is not refused by a server that is only busy: that passes', async () => {
    for (const status of [500, 503, 429]) {
      answer = { status, body: {} };
      await assert.rejects(source('secret')(azure()), (error: Error) => !(error instanceof TokenRefusal));
    }
  });

  it('is refused where the secret is missing, and says which', async () => {
    await assert.rejects(source(undefined)(azure()), /The credential AZURE_CLIENT_SECRET is missing/);
  });
});

describe("a token of Google's for a service account", () => {
  const VERTEX: Provider = { protocol: 'gemini', host: 'vertex', project: 'p', apiKey: 'GOOGLE_SERVICE_ACCOUNT' };
  const account = (more: object = {}): string =>
    JSON.stringify({
      type: 'service_account',
      client_email: 'nemo@p.iam.gserviceaccount.com',
      private_key: PEM,
      private_key_id: 'key-1',
      token_uri: `${server.origin}/token`,
      ...more,
    });

  it('is given for an assertion that its key has signed', async () => {
    assert.equal(await source(account())(VERTEX), 'token-1');
    const { grant_type, assertion = '' } = form();
    assert.equal(grant_type, 'urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [head = '', claims = '', signature = ''] = assertion.split('.');
    assert.ok(verify('sha256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url')));
    assert.deepEqual(decoded(head), { alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    assert.deepEqual(decoded(claims), {
      iss: 'nemo@p.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: `${server.origin}/token`,
      iat: nowMs / 1000,
      exp: nowMs / 1000 + 3600,
    });
  });

  const bad: readonly (readonly [string, () => string, RegExp])[] = [
    ['no JSON', () => 'AIzaSomething', /not the JSON file of a Google service account/],
    ['another kind of JSON', () => '{"type":"authorized_user"}', /not the JSON file/],
    [
      'a token server that is not encrypted',
      () => account({ token_uri: 'http://example.org/token' }),
      /not the JSON file/,
    ],
    ['a key that is none', () => account({ private_key: 'secret-of-mine' }), /private_key cannot be read/],
  ];
  for (const [name, text, expected] of bad) {
    it(`is refused for ${name}, without a word of the credential`, async () => {
      await assert.rejects(source(text())(VERTEX), (error: Error) => {
        assert.ok(error instanceof TokenRefusal);
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /AIza|secret-of-mine|BEGIN/);
        return true;
      });
    });
  }
});

describe("a token of Google's for the AWS role", () => {
  const AUDIENCE = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/aws/providers/nemo';
  const servers = () => ({ exchange: `${server.origin}/v1/token`, impersonation: `${server.origin}/v1` });
  const vertex = (more: object = {}): Provider => ({
    protocol: 'gemini',
    host: 'vertex',
    project: 'p',
    workloadIdentity: { audience: AUDIENCE, ...more },
  });

  it('is given for a request to AWS that is signed by the role and not sent', async () => {
    const tokens = source(undefined, { googleServers: servers() });
    assert.equal(await tokens(vertex()), 'token-1');
    assert.equal(server.seen.length, 1);
    const { subject_token = '', ...rest } = form();
    assert.deepEqual(rest, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: AUDIENCE,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
    });
    const subject: unknown = JSON.parse(decodeURIComponent(subject_token));
    assert.equal(
      stringMember(subject, 'url'),
      'https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15',
    );
    assert.equal(stringMember(subject, 'method'), 'POST');
    const headers = Object.fromEntries(
      arrayMember(subject, 'headers').map((one) => [stringMember(one, 'key'), stringMember(one, 'value')]),
    );
    assert.equal(headers.host, 'sts.eu-west-1.amazonaws.com');
    assert.equal(headers['x-goog-cloud-target-resource'], AUDIENCE);
    assert.equal(headers['x-amz-security-token'], 'session');
    assert.match(
      headers.authorization ?? '',
      /^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/eu-west-1\/sts\/aws4_request, SignedHeaders=[^,]*x-goog-cloud-target-resource/,
    );
  });

  it('is that of the service account that the role may act as', async () => {
    const tokens = source(undefined, { googleServers: servers() });
    assert.equal(await tokens(vertex({ serviceAccount: 'nemo@p.iam.gserviceaccount.com' })), 'acting-2');
    assert.equal(
      server.seen[1]?.url,
      '/v1/projects/-/serviceAccounts/nemo%40p.iam.gserviceaccount.com:generateAccessToken',
    );
    assert.equal(server.seen[1]?.headers.authorization, 'Bearer token-1');
    assert.deepEqual(server.seen[1]?.body, {
      scope: ['https://www.googleapis.com/auth/cloud-platform'],
      lifetime: '3600s',
    });
    nowMs += HOUR_MS;
    answer.body = { expires_in: 3600, expireTime: new Date(nowMs + HOUR_MS).toISOString() };
    assert.equal(await tokens(vertex({ serviceAccount: 'nemo@p.iam.gserviceaccount.com' })), 'acting-4');
  });

  it('is refused where there is no role, without a word of why', async () => {
    const sign = async (): Promise<never> => {
      throw new Error('/home/me/.aws/credentials is not there');
    };
    await assert.rejects(source(undefined, { sign, googleServers: servers() })(vertex()), {
      message: 'There are no AWS credentials to show to Google.',
    });
  });

  it("is refused with Google's own sentence", async () => {
    answer = { status: 403, body: { error: { message: 'Permission iam.serviceAccounts.getAccessToken denied' } } };
    await assert.rejects(
      source(undefined, { googleServers: servers() })(vertex()),
      /403 Permission iam\.serviceAccounts/,
    );
  });
});

describe('a dial with tokens', () => {
  it('calls once more, at once, with a new token where the host refuses the old one', async () => {
    await using cloud = await startCloudHost();
    const tokens = accessTokens({
      credentials: async () => 'secret',
      sign: async () => ({}),
      nowMs: () => nowMs,
    });
    const { dial, close } = undiciDial({ credentials: async () => 'secret', sign: async () => ({}), tokens });
    const call: UpstreamCall = {
      deployment: {
        id: 'azure/gpt',
        provider: 'azure',
        model: 'gpt',
        tags: [],
        prefill: false,
        streaming: true,
        kind: 'chat',
        providerSettings: {
          protocol: 'openai',
          host: 'azure',
          baseUrl: cloud.origin,
          apiKey: 'AZURE_CLIENT_SECRET',
          entra: { tenantId: 't', clientId: 'c', authority: cloud.origin },
        },
      },
      request: { operation: 'answer', headers: {}, body: {} },
      connectMs: 1000,
      signal: new AbortController().signal,
    };
    const statuses = async (): Promise<number> => {
      const result = await dial(call);
      assert.ok(result.kind === 'answered');
      for await (const _ of result.body);
      return result.status;
    };
    assert.equal(await statuses(), 200);
    cloud.accept('token-2');
    nowMs += 60_000;
    assert.deepEqual(await Promise.all([statuses(), statuses(), statuses()]), [200, 200, 200]);
    assert.equal(cloud.seen.length - cloud.calls().length, 2);
    cloud.accept('none of them');
    assert.equal(await statuses(), 401);
    await close();
  });

  it('fails as misconfigured where no token is given, in the words of who refused', async () => {
    answer = { status: 400, body: { error: 'invalid_request', error_description: 'AADSTS90002: Tenant not found.' } };
    const { dial, close } = undiciDial({ credentials: async () => 'secret', sign: async () => ({}) });
    const entra = { tenantId: 't', clientId: 'c', authority: server.origin };
    const providerSettings: Provider = {
      protocol: 'openai',
      host: 'azure',
      baseUrl: server.origin,
      apiKey: 'K',
      entra,
    };
    const result = await dial({
      deployment: {
        id: 'a',
        provider: 'azure',
        model: 'm',
        tags: [],
        prefill: false,
        streaming: true,
        kind: 'chat',
        providerSettings,
      },
      request: { operation: 'answer', headers: {}, body: {} },
      connectMs: 1000,
      signal: new AbortController().signal,
    });
    assert.ok(result.kind === 'failed' && result.failure.kind === 'misconfigured');
    assert.match(result.failure.vendor?.message ?? '', /gives no token: 400 AADSTS90002/);
    await close();
  });
});

function decoded(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
