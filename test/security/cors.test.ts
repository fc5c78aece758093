import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gatewayServer } from '../../functions/gateway/adapters/node-http-server.ts';
import { sendCase } from './send-case.ts';

const GOOD = 'https://app.example.com';
const CORS = { allowedOrigins: [GOOD], maxAgeSeconds: 600 };

/** A server whose gateway answers everything. */
async function serverWith(cors: typeof CORS | undefined): Promise<{ origin: string; close: () => Promise<void> }> {
  const answer = { status: 200, headers: {}, body: '{}', afterEnd: async () => undefined };
  const { server, close } = gatewayServer(async () => answer, { cors });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function preflight(origin: string): Parameters<typeof sendCase>[1] {
  const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
  return { method: 'OPTIONS', path: '/v1/chat/completions', headers: { origin, ...asked } };
}

describe('web pages', () => {
  let open: Awaited<ReturnType<typeof serverWith>>;
  let closed: typeof open;
  before(async () => {
    [open, closed] = await Promise.all([serverWith(CORS), serverWith(undefined)]);
  });
  after(async () => {
    await Promise.all([open.close(), closed.close()]);
  });

  test('may not call unless the configuration names their origin', async () => {
    for (const [server, page] of [
      [closed, GOOD],
      [open, 'https://evil.example'],
      [open, `${GOOD}.evil.example`],
      [open, 'null'],
      [open, GOOD.toUpperCase()],
    ] as const) {
      for (const request of [preflight(page), { ...preflight(page), method: 'GET' }]) {
        const { headers } = await sendCase(server.origin, request);
        assert.equal(headers['access-control-allow-origin'], undefined, page);
      }
    }
  });

  test('that may call are told so before they do, and can read the gateway’s headers', async () => {
    const asked = await sendCase(open.origin, preflight(GOOD));
    assert.equal(asked.status, 204);
    assert.equal(asked.headers['access-control-allow-origin'], GOOD);
    assert.equal(asked.headers['access-control-allow-headers'], 'authorization');
    assert.equal(asked.headers['access-control-allow-credentials'], undefined);
    assert.equal(asked.headers['access-control-max-age'], '600');
    const answer = await sendCase(open.origin, { method: 'GET', path: '/v1/models', headers: { origin: GOOD } });
    assert.equal(answer.headers['access-control-allow-origin'], GOOD);
    assert.match(String(answer.headers['access-control-expose-headers']), /x-nemo-request-id/);
    assert.equal(answer.headers.vary, 'origin');
  });
});
