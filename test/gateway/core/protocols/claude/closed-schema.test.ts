import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closedSchema } from '../../../../../functions/gateway/core/protocols/claude/closed-schema.ts';

describe('a closed schema', () => {
  it('closes every object, wherever it stands', () => {
    const object = { type: 'object', properties: {} };
    const closed = { ...object, additionalProperties: false };
    assert.deepEqual(
      closedSchema({
        type: 'object',
        properties: {
          a: object,
          list: { type: 'array', items: object },
          either: { anyOf: [object, { type: 'null' }] },
        },
        $defs: { d: object },
      }),
      {
        type: 'object',
        properties: {
          a: closed,
          list: { type: 'array', items: closed },
          either: { anyOf: [closed, { type: 'null' }] },
        },
        $defs: { d: closed },
        additionalProperties: false,
      },
    );
  });

  it('tells constraints that cannot be held in the description', () => {
    assert.deepEqual(
      closedSchema({
        type: 'object',
        properties: { age: { type: 'integer', minimum: 0, maximum: 150, description: 'Years' } },
      }),
      {
        type: 'object',
        properties: { age: { type: 'integer', description: 'Years (minimum: 0, maximum: 150)' } },
        additionalProperties: false,
      },
    );
  });

  it('keeps properties that are named like keywords', () => {
    const schema = { type: 'object', properties: { minimum: { type: 'number' }, items: { type: 'string' } } };
    assert.deepEqual(closedSchema(schema), { ...schema, additionalProperties: false });
  });

  it('does not exist for objects with free keys', () => {
    const free = { type: 'object', additionalProperties: { type: 'string' } };
    assert.equal(closedSchema({ type: 'object', properties: { map: free } }), undefined);
  });

  it('is of the same depth however deep', () => {
    let schema: object = { type: 'string' };
    for (let depth = 0; depth < 2000; depth += 1) {
      schema = { type: 'array', items: schema };
    }
    assert.doesNotThrow(() => closedSchema({ type: 'object', properties: { deep: schema } }));
  });
});
