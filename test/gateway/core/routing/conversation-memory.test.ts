import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conversationMemory } from '../../../../functions/gateway/core/routing/routing-memory.ts';

const TURN = { deployment: 'a', promptTokens: 5000 };
const MINUTE_MS = 60_000;

describe('the memory of conversations', () => {
  it('knows where the last turn went, for as long as a vendor may keep its prompt', () => {
    const memory = conversationMemory();
    memory.note('route', 'one', { ...TURN, atMs: 0 });
    memory.note('route', 'one', { ...TURN, deployment: 'b', atMs: MINUTE_MS });
    assert.equal(memory.recall('route', 'one', 6 * MINUTE_MS)?.deployment, 'b');
    assert.equal(memory.recall('route', 'one', 6 * MINUTE_MS + 1), undefined);
    assert.equal(memory.recall('route', 'two', 0), undefined);
  });

  it('forgets the one that was silent for longest where there are too many', () => {
    const memory = conversationMemory(3);
    for (const key of ['one', 'two', 'three', 'one', 'four']) {
      memory.note('route', key, { ...TURN, atMs: 0 });
    }
    const known = ['one', 'two', 'three', 'four'].filter((key) => memory.recall('route', key, 0) !== undefined);
    assert.deepEqual(known, ['one', 'three', 'four']);
  });
});
