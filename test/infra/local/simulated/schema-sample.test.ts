import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sampleOf } from '../../../../infra/local/simulated/schema-sample.ts';

describe('a sample of a JSON Schema', () => {
  const cases: { name: string; schema: Record<string, unknown> | undefined; sample: unknown }[] = [
    { name: 'no schema', schema: undefined, sample: {} },
    { name: 'plain types', schema: { type: 'array', items: { type: 'integer', minimum: 3 } }, sample: [3] },
    { name: 'types in upper case, as Gemini writes them', schema: { type: 'STRING' }, sample: 'text' },
    { name: 'a list of types', schema: { type: ['boolean', 'null'] }, sample: true },
    { name: 'a choice of schemas', schema: { anyOf: [{ const: 'this' }, { type: 'null' }] }, sample: 'this' },
    {
      name: 'a reference',
      schema: { properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { enum: ['x', 'y'] } } },
      sample: { a: 'x' },
    },
  ];
  for (const { name, schema, sample } of cases) {
    it(`fits ${name}`, () => assert.deepEqual(sampleOf(schema, 'text'), sample));
  }

  it('ends where a schema refers to itself', () => {
    const schema = { $ref: '#/$defs/Node', $defs: { Node: { properties: { next: { $ref: '#/$defs/Node' } } } } };
    assert.match(JSON.stringify(sampleOf(schema, 'text')), /^(\{"next":)+null\}+$/);
  });
});
