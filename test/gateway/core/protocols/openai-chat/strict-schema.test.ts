import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { strictSchema } from '../../../../../functions/gateway/core/protocols/openai-chat/strict-schema.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';

const TEXT = { type: 'string' };

function object(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false, ...more };
}

describe('a strict schema for OpenAI', () => {
  const kept: readonly JsonObject[] = [
    object({ a: TEXT }),
    object({}),
    object({ a: { type: ['string', 'null'] }, b: { anyOf: [TEXT, { type: 'null' }] } }),
    object({ a: { type: 'string', enum: ['x'], description: 'd' }, b: { const: 1 } }),
    object({ a: { type: 'array', items: object({ b: TEXT }), minItems: 1 } }),
    object({ a: { type: 'string', format: 'date-time', pattern: 'x' } }),
    object({ a: { $ref: '#/$defs/node' } }, { $defs: { node: object({ next: { $ref: '#/$defs/node' } }) } }),
  ];
  for (const schema of kept) {
    it(`stays ${JSON.stringify(schema).slice(0, 90)}`, () => assert.deepEqual(strictSchema(schema), schema));
  }

  const written: readonly (readonly [claim: string, schema: JsonObject, strict: JsonObject])[] = [
    [
      'is closed where it says nothing of others',
      { type: 'object', properties: { a: TEXT }, required: ['a'] },
      object({ a: TEXT }),
    ],
    [
      'has anyOf for oneOf',
      object({ a: { oneOf: [TEXT, { type: 'null' }] } }),
      object({ a: { anyOf: [TEXT, { type: 'null' }] } }),
    ],
    [
      'has anyOf for a union with a discriminator',
      object({ a: { oneOf: [object({ k: { const: 'x' } })], discriminator: { propertyName: 'k' } } }),
      object({ a: { anyOf: [object({ k: { const: 'x' } })] } }),
    ],
    [
      'has an allOf of one as that one',
      object({ a: { allOf: [TEXT], description: 'd' } }),
      object({ a: { ...TEXT, description: 'd' } }),
    ],
    ['has no defaults', object({ a: { ...TEXT, default: 'x' } }), object({ a: TEXT })],
  ];
  for (const [claim, schema, strict] of written) {
    it(claim, () => assert.deepEqual(strictSchema(schema), strict));
  }

  const refused: readonly (readonly [claim: string, schema: JsonObject])[] = [
    ['an optional property', { ...object({ a: TEXT }), required: [] }],
    ['a free object', object({ a: { type: 'object' } })],
    ['an object with others', object({ a: object({ b: TEXT }, { additionalProperties: true }) })],
    ['a map', object({ a: { type: 'object', additionalProperties: TEXT } })],
    ['a value of any kind', object({ a: {} })],
    ['true', object({ a: true })],
    ['a list of anything', object({ a: { type: 'array', items: true } })],
    ['a union at its root', { anyOf: [object({ a: TEXT })] }],
    ['text at its root', TEXT],
    ['a tuple', object({ a: { type: 'array', prefixItems: [TEXT] } })],
    ['not', object({ a: { type: 'string', not: { const: 'x' } } })],
    ['if', object({ a: { type: 'string', if: {}, else: {} } })],
    ['an allOf of several', object({ a: { allOf: [TEXT, { minLength: 1 }] } })],
    ['a length', object({ a: { type: 'string', minLength: 1 } })],
    ['an unknown format', object({ a: { type: 'string', format: 'uri' } })],
    [
      'an optional property in a definition',
      object({ a: { $ref: '#/$defs/b' } }, { $defs: { b: { type: 'object', properties: { c: TEXT } } } }),
    ],
    ['eleven levels', Array.from({ length: 12 }).reduce<JsonObject>((inner) => object({ a: inner }), TEXT)],
  ];
  for (const [claim, schema] of refused) {
    it(`cannot hold ${claim}`, () => assert.equal(strictSchema(schema), undefined));
  }
});
