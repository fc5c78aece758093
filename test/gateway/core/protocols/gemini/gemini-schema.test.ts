import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  geminiSchema,
  hasRequiredCycle,
} from '../../../../../functions/gateway/core/protocols/gemini/gemini-schema.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';

const TEXT = { type: 'string' };
const REF = { $ref: '#/$defs/A' };

describe('a schema for Gemini', () => {
  const rows: readonly (readonly [claim: string, schema: JsonObject, read: JsonObject])[] = [
    [
      'has a reference alone in its place',
      { ...REF, description: 'The first.' },
      { description: 'The first.', anyOf: [REF] },
    ],
    ['keeps what begins with a dollar beside one', { ...REF, $id: 'x' }, { ...REF, $id: 'x' }],
    ['has a list of one for a constant', { const: 'a' }, { type: 'string', enum: ['a'] }],
    ['has the type that was said beside one', { type: 'integer', const: 2 }, { type: 'integer', enum: [2] }],
    ['keeps a constant that no list can have', { const: true }, { const: true }],
    [
      'is read in every depth',
      { type: 'array', items: { anyOf: [{ properties: { a: { const: 1 } } }, TEXT] } },
      { type: 'array', items: { anyOf: [{ properties: { a: { type: 'number', enum: [1] } } }, TEXT] } },
    ],
    [
      'keeps values and names that look like words of schemas',
      { type: 'object', properties: { const: TEXT, enum: TEXT, $ref: TEXT }, default: { const: 'a' } },
      { type: 'object', properties: { const: TEXT, enum: TEXT, $ref: TEXT }, default: { const: 'a' } },
    ],
  ];
  for (const [claim, schema, read] of rows) {
    it(claim, () => assert.deepEqual(geminiSchema(schema), read));
  }

  it('is the very same where there is nothing to change', () => {
    const schema = { type: 'object', properties: { a: TEXT, b: REF }, $defs: { A: { enum: ['x'] } } };
    assert.equal(geminiSchema(schema), schema);
  });
});

describe('references that lead back', () => {
  const by = (required: readonly string[], next: JsonObject): JsonObject => ({
    ...REF,
    $defs: { A: { type: 'object', properties: { value: TEXT, next }, required } },
  });
  const rows: readonly (readonly [claim: string, schema: JsonObject, isCycle: boolean])[] = [
    ['by what is required', by(['value', 'next'], REF), true],
    ['by what is required or nothing', by(['next'], { anyOf: [REF, { type: 'null' }] }), true],
    ['by items of what is required', by(['next'], { type: 'array', items: REF }), true],
    ['by what is not required', by(['value'], REF), false],
    ['by the root', { type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] }, true],
    [
      'by definitions of the older name',
      { $ref: '#/definitions/A', definitions: { A: { items: { $ref: '#/definitions/A' } } } },
      true,
    ],
    ['nowhere', { type: 'object', properties: { a: REF }, required: ['a'], $defs: { A: TEXT } }, false],
  ];
  for (const [claim, schema, isCycle] of rows) {
    it(`are ${isCycle ? 'refused' : 'taken'} where they do so ${claim}`, () => {
      assert.equal(hasRequiredCycle(schema), isCycle);
    });
  }
});
