import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distinctCallIds } from '../../../../../functions/gateway/core/protocols/portable/distinct-call-ids.ts';
import fc from '../../../../support/property.ts';

type Said = readonly ['call' | 'result', string];

function distinct(said: readonly Said[]): readonly string[] {
  const ids = distinctCallIds();
  return said.map(([kind, id]) => ids[kind](id));
}

describe('distinctCallIds', () => {
  for (const { name, said, expected } of [
    {
      name: 'a later step that numbers anew',
      said: [
        ['call', 'c0'],
        ['result', 'c0'],
        ['call', 'c0'],
        ['result', 'c0'],
      ],
      expected: ['c0', 'c0', 'c0_2', 'c0_2'],
    },
    {
      name: 'two calls of one id in one step, by the order of their results',
      said: [
        ['call', 'c'],
        ['call', 'c'],
        ['result', 'c'],
        ['result', 'c'],
      ],
      expected: ['c', 'c_2', 'c', 'c_2'],
    },
    {
      name: 'a call that nobody answered, and the next step’s of the same id',
      said: [
        ['call', 'c'],
        ['call', 'd'],
        ['result', 'd'],
        ['call', 'c'],
        ['result', 'c'],
      ],
      expected: ['c', 'd', 'd', 'c_2', 'c_2'],
    },
    {
      name: 'an id that is what another would become',
      said: [
        ['call', 'c'],
        ['result', 'c'],
        ['call', 'c_2'],
        ['result', 'c_2'],
        ['call', 'c'],
        ['result', 'c'],
      ],
      expected: ['c', 'c', 'c_2', 'c_2', 'c_3', 'c_3'],
    },
    { name: 'a result without a call', said: [['result', 'x']], expected: ['x'] },
  ] as const) {
    it(`tells apart ${name}`, () => {
      assert.deepEqual(distinct(said), expected);
    });
  }

  const conversation = fc.array(fc.tuple(fc.constantFrom('call', 'result'), fc.constantFrom('a', 'a_2', 'b', '')));

  it('gives every call of any conversation an id of its own', () => {
    fc.assert(
      fc.property(conversation, (said) => {
        const calls = distinct(said).filter((_, index) => said[index]?.[0] === 'call');
        assert.equal(new Set(calls).size, calls.length);
      }),
      { seed: 15 },
    );
  });

  it('says the same of a conversation whatever follows, so that a cached prompt stays', () => {
    fc.assert(
      fc.property(conversation, conversation, (said, later) => {
        assert.deepEqual(distinct([...said, ...later]).slice(0, said.length), distinct(said));
      }),
      { seed: 15 },
    );
  });

  it('takes a hundred thousand calls of one id', () => {
    const calls = distinct(Array.from({ length: 100_000 }, () => ['call', 'c'] as const));
    assert.equal(new Set(calls).size, 100_000);
  });
});
