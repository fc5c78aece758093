import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { configJsonSchema } from '../../../functions/gateway/config/config-json-schema.ts';
import {
  isJsonObject,
  type JsonObject,
  objectMember,
  stringMember,
} from '../../../functions/gateway/core/wire/json.ts';

test('the checked-in JSON Schema is the one the rules give (npm run schema)', async () => {
  const checkedIn = await readFile(new URL('../../../infra/gateway.schema.json', import.meta.url), 'utf8');
  assert.equal(checkedIn, configJsonSchema());
});

test('every property has a description', () => {
  const without = undescribed(JSON.parse(configJsonSchema()), '');
  assert.deepEqual(without, []);
});

/** Paths of the properties without a description, however deep. */
function undescribed(schema: JsonObject, path: string): readonly string[] {
  const properties = Object.entries(objectMember(schema, 'properties') ?? {});
  const here = properties
    .filter(([, property]) => stringMember(property, 'description') === undefined)
    .map(([name]) => `${path}.${name}`);
  const inner = [...properties, ...['additionalProperties', 'items'].map((key) => [key, schema[key]] as const)];
  return [
    ...here,
    ...inner.flatMap(([name, part]) => (isJsonObject(part) ? undescribed(part, `${path}.${name}`) : [])),
  ];
}
