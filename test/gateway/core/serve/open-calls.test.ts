import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CallLog, newCallLog } from '../../../../functions/gateway/core/serve/call.ts';
import { enter } from '../../../../functions/gateway/core/serve/caller.ts';
import type { AuthenticatedKey, GatewayPorts } from '../../../../functions/gateway/core/serve/ports.ts';
import { coreGateway } from '../../../support/core-gateway.ts';

/** A call of a key's. */
function callOf(key: AuthenticatedKey): CallLog {
  const trace = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), flags: 1 };
  const request = { method: 'POST', path: '/v1/chat/completions', headers: {} };
  const log = newCallLog({ requestId: 'id', request, startedAtMs: 0, trace });
  log.add({ kind: 'authenticated', key, limited: undefined, spender: undefined, witness: key.name });
  return log;
}

/** The code of the error that keeps each key's call out, one call after the other; `undefined`: it is let in. */
function entering(keys: readonly AuthenticatedKey[], most: number): readonly (string | null | undefined)[] {
  const open = new Map<string, number>();
  return keys.map((key) => enter(callOf(key), open, most)?.code);
}

const FULL = 'too_many_calls_at_once';

describe('the calls that a key has open', () => {
  it('are as many as it may have, and another when one has ended', () => {
    const open = new Map<string, number>();
    const first = callOf({ name: 'a' });
    assert.equal(enter(first, open, 2), undefined);
    assert.equal(enter(callOf({ name: 'a' }), open, 2), undefined);
    assert.equal(enter(callOf({ name: 'a' }), open, 2)?.code, FULL);
    first.last.entered?.leave();
    assert.equal(enter(callOf({ name: 'a' }), open, 2), undefined);
    assert.equal(enter(callOf({ name: 'a' }), open, 2)?.code, FULL);
  });

  it('leave nothing behind when all have ended', () => {
    const open = new Map<string, number>();
    const calls = [callOf({ name: 'a' }), callOf({ name: 'a' })];
    for (const call of calls) {
      enter(call, open, 2);
    }
    for (const call of calls) {
      call.last.entered?.leave();
    }
    assert.equal(open.size, 0);
  });

  it("are no matter of another key's", () => {
    assert.deepEqual(entering([{ name: 'a' }, { name: 'b' }], 1), [undefined, undefined]);
  });

  it('are as many as its own limit says, and counted by its account where it has one', () => {
    const key = { name: 'a', account: 'hash', limits: { callsAtOnce: 1 } };
    const keys = [key, { ...key, name: 'renamed' }, { name: 'a' }];
    assert.deepEqual(entering(keys, 5), [undefined, FULL, undefined]);
  });

  it('are no more after one whose bug lies in its answer and in the error in its place', async () => {
    const bug = new Error('no headers');
    const headers = Object.defineProperty({}, 'x-limit', {
      enumerable: true,
      get: () => {
        throw bug;
      },
    });
    const keyLimiter: GatewayPorts['keyLimiter'] = {
      refusal: () => undefined,
      admit: async () => ({ kind: 'admitted', headers, settle: async () => undefined }),
      noteSpent: async () => undefined,
      close: async () => undefined,
    };
    const limits = { requestsPerMinute: 100, callsAtOnce: 1 };
    const authenticate = async (): Promise<AuthenticatedKey> => ({ name: 'a', account: 'hash', limits });
    const dial = async () => ({ kind: 'failed', failure: { kind: 'unreachable', code: 'ECONNREFUSED' } }) as const;
    const ask = coreGateway(dial, authenticate, { keyLimiter });
    const body = Buffer.from(JSON.stringify({ model: 'openai', messages: [{ role: 'user', content: 'Hi' }] }));
    for (let call = 0; call < 2; call += 1) {
      await assert.rejects(ask('/v1/chat/completions', body), bug);
    }
  });
});
