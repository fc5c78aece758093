import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sha256Hex } from '../../functions/gateway/adapters/key-form.ts';
import { pageAnswer } from '../../functions/gateway/page/page-answer.ts';
import { type RunningGateway, runningGateway } from '../support/running-gateway.ts';
import type { CaseRequest } from './security-cases.ts';
import { sendCase } from './send-case.ts';

const CALLERS_KEY = 'nemo_key-of-a-caller';
const EXPIRED_KEY = 'nemo_key-of-an-operator-that-was';

interface Attack {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: (keys: { readonly operator: string }) => Readonly<Record<string, string>>;
  readonly status: number;
}

const STATUS_ATTACKS: readonly Attack[] = [
  { name: 'no key', status: 401 },
  { name: 'no key and a HEAD', method: 'HEAD', status: 401 },
  { name: "a caller's key and a HEAD", method: 'HEAD', headers: () => bearer(CALLERS_KEY), status: 403 },
  { name: "an operator's key that has expired", headers: () => bearer(EXPIRED_KEY), status: 401 },
  { name: "an operator's key in a cookie", headers: ({ operator }) => ({ cookie: `key=${operator}` }), status: 401 },
  {
    name: "an operator's key as the user of basic authentication",
    headers: ({ operator }) => ({ authorization: `Basic ${Buffer.from(`${operator}:`).toString('base64')}` }),
    status: 401,
  },
  {
    name: "a caller's key and the claim to be an operator",
    headers: () => ({ ...bearer(CALLERS_KEY), 'x-operator': 'true', 'x-nemo-operator': '1' }),
    status: 403,
  },
  {
    name: "a caller's key and an address of the inside",
    headers: () => ({ ...bearer(CALLERS_KEY), 'x-forwarded-for': '127.0.0.1' }),
    status: 403,
  },
  { name: 'the host of a trusted machine', headers: () => ({ host: 'localhost' }), status: 401 },
  { name: 'a POST', method: 'POST', headers: ({ operator }) => bearer(operator), status: 405 },
  { name: 'a path that only looks like it', path: '/Status', headers: ({ operator }) => bearer(operator), status: 404 },
  {
    name: 'an encoded path',
    path: '/%73tatus',
    headers: ({ operator }) => bearer(operator),
    status: 404,
  },
  {
    name: 'a cursor of a million characters',
    path: `/status?after=${'a.1,'.repeat(3000)}`,
    headers: ({ operator }) => bearer(operator),
    status: 200,
  },
  {
    name: 'a cursor that injects',
    path: '/status?after=__proto__.1,%0d%0aset-cookie:%20a=b,constructor',
    headers: ({ operator }) => bearer(operator),
    status: 200,
  },
];

function bearer(key: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${key}` };
}

describe('the status page has no way around its key:', () => {
  let gateway: RunningGateway<'only'>;
  before(async () => {
    gateway = await runningGateway({
      fakes: { only: 'openai' },
      config: {
        statusPage: true,
        keys: [
          { name: 'caller', sha256: sha256Hex(CALLERS_KEY) },
          { name: 'gone', sha256: sha256Hex(EXPIRED_KEY), operator: true, expiresAt: '2020-01-01T00:00:00Z' },
        ],
      },
    });
  });
  after(() => gateway.close());

  for (const { name, method = 'GET', path = '/status', headers = () => ({}), status } of STATUS_ATTACKS) {
    it(`${name} gets ${status}`, async () => {
      const request: CaseRequest = { method, path, headers: headers({ operator: gateway.key }) };
      const answer = await sendCase(gateway.origin, request);
      assert.equal(answer.status, status, answer.body);
      assert.equal(answer.headers['set-cookie'], undefined);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
      if (status !== 200) {
        assert.doesNotMatch(answer.body, /decisions|evidence/);
      }
      assert.ok(method !== 'HEAD' || answer.body === '');
    });
  }

  it('a key in the query gets 401', async () => {
    const path = `/status?key=${gateway.key}&api_key=${gateway.key}&after=${gateway.key}`;
    assert.equal((await sendCase(gateway.origin, { method: 'GET', path, headers: {} })).status, 401);
  });
});

describe('the page', () => {
  it('holds no data: it is the same for everybody, and the gateway gives it without a look at any key', async () => {
    const page = pageAnswer('<p>a page');
    await using gateway = await runningGateway({
      fakes: { only: 'openai' },
      config: { statusPage: true },
      page: async () => page,
    });
    const answers = await Promise.all(
      [{}, bearer(gateway.key), bearer('nonsense')].map((headers) =>
        sendCase(gateway.origin, { method: 'GET', path: '/', headers }),
      ),
    );
    for (const { status, body } of answers) {
      assert.deepEqual([status, body], [200, '<p>a page']);
    }
  });
});
