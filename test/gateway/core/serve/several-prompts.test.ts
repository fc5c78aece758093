import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newCall } from '../../../../functions/gateway/core/serve/call.ts';
import type { GatewayState } from '../../../../functions/gateway/core/serve/gateway-state.ts';
import { severalPrompts } from '../../../../functions/gateway/core/serve/several-prompts.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

describe('a request of several prompts', () => {
  for (const stream of [false, true]) {
    it(`ends each of its calls once where their answers cannot be made one, and answers with an error: stream ${stream}`, async () => {
      const bugs: unknown[] = [];
      const { clock } = virtualClock();
      const ports = {
        config: { limits: { callsAtOnce: 9 } },
        ...{ clock, randomHex: () => 'f', onBug: (bug: unknown) => void bugs.push(bug) },
      };
      const gateway = { ports, openCalls: new Map() } as unknown as GatewayState;
      const call = newCall(gateway, {
        ...{ method: 'POST', path: '/v1/completions', query: '', headers: {}, signal: new AbortController().signal },
        readBody: async () => new Uint8Array(),
      });
      const bug = new Error('A bug.');
      const merge = {
        bodies: () => assert.fail('They have been told apart.'),
        body: () => assert.fail(bug),
        stream: () => assert.fail(bug),
      };
      const ended: number[] = [];
      let served = 0;
      const answer = await severalPrompts(call, {
        ...{ bodies: [{}, {}, {}], merge },
        serve: async () => {
          const number = served++;
          const words = { [Symbol.asyncIterator]: () => assert.fail('Nobody reads it.') };
          return {
            status: 200,
            headers: {},
            body: stream ? words : '{}',
            afterEnd: async () => void ended.push(number),
          };
        },
      });
      assert.deepEqual([answer.status, bugs], [500, [bug]]);
      await answer.afterEnd();
      assert.deepEqual(ended, [0, 1, 2]);
    });
  }
});
