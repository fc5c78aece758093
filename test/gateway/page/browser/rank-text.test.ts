import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rankedBy, scoreText } from '../../../../functions/gateway/page/browser/rank-text.ts';

describe('why a call was sent where it was', () => {
  it('is told in the words of the strategy', () => {
    const one = { deployment: 'a', score: 0.0123, state: 'healthy' } as const;
    assert.equal(scoreText('latency-based', { ...one, score: 558.2 }), '558 ms');
    assert.equal(scoreText('cost-based', one), '$0.01');
    assert.equal(scoreText('least-busy', one), '0.0123');
    assert.equal(scoreText('usage-based', one), '1.2 %');
    assert.equal(scoreText('ordered', { ...one, score: 1 }), 'place 2');
    assert.equal(scoreText('latency-based', { ...one, score: 1430, state: 'ejected' }), '1.43 s, ejected');
    assert.equal(scoreText(undefined, one), '0.0123');
  });

  it('says so where a conversation stays with one that is not the first by score', () => {
    const candidates = [
      { deployment: 'a', score: 500, state: 'healthy' },
      { deployment: 'b', score: 480, state: 'healthy' },
      { deployment: 'c', score: 10, state: 'ejected' },
    ] as const;
    assert.match(rankedBy({ strategy: 'latency-based', candidates }), /^Ranked by the time .*stays where it was\.$/);
    const inOrder = candidates.slice(1);
    assert.doesNotMatch(rankedBy({ strategy: 'latency-based', candidates: inOrder }), /stays/);
  });
});
