import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasCycle } from '../../../../../functions/gateway/core/protocols/claude/schema-refs.ts';
import fc from '../../../../support/property.ts';

function refsOf(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, ReadonlySet<string>> {
  const refs = new Map<string, Set<string>>();
  for (const [from, to] of pairs) {
    refs.set(from, (refs.get(from) ?? new Set()).add(to));
  }
  return refs;
}

/** The same by following every reference. */
function followed(refs: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const reaches = (name: string, goal: string, seen: Set<string>): boolean =>
    [...(refs.get(name) ?? [])].some(
      (next) => next === goal || (!seen.has(next) && reaches(next, goal, seen.add(next))),
    );
  return [...refs.keys()].some((name) => reaches(name, name, new Set()));
}

describe('a circle of references', () => {
  it('is found wherever one is, and nowhere else', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name), { maxLength: 12 }), (pairs) => {
        assert.equal(hasCycle(refsOf(pairs)), followed(refsOf(pairs)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is looked for in a chain of any length', () => {
    const chain = Array.from({ length: 100_000 }, (_, index) => [`d${index}`, `d${index + 1}`] as const);
    assert.equal(hasCycle(refsOf(chain)), false);
    assert.equal(hasCycle(refsOf([...chain, ['d100000', 'd0']])), true);
  });
});
