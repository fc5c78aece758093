import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { objectRoot } from '../../../../functions/gateway/core/protocols/object-root.ts';
import type { JsonObject } from '../../../../functions/gateway/core/wire/json.ts';

const TEXT = { type: 'string' };
const LOOKUP = { type: 'object', properties: { action: { const: 'lookup' }, id: TEXT }, required: ['action', 'id'] };
const SEARCH = {
  type: 'object',
  properties: { action: { const: 'search' }, query: TEXT },
  required: ['action', 'query'],
};
const BOTH = {
  type: 'object',
  properties: { action: { anyOf: [{ const: 'lookup' }, { const: 'search' }] }, id: TEXT, query: TEXT },
  required: ['action'],
};

/** Without the description, which tells the union. */
function plain({ description: _, $defs: __, ...schema }: JsonObject): JsonObject {
  return schema;
}

describe('objectRoot', () => {
  for (const { name, schema, expected } of [
    { name: 'anyOf', schema: { anyOf: [LOOKUP, SEARCH] }, expected: BOTH },
    { name: 'oneOf', schema: { type: 'object', oneOf: [LOOKUP, SEARCH] }, expected: BOTH },
    {
      name: 'branches by reference',
      schema: { oneOf: [{ $ref: '#/$defs/L' }, { $ref: '#/$defs/S' }], $defs: { L: LOOKUP, S: SEARCH } },
      expected: BOTH,
    },
    {
      name: 'a root by reference to a union',
      schema: { $ref: '#/$defs/Both', $defs: { Both: { anyOf: [LOOKUP, SEARCH] } } },
      expected: BOTH,
    },
    { name: 'a union in a union', schema: { anyOf: [{ oneOf: [LOOKUP] }, { allOf: [SEARCH] }] }, expected: BOTH },
    {
      name: 'allOf',
      schema: { allOf: [LOOKUP, { properties: { query: TEXT }, required: ['query'] }] },
      expected: {
        type: 'object',
        properties: { ...LOOKUP.properties, query: TEXT },
        required: ['action', 'id', 'query'],
      },
    },
    {
      name: 'conditions beside properties',
      schema: { ...LOOKUP, required: ['action'], anyOf: [{ required: ['id'] }, { required: ['action'] }] },
      expected: { ...LOOKUP, required: ['action'] },
    },
    {
      name: 'an object or nothing',
      schema: { anyOf: [LOOKUP, { type: 'null' }] },
      expected: { ...LOOKUP, required: [] },
    },
  ]) {
    it(`makes an object of ${name} and tells the union`, () => {
      const root = objectRoot(schema);
      assert.deepEqual(plain(root), expected);
      assert.match(String(root.description), /The arguments must follow this JSON Schema: \{"(any|one|all)Of":/);
    });
  }

  it('is the very same schema where the root is plain', () => {
    assert.equal(objectRoot(LOOKUP), LOOKUP);
  });

  it('is an object where the type is not said, or may be nothing', () => {
    assert.deepEqual(objectRoot({ properties: {} }), { type: 'object', properties: {} });
    assert.deepEqual(objectRoot({ type: ['object', 'null'] }), { type: 'object' });
  });

  it('looks into each definition once, however often it is referred to', () => {
    const branches = Array.from({ length: 20 }, () => ({ $ref: '#/$defs/A' }));
    const $defs = {
      A: { anyOf: branches.map(() => ({ $ref: '#/$defs/B' })) },
      B: { anyOf: branches, properties: { b: TEXT } },
    };
    assert.deepEqual(objectRoot({ anyOf: branches, $defs }).properties, { b: TEXT });
  });
});
