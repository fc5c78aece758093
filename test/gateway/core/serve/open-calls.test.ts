import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openCalls } from '../../../../functions/gateway/core/serve/caller.ts';

describe('the calls that a key has open', () => {
  it('are as many as it may have, and another when one has ended', () => {
    const calls = openCalls();
    const [first, second] = [calls.enter('a', 2), calls.enter('a', 2)];
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(calls.enter('a', 2), undefined);
    first();
    first();
    assert.ok(calls.enter('a', 2) !== undefined);
    assert.equal(calls.enter('a', 2), undefined);
  });

  it("are no matter of another key's", () => {
    const calls = openCalls();
    calls.enter('a', 1);
    assert.ok(calls.enter('b', 1) !== undefined);
  });
});
