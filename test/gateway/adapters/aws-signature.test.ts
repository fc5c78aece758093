import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { awsSigner, type SignableRequest } from '../../../functions/gateway/adapters/aws-signature.ts';
import fc from '../../support/property.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const REQUEST: SignableRequest = {
  method: 'POST',
  url: 'https://bedrock-runtime.eu-central-1.amazonaws.com/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse',
  headers: { 'content-type': 'application/json' },
  body: '{"messages":[{"role":"user","content":[{"text":"Grüße"}]}]}',
};

function signer(sessionToken?: string) {
  const credentials = { ...CREDENTIALS, ...(sessionToken === undefined ? {} : { sessionToken }) };
  return awsSigner({ credentials: async () => credentials, region: 'eu-central-1', now: () => AT });
}

/** The signature computed from the specification alone, over the headers that `signed` says are signed. */
function expectedAuthorization(
  request: SignableRequest,
  signed: Readonly<Record<string, string>>,
  path: string,
): string {
  const names = /SignedHeaders=([^,]+)/.exec(signed.authorization ?? '')?.[1] ?? '';
  const headers = names.split(';').map((name) => `${name}:${signed[name]?.trim()}\n`);
  const canonical = [request.method, path, '', headers.join(''), names, sha256(request.body)].join('\n');
  const scope = '20260102/eu-central-1/bedrock/aws4_request';
  const toSign = ['AWS4-HMAC-SHA256', '20260102T030405Z', scope, sha256(canonical)].join('\n');
  const key = ['20260102', 'eu-central-1', 'bedrock', 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${CREDENTIALS.secretAccessKey}`,
  );
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

test('The signature is the one that the specification gives, over the path encoded once more', async () => {
  const signed = await signer()(REQUEST);
  const path = '/model/anthropic.claude-sonnet-4-5-20250929-v1%253A0/converse';
  assert.equal(signed.authorization, expectedAuthorization(REQUEST, signed, path));
  assert.match(signed.authorization ?? '', /SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date,/);
});

test('The slashes of an ARN stay encoded: they are signed as %252F', async () => {
  const arn = 'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc123';
  const url = `https://bedrock-runtime.eu-central-1.amazonaws.com/model/${encodeURIComponent(arn)}/converse-stream`;
  const request = { ...REQUEST, url };
  const signed = await signer()(request);
  const path =
    '/model/arn%253Aaws%253Abedrock%253Aeu-central-1%253A123456789012%253Aapplication-inference-profile%252Fabc123/converse-stream';
  assert.equal(signed.authorization, expectedAuthorization(request, signed, path));
});

test('A session token is sent and signed', async () => {
  const signed = await signer('the-session-token')(REQUEST);
  assert.equal(signed['x-amz-security-token'], 'the-session-token');
  assert.match(signed.authorization ?? '', /SignedHeaders=[^,]*x-amz-security-token/);
  const path = '/model/anthropic.claude-sonnet-4-5-20250929-v1%253A0/converse';
  assert.equal(signed.authorization, expectedAuthorization(REQUEST, signed, path));
});

test('The caller’s headers are kept under names in lower case, and the host carries a port that is not the default', async () => {
  const signed = await signer()({
    ...REQUEST,
    url: 'http://127.0.0.1:8123/model/m/converse',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
  });
  assert.equal(signed['content-type'], 'application/json');
  assert.equal(signed.accept, 'application/json');
  assert.equal(signed['Content-Type'], undefined);
  assert.equal(signed.host, '127.0.0.1:8123');
});

test('Credentials are asked for anew for every request', async () => {
  let asked = 0;
  const credentials = async () => {
    asked += 1;
    return { ...CREDENTIALS, accessKeyId: `AKID${asked}` };
  };
  const sign = awsSigner({ credentials, region: 'eu-central-1', now: () => AT });
  const first = await sign(REQUEST);
  const second = await sign(REQUEST);
  assert.match(first.authorization ?? '', /Credential=AKID1\//);
  assert.match(second.authorization ?? '', /Credential=AKID2\//);
});

/** Node's SHA-256 or HMAC as the SDK's signer wants it. */
class Sha256 {
  readonly #parts: Uint8Array[] = [];
  readonly #secret: Uint8Array | undefined;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined ? undefined : Buffer.from(secret as Uint8Array);
  }

  update(part: Uint8Array): void {
    this.#parts.push(Buffer.from(part));
  }

  async digest(): Promise<Uint8Array> {
    const hash = this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
    return hash.update(Buffer.concat(this.#parts)).digest();
  }

  reset(): void {
    this.#parts.length = 0;
  }
}

const segment = fc.string({ unit: fc.constantFrom(..."aZ09-_.~!*()'$&+,;=:@% /äß🙂"), maxLength: 12 });
const pairs = fc.uniqueArray(fc.tuple(segment, segment), { selector: ([name]) => name, maxLength: 4 });
const value = fc
  .string({ unit: fc.constantFrom(...'abc 0=;,'), minLength: 1, maxLength: 12 })
  .map((text) => `x${text}`);

test('Whatever is asked, the signature is the one that the SDK gives', async () => {
  const sdk = new SignatureV4({ credentials: CREDENTIALS, region: 'eu-central-1', service: 'bedrock', sha256: Sha256 });
  const sign = signer();
  const asked = fc.record({
    segments: fc.array(
      segment.filter((one) => one !== '' && !/^\.+$/.test(one)),
      { maxLength: 3 },
    ),
    query: pairs,
    headers: fc.dictionary(fc.constantFrom('x-amz-target', 'content-type', 'Accept', 'user-agent', 'X-Own'), value),
    body: fc.string({ unit: 'grapheme', maxLength: 50 }),
  });
  await fc.assert(
    fc.asyncProperty(asked, async ({ segments, query, headers, body }) => {
      const path = `/${segments.map(encodeURIComponent).join('/')}`;
      const url = new URL(`https://example.amazonaws.com${path}?${new URLSearchParams(query)}`);
      const ours = await sign({ method: 'POST', url: url.href, headers, body });
      const { headers: theirs } = await sdk.sign(
        {
          method: 'POST',
          protocol: url.protocol,
          hostname: url.hostname,
          path: url.pathname,
          query: Object.fromEntries(query),
          headers: {
            ...Object.fromEntries(Object.entries(headers).map(([name, said]) => [name.toLowerCase(), said])),
            host: url.host,
          },
          body,
        },
        { signingDate: new Date(AT) },
      );
      assert.equal(ours.authorization, theirs.authorization);
    }),
  );
});
