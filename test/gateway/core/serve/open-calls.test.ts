import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openCalls } from '../../../../functions/gateway/core/serve/caller.ts';
import type { OpenCalls } from '../../../../functions/gateway/core/serve/gateway-state.ts';

/** What ends a call that is let in. */
function entered(result: ReturnType<OpenCalls['enter']>): () => void {
  assert.ok(typeof result === 'function');
  return result;
}

function refused(result: ReturnType<OpenCalls['enter']>): string | null | undefined {
  assert.ok(typeof result !== 'function');
  return result.code;
}

describe('the calls that a key has open', () => {
  it('are as many as it may have, and another when one has ended', () => {
    const calls = openCalls(2);
    const first = entered(calls.enter({ name: 'a' }));
    entered(calls.enter({ name: 'a' }));
    assert.equal(refused(calls.enter({ name: 'a' })), 'too_many_calls_at_once');
    first();
    first();
    entered(calls.enter({ name: 'a' }));
    assert.equal(refused(calls.enter({ name: 'a' })), 'too_many_calls_at_once');
  });

  it("are no matter of another key's", () => {
    const calls = openCalls(1);
    entered(calls.enter({ name: 'a' }));
    entered(calls.enter({ name: 'b' }));
  });

  it('are as many as its own limit says, and counted by its account where it has one', () => {
    const calls = openCalls(5);
    const key = { name: 'a', account: 'hash', limits: { callsAtOnce: 1 } };
    entered(calls.enter(key));
    assert.equal(refused(calls.enter({ ...key, name: 'renamed' })), 'too_many_calls_at_once');
    entered(calls.enter({ name: 'a' }));
  });
});
