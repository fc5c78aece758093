import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { qualify } from '../../../../functions/gateway/core/routing/plan.ts';
import { deployment, facts } from '../../../support/routes.ts';

const plain = deployment('plain');
const vision = deployment('vision', { tags: ['vision'] });
const both = deployment('both', { tags: ['code', 'vision'], contextWindow: 1000 });

function ids(tags: readonly string[], promptTokens = 10): readonly string[] {
  return qualify([plain, vision, both], facts({ tags, promptTokens })).qualified.map(({ id }) => id);
}

describe('who qualifies', () => {
  it('is everybody where nothing is asked for, in the order of the route', () => {
    assert.deepEqual(ids([]), ['plain', 'vision', 'both']);
  });

  it('is who carries all the tags that are asked for', () => {
    assert.deepEqual(ids(['vision']), ['vision', 'both']);
    assert.deepEqual(ids(['vision', 'code']), ['both']);
  });

  it('is not who has too small a window by far, and is who may just fit', () => {
    assert.deepEqual(ids(['vision'], 2000), ['vision']);
    assert.deepEqual(ids(['vision'], 1500), ['vision', 'both']);
  });

  const unmet: readonly {
    readonly name: string;
    readonly tags: readonly string[];
    readonly promptTokens: number;
    readonly says: RegExp;
  }[] = [
    { name: 'tags', tags: ['audio', 'vision'], promptTokens: 10, says: /the tags audio, vision/ },
    { name: 'room for the prompt', tags: ['code'], promptTokens: 9000, says: /context window for about 9000 tokens/ },
  ];
  for (const { name, tags, promptTokens, says } of unmet) {
    it(`is nobody where nobody offers the ${name}, and says so`, () => {
      const result = qualify([plain, vision, both], facts({ tags, promptTokens }));
      assert.deepEqual(result.qualified, []);
      assert.match(result.unmet.join(), says);
    });
  }

  it('is who has prices, where money is counted: 0 is one', () => {
    const priced = deployment('priced', { inputPrice: 0, outputPrice: 0 });
    const half = deployment('half', { inputPrice: 1 });
    const vectors = deployment('vectors', { kind: 'embeddings', inputPrice: 1 });
    const { qualified } = qualify([plain, priced, half, vectors], facts(), true);
    assert.deepEqual(
      qualified.map(({ id }) => id),
      ['priced', 'vectors'],
    );
    assert.match(qualify([plain, half], facts(), true).unmet.join(), /a price/);
  });

  it('names no tags as missing where none were asked for', () => {
    assert.deepEqual(qualify([], facts()).unmet, []);
  });
});
