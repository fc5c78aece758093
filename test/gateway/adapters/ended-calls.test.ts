import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gatewayServer } from '../../../functions/gateway/adapters/node-http-server.ts';
import type { Dial } from '../../../functions/gateway/core/model/dial.ts';
import { coreHandler } from '../../support/core-gateway.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const CALLS = 20;
/** A connection that is kept may hold its last call. */
const MOST_HELD = 2;

const STREAM = [
  { choices: [{ index: 0, delta: { role: 'assistant', content: 'Hi' }, finish_reason: null }] },
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
]
  .map((chunk) => `data: ${JSON.stringify({ id: 'a', model: 'm', created: 1, ...chunk })}\n\n`)
  .concat('data: [DONE]\n\n')
  .join('');

/** A dial whose answers are known by weak references to their bodies, which an attempt holds as long as it is held itself. */
function watchedDial(): { readonly dial: Dial; readonly held: () => number } {
  const bodies: WeakRef<object>[] = [];
  return {
    dial: async () => {
      const body = (async function* answer() {
        yield Buffer.from(STREAM);
      })();
      bodies.push(new WeakRef(body));
      return { kind: 'answered', status: 200, headers: {}, body };
    },
    held: () => bodies.filter((body) => body.deref() !== undefined).length,
  };
}

describe('a call that has ended', () => {
  for (const stream of [true, false]) {
    it(`is let go of while what it has used is being written (${stream ? 'streamed' : 'plain'})`, async () => {
      const { dial, held } = watchedDial();
      const written = Promise.withResolvers<undefined>();
      let notes = 0;
      const noted = Promise.withResolvers<undefined>();
      const rollups = {
        note: () => {
          notes += 1;
          if (notes === CALLS) {
            noted.resolve(undefined);
          }
        },
        flush: () => written.promise,
        read: async () => undefined,
        close: async () => undefined,
      };
      const { server, close } = gatewayServer(coreHandler(dial, { rollups }));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      for (let call = 0; call < CALLS; call += 1) {
        const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: 'Bearer fuzz', 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'openai', stream, messages: [{ role: 'user', content: 'Hi' }] }),
        });
        assert.equal(response.status, 200);
        await response.text();
      }
      await noted.promise;
      // Weak references hold until the turn in which they were made or read has ended.
      await setImmediate();
      collect();
      const left = held();
      written.resolve(undefined);
      await close();
      assert.ok(left <= MOST_HELD, `${left} of ${CALLS} calls are still held.`);
    });
  }
});
