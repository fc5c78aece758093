import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema.mjs';
import { closedArguments, closedSchema } from '../../../../../functions/gateway/core/protocols/claude/closed-schema.ts';
import { isJsonObject, type JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import fc from '../../../../support/property.ts';

const TEXT = { type: 'string' };
const OBJECT = { type: 'object', properties: { a: TEXT }, required: ['a'] };
const CLOSED = { ...OBJECT, additionalProperties: false };

/** An object with one property. */
function holding(inner: unknown, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties: { it: inner }, required: ['it'], ...more };
}

/** What became of the property. */
function held(inner: unknown, more?: JsonObject): unknown {
  const found = closedSchema(holding(inner, more));
  return found === undefined ? undefined : (found.schema.properties as JsonObject).it;
}

describe('a closed schema', () => {
  for (const { name, schema, expected } of [
    { name: 'an object', schema: OBJECT, expected: CLOSED },
    {
      name: 'an object without a type',
      schema: { properties: { a: TEXT } },
      expected: { ...CLOSED, required: undefined },
    },
    { name: 'a list', schema: { type: 'array', items: OBJECT }, expected: { type: 'array', items: CLOSED } },
    {
      name: 'a union',
      schema: { anyOf: [OBJECT, { type: 'null' }] },
      expected: { anyOf: [CLOSED, { type: 'null' }] },
    },
    { name: 'oneOf as anyOf', schema: { oneOf: [OBJECT, TEXT] }, expected: { anyOf: [CLOSED, TEXT] } },
    { name: 'an allOf of one', schema: { allOf: [OBJECT], title: 'T' }, expected: { ...CLOSED, title: 'T' } },
    { name: 'several types', schema: { type: ['string', 'null'] }, expected: { type: ['string', 'null'] } },
    { name: 'a constant', schema: { const: 'x', type: 'string' }, expected: { const: 'x' } },
    {
      name: 'numbers’ limits, told',
      schema: { type: 'integer', minimum: 0, maximum: 150, description: 'Years' },
      expected: { type: 'integer', description: 'Years (minimum: 0, maximum: 150)' },
    },
    {
      name: 'a pattern and a default, told',
      schema: { type: 'string', pattern: '^a', default: 'a' },
      expected: { type: 'string', description: '(pattern: "^a", default: "a")' },
    },
    {
      name: 'a known format',
      schema: { type: 'string', format: 'uuid' },
      expected: { type: 'string', format: 'uuid' },
    },
    {
      name: 'another format, told',
      schema: { type: 'string', format: 'phone' },
      expected: { type: 'string', description: '(format: "phone")' },
    },
    {
      name: 'a list of at least two, told',
      schema: { type: 'array', items: TEXT, minItems: 2, uniqueItems: true },
      expected: { type: 'array', items: TEXT, description: '(minItems: 2, uniqueItems: true)' },
    },
    {
      name: 'conditions, told',
      schema: { ...OBJECT, not: TEXT, if: TEXT, dependentRequired: { a: ['b'] }, propertyNames: TEXT },
      expected: {
        ...CLOSED,
        description:
          '(not: {"type":"string"}, if: {"type":"string"}, dependentRequired: {"a":["b"]}, propertyNames: {"type":"string"})',
      },
    },
    {
      name: 'properties that are named like keywords',
      schema: { type: 'object', properties: { minimum: TEXT, items: TEXT, $ref: TEXT } },
      expected: { type: 'object', properties: { minimum: TEXT, items: TEXT, $ref: TEXT }, additionalProperties: false },
    },
  ]) {
    it(`holds ${name}`, () => {
      assert.deepEqual(JSON.parse(JSON.stringify(held(schema))), JSON.parse(JSON.stringify(expected)));
    });
  }

  it('takes definitions under their older name', () => {
    const definitions = { Node: OBJECT };
    const found = closedSchema(holding({ $ref: '#/definitions/Node' }, { definitions }));
    assert.deepEqual(found?.schema, {
      ...holding({ $ref: '#/$defs/Node' }),
      additionalProperties: false,
      $defs: { Node: CLOSED },
    });
  });

  for (const { name, schema, more } of [
    { name: 'keys of any name', schema: { type: 'object', additionalProperties: TEXT } },
    { name: 'an object of anything', schema: { type: 'object', description: 'whatever else' } },
    { name: 'an object of anything, without properties', schema: { type: 'object', properties: {} } },
    { name: 'an object that is open by word', schema: { ...OBJECT, additionalProperties: true } },
    { name: 'keys by pattern', schema: { ...OBJECT, patternProperties: { '^x': TEXT } } },
    { name: 'anything', schema: {} },
    { name: 'anything, described', schema: { description: 'some JSON' } },
    { name: 'anything at all', schema: true },
    { name: 'a list of anything', schema: { type: 'array' } },
    { name: 'a tuple', schema: { type: 'array', prefixItems: [TEXT, TEXT] } },
    { name: 'objects put together', schema: { allOf: [OBJECT, { type: 'object', properties: { b: TEXT } }] } },
    { name: 'a union beside properties', schema: { ...OBJECT, anyOf: [{ required: ['a'] }] } },
    { name: 'a required key that is not there', schema: { ...OBJECT, required: ['z'] } },
    { name: 'a schema elsewhere', schema: { $ref: 'https://example.com/a.json' } },
    { name: 'a definition that is not there', schema: { $ref: '#/$defs/None' } },
    { name: 'itself', schema: { $ref: '#' } },
    {
      name: 'a definition that holds itself',
      schema: { $ref: '#/$defs/A' },
      more: {
        $defs: { A: holding({ anyOf: [{ $ref: '#/$defs/B' }, { type: 'null' }] }), B: holding({ $ref: '#/$defs/A' }) },
      },
    },
  ]) {
    it(`does not exist for ${name}, which it would change`, () => {
      assert.equal(held(schema, more), undefined);
    });
  }

  it('counts what a request has limits for, at any depth', () => {
    const optional = {
      type: 'object',
      properties: { a: { type: ['string', 'null'] }, b: { anyOf: [TEXT, { type: 'null' }] } },
    };
    const found = closedSchema(holding({ type: 'array', items: optional }, { $defs: { D: optional } }));
    assert.deepEqual([found?.optionals, found?.unions], [4, 4]);
  });

  it('exists for no schema that is deeper than any sensible one', () => {
    let schema: object = TEXT;
    for (let depth = 0; depth < 2000; depth += 1) {
      schema = { type: 'array', items: schema };
    }
    assert.equal(closedSchema(holding(schema)), undefined);
  });

  const leaf = fc.constantFrom<JsonObject>(
    TEXT,
    { type: 'integer' },
    { enum: ['a', 'b'] },
    { const: 1 },
    { type: 'null' },
  );
  const { schema: anySchema } = fc.letrec<{ schema: JsonObject }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      fc.record({ type: fc.constant('array'), items: tie('schema') }),
      fc
        .array(tie('schema'), { minLength: 1, maxLength: 3 })
        .chain((branches) => fc.constantFrom<JsonObject>({ anyOf: branches }, { oneOf: branches })),
      fc
        .dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema'), { minKeys: 1, noNullPrototype: true })
        .map((properties) => ({
          type: 'object',
          properties,
          required: Object.keys(properties).slice(1),
        })),
    ),
  }));

  it('is what Anthropic’s own SDK makes of any schema that can be held', () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        assert.deepEqual(sorted(closedSchema(schema)?.schema), sorted(transformJSONSchema(schema as never)));
      }),
      { seed: 15 },
    );
  });
});

/** The SDK says an empty `required` too. */
function sorted(value: unknown): unknown {
  if (!isJsonObject(value)) {
    return Array.isArray(value) ? value.map(sorted) : value;
  }
  const entries = Object.entries(value).filter(([key, inner]) => key !== 'required' || (inner as unknown[]).length > 0);
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

describe('closed arguments', () => {
  it('are none where a tool takes none', () => {
    const none = { type: 'object', properties: {}, additionalProperties: false };
    for (const schema of [undefined, {}, { type: 'object' }, { type: 'object', properties: {} }]) {
      assert.deepEqual(closedArguments(schema)?.schema, { ...none });
    }
  });

  it('do not exist for a union, or a reference, at the root', () => {
    assert.equal(closedArguments({ anyOf: [OBJECT, OBJECT] }), undefined);
    assert.equal(closedArguments({ $ref: '#/$defs/A', $defs: { A: OBJECT } }), undefined);
    assert.equal(closedArguments({ type: 'object', additionalProperties: true }), undefined);
  });
});
