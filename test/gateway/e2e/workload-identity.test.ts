import assert from 'node:assert/strict';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { roleSign } from '../../../functions/gateway/adapters/role-sign.ts';
import type { GoogleTokenServers } from '../../../functions/gateway/adapters/workload-identity-token.ts';
import { arrayMember, type JsonObject, stringMember } from '../../../functions/gateway/core/wire/json.ts';
import { startCloudHost } from '../../support/cloud-host.ts';
import { startCloudSystem } from '../../support/cloud-system.ts';
import { startRecordingServer } from '../../support/recording-server.ts';

/** The credentials of the function's role, as Lambda puts them into its environment. */
const ROLE = { accessKeyId: 'ASIAROLE', secretAccessKey: 'secret-of-the-role', sessionToken: 'session-of-the-role' };
const AUDIENCE = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/aws/providers/nemo';
const ACCOUNT = 'nemo@p-1.iam.gserviceaccount.com';

class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret));
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function keyOf(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') {
    return secret;
  }
  return secret instanceof ArrayBuffer
    ? new Uint8Array(secret)
    : new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
}

/** What AWS says to a request "who am I" that Google shows it: whether the role has signed just this, by AWS's own signer. */
async function isOfTheRole(subject: JsonObject): Promise<boolean> {
  const headers = Object.fromEntries(
    arrayMember(subject, 'headers').map((one) => [
      String(stringMember(one, 'key')).toLowerCase(),
      String(stringMember(one, 'value')),
    ]),
  );
  const { authorization = '', 'x-amz-date': date = '', ...others } = headers;
  const url = new URL(String(subject.url));
  const [, region = ''] = /^sts\.([a-z0-9-]+)\.amazonaws\.com$/.exec(url.host) ?? [];
  const signer = new SignatureV4({ credentials: ROLE, region, service: 'sts', sha256: Sha256 });
  const named = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  const signed = await signer.sign(
    {
      method: String(subject.method),
      protocol: 'https:',
      hostname: url.host,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(Object.entries(others).filter(([name]) => named.includes(name))),
      body: '',
    },
    { signingDate: new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')) },
  );
  return signed.headers.authorization === authorization && headers['x-goog-cloud-target-resource'] === AUDIENCE;
}

/** Google's servers of tokens: they ask who the request to AWS names, then give a token for it, then one for the account. */
async function startGoogle() {
  const verdicts: boolean[] = [];
  const server = await startRecordingServer((request, response) => {
    void answer(request.url, request.text).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  async function answer(url: string, text: string): Promise<{ readonly status: number; readonly body: object }> {
    if (!url.endsWith('/token')) {
      const expireTime = new Date(Date.now() + 3_600_000).toISOString();
      return { status: 200, body: { accessToken: 'token-of-the-account', expireTime } };
    }
    const form = new URLSearchParams(text);
    const subject: JsonObject = JSON.parse(decodeURIComponent(form.get('subject_token') ?? '{}'));
    const isValid = form.get('audience') === AUDIENCE && (await isOfTheRole(subject));
    verdicts.push(isValid);
    return isValid
      ? { status: 200, body: { access_token: 'token-of-the-role', expires_in: 3600 } }
      : { status: 400, body: { error: 'invalid_grant', error_description: 'The signature does not match.' } };
  }
  const servers: GoogleTokenServers = { exchange: `${server.origin}/v1/token`, impersonation: `${server.origin}/v1` };
  return { server, servers, verdicts };
}

function fileFor(origin: string, serviceAccount: string | undefined): JsonObject {
  const identity = { audience: AUDIENCE, ...(serviceAccount !== undefined && { serviceAccount }) };
  return {
    providers: {
      vertex: { project: 'p-1', region: 'europe-west1', workloadIdentity: identity, baseUrl: origin },
    },
    deployments: {
      gemini: { provider: 'vertex', model: 'gemini-2.5-pro' },
      claude: { provider: 'vertex', model: 'claude-sonnet-4-5@20250929' },
    },
  };
}

const HI = [{ role: 'user', content: 'Hi' }];
const PLACE = '/v1/projects/p-1/locations/europe-west1/publishers';

describe('Vertex AI by the role of the function', () => {
  for (const [who, account, token] of [
    ['the role itself', undefined, 'token-of-the-role'],
    ['a service account that the role may act as', ACCOUNT, 'token-of-the-account'],
  ] as const) {
    it(`is asked with one token of Google's for ${who}, which AWS knows by its signature`, async () => {
      await using cloud = await startCloudHost();
      const google = await startGoogle();
      await using _server = google.server;
      const sign = roleSign(async () => ROLE);
      await using system = await startCloudSystem(cloud, fileFor(cloud.origin, account), {
        sign,
        googleServers: google.servers,
      });
      const chat = await system.ask('/v1/chat/completions', { model: 'gemini', messages: HI });
      const messages = await system.ask('/v1/messages', { model: 'claude', max_tokens: 100, messages: HI });
      assert.deepEqual([chat.status, messages.status], [200, 200], chat.text + messages.text);
      assert.deepEqual(google.verdicts, [true]);
      assert.deepEqual(
        cloud.calls().map(({ url, headers }) => [url.split('?')[0], headers.authorization]),
        [
          [`${PLACE}/google/models/gemini-2.5-pro:streamGenerateContent`, `Bearer ${token}`],
          [`${PLACE}/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict`, `Bearer ${token}`],
        ],
      );
      assert.equal(google.server.seen.length, account === undefined ? 1 : 2);
    });
  }

  it('is not asked where Google refuses the role, and the operator is told', async () => {
    await using cloud = await startCloudHost();
    const google = await startGoogle();
    await using _server = google.server;
    const sign = roleSign(async () => ({ ...ROLE, secretAccessKey: 'of another role' }));
    await using system = await startCloudSystem(cloud, fileFor(cloud.origin, undefined), {
      sign,
      googleServers: google.servers,
    });
    const { status, text } = await system.ask('/v1/chat/completions', { model: 'gemini', messages: HI });
    assert.equal(status, 502, text);
    assert.deepEqual(google.verdicts, [false]);
    assert.equal(cloud.calls().length, 0);
  });
});
