import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import { loadControl } from '../../../infra/local/load-control.ts';

describe('the control of the load', () => {
  const told: string[] = [];
  const control = loadControl({
    state: () => ({ running: told.at(-1) === 'start', leftMs: 0, callsPerSecond: 4, calls: 0 }),
    start: () => void told.push('start'),
    stop: () => void told.push('stop'),
  });
  const server = createServer((request, response) => {
    if (!control(request, response)) {
      response.writeHead(418).end();
    }
  });
  let origin = '';
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  after(() => server.close());
  beforeEach(() => void told.splice(0));

  const cases: readonly (readonly [what: string, path: string, init: RequestInit, status: number, told: string[]])[] = [
    ['starts it', '/local/load/start', { method: 'POST' }, 200, ['start']],
    ['stops it', '/local/load/stop', { method: 'POST' }, 200, ['stop']],
    ['tells how it stands', '/local/load', {}, 200, []],
    ['changes nothing for a GET', '/local/load/start', {}, 405, []],
    [
      'heeds no page of somebody else',
      '/local/load/start',
      { method: 'POST', headers: { origin: 'http://evil.example' } },
      405,
      [],
    ],
    ['knows no other word', '/local/load/constructor', { method: 'POST' }, 404, []],
    ['leaves other paths alone', '/local/loads', { method: 'POST' }, 418, []],
  ];
  for (const [what, path, init, status, expected] of cases) {
    it(what, async () => {
      const response = await fetch(origin + path, init);
      assert.equal(response.status, status);
      assert.deepEqual(told, expected);
      if (status === 200) {
        assert.deepEqual(await response.json(), {
          running: expected[0] === 'start',
          leftMs: 0,
          callsPerSecond: 4,
          calls: 0,
        });
      }
    });
  }

  it('heeds its own page', async () => {
    const response = await fetch(`${origin}/local/load/start`, { method: 'POST', headers: { origin } });
    assert.equal(response.status, 200);
  });
});
