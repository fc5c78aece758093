import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dialect } from '../../functions/gateway/core/model/dialect.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  objectMember,
  parseJson,
} from '../../functions/gateway/core/wire/json.ts';
import { type AskedPlace, askedAt, PLACES, type Place, PROMPTS } from './places.ts';

const TEXT = { type: 'string' };

function object(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false, ...more };
}

const LOOKUP = object({ action: { const: 'lookup' }, id: TEXT });
const SEARCH = object({ action: { const: 'search' }, query: TEXT });
const NODE = object({ value: TEXT, next: { anyOf: [{ $ref: '#/$defs/Node' }, { type: 'null' }] } });

const UNIONS: Readonly<Record<string, JsonObject>> = {
  anyOf: { anyOf: [LOOKUP, SEARCH] },
  oneOf: { type: 'object', oneOf: [LOOKUP, SEARCH] },
  'anyOf of definitions': {
    anyOf: [{ $ref: '#/$defs/Lookup' }, { $ref: '#/$defs/Search' }],
    $defs: { Lookup: LOOKUP, Search: SEARCH },
  },
};

const FREE: Readonly<Record<string, JsonObject>> = {
  'an object of which nothing is said': { type: 'object' },
  'an object with any others': { type: 'object', additionalProperties: true },
  'a map': { type: 'object', additionalProperties: TEXT },
};

const RECURSIVE: Readonly<Record<string, JsonObject>> = {
  'by a definition': object({ root: { $ref: '#/$defs/Node' } }, { $defs: { Node: NODE } }),
  'by its root': object({ value: TEXT, children: { type: 'array', items: { $ref: '#' } } }),
  'by a definition that its root is': { $ref: '#/$defs/Node', $defs: { Node: NODE } },
  'by two definitions': object(
    { root: { $ref: '#/$defs/A' } },
    { $defs: { A: object({ b: { $ref: '#/$defs/B' } }), B: object({ a: { anyOf: [{ $ref: '#/$defs/A' }, TEXT] } }) } },
  ),
};

/** Schemas of which some vendor refuses the keyword or the form. */
const AWKWARD: Readonly<Record<string, JsonObject>> = {
  ...UNIONS,
  ...RECURSIVE,
  ...Object.fromEntries(Object.entries(FREE).map(([name, meta]) => [name, object({ meta })])),
  'a tuple': object({ pair: { type: 'array', prefixItems: [TEXT, TEXT] } }),
  'a length': object({ name: { type: 'string', minLength: 2 } }),
  'a pattern': object({ name: { type: 'string', pattern: '^a' } }),
  'numbers of items': object({ names: { type: 'array', items: TEXT, minItems: 2, maxItems: 3 } }),
  not: object({ name: { type: 'string', not: { const: 'x' } } }),
  'a reference with a description': object(
    { a: { $ref: '#/$defs/A', description: 'The first.' } },
    { $defs: { A: object({ x: TEXT }) } },
  ),
  'a root that is a definition': { $ref: '#/$defs/A', $defs: { A: object({ x: TEXT }) } },
  'an optional property': { ...object({ a: TEXT, b: TEXT }), required: ['a'] },
};

/** The ways to send a schema. */
const WAYS = {
  'a tool': (schema: JsonObject) => PROMPTS.chat({ tools: [tool(schema)] }),
  'a strict tool': (schema: JsonObject) => PROMPTS.chat({ tools: [tool(schema, true)] }),
  'a tool of Messages': (schema: JsonObject) => PROMPTS.messages({ tools: [{ name: 'f', input_schema: schema }] }),
  'a strict tool of Responses': (schema: JsonObject) =>
    PROMPTS.responses({ tools: [{ type: 'function', name: 'f', parameters: schema, strict: true }] }),
  'a format': (schema: JsonObject) => PROMPTS.chat({ response_format: format(schema) }),
  'a strict format': (schema: JsonObject) => PROMPTS.chat({ response_format: format(schema, true) }),
  'a strict format of Responses': (schema: JsonObject) =>
    PROMPTS.responses({ text: { format: { type: 'json_schema', name: 'n', schema, strict: true } } }),
} as const;

type Way = keyof typeof WAYS;
const WAY_NAMES = Object.keys(WAYS) as readonly Way[];

const TOOL_WAYS: readonly Way[] = ['a tool', 'a strict tool', 'a tool of Messages', 'a strict tool of Responses'];

function tool(parameters: JsonObject, strict?: boolean): JsonObject {
  return { type: 'function', function: { name: 'f', parameters, ...(strict && { strict }) } };
}

function format(schema: JsonObject, strict?: boolean): JsonObject {
  return { type: 'json_schema', json_schema: { name: 'n', schema, ...(strict && { strict }) } };
}

/** A schema as it goes out, and whether the model is held to it. */
interface Sent {
  readonly schema: JsonObject;
  readonly isHeld: boolean;
  readonly isTool: boolean;
}

/** Every schema in a body, wherever its dialect has them. */
function schemasIn(dialect: Dialect, body: JsonObject): readonly Sent[] {
  switch (dialect) {
    case 'openai-chat':
      return [
        ...arrayMember(body, 'tools').map((one) => sent(objectMember(one, 'function'), 'parameters', true)),
        ...present(objectMember(objectMember(body, 'response_format'), 'json_schema'), 'schema'),
      ];
    case 'openai-responses':
      return [
        ...arrayMember(body, 'tools').map((one) => sent(one, 'parameters', true)),
        ...present(objectMember(objectMember(body, 'text'), 'format'), 'schema'),
      ];
    case 'anthropic-messages':
      return [
        ...arrayMember(body, 'tools').map((one) => sent(one, 'input_schema', true)),
        ...held(objectMember(objectMember(body, 'output_config'), 'format'), 'schema'),
      ];
    case 'gemini':
      return [
        ...arrayMember(body, 'tools').flatMap((one) =>
          arrayMember(one, 'functionDeclarations').map((each) => sent(each, 'parametersJsonSchema', true)),
        ),
        ...held(objectMember(body, 'generationConfig'), 'responseJsonSchema'),
      ];
    case 'bedrock-converse':
      return [
        ...arrayMember(objectMember(body, 'toolConfig'), 'tools').map((one) => bedrockTool(one)),
        ...bedrockFormat(body),
      ];
  }
}

function sent(holder: unknown, name: string, isTool: boolean): Sent {
  const schema = objectMember(holder, name);
  assert.ok(schema !== undefined, JSON.stringify(holder));
  return { schema, isHeld: isJsonObject(holder) && holder.strict === true, isTool };
}

function present(holder: JsonObject | undefined, name: string): readonly Sent[] {
  return objectMember(holder, name) === undefined ? [] : [sent(holder, name, false)];
}

/** Where a schema always binds. */
function held(holder: JsonObject | undefined, name: string): readonly Sent[] {
  return present(holder, name).map((one) => ({ ...one, isHeld: true }));
}

function bedrockTool(one: unknown): Sent {
  const spec = objectMember(one, 'toolSpec');
  return { ...sent(objectMember(spec, 'inputSchema'), 'json', true), isHeld: spec?.strict === true };
}

function bedrockFormat(body: JsonObject): readonly Sent[] {
  const text = objectMember(objectMember(body, 'outputConfig'), 'textFormat');
  const schema = parseJson(String(objectMember(objectMember(text, 'structure'), 'jsonSchema')?.schema ?? 'null'));
  return isJsonObject(schema) ? [{ schema, isHeld: true, isTool: false }] : [];
}

function asked(place: Place, way: Way, schema: JsonObject): Extract<AskedPlace, { kind: 'asked' }> | undefined {
  const found = askedAt(place, WAYS[way](schema));
  return found.kind === 'asked' ? found : undefined;
}

/** All that is sent: nothing for a place that has no tools. */
function sentAt(place: Place, way: Way, schema: JsonObject): readonly Sent[] {
  const found = asked(place, way, schema);
  assert.ok(found !== undefined || place.name === 'perplexity', `${place.name} serves it`);
  return found === undefined ? [] : schemasIn(found.dialect, found.body);
}

function hasUnionRoot(schema: JsonObject): boolean {
  return ['anyOf', 'oneOf', 'allOf'].some((key) => schema[key] !== undefined);
}

/** All schemas within one. */
function within(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) {
    return value.flatMap(within);
  }
  return isJsonObject(value) ? [value, ...Object.values(value).flatMap(within)] : [];
}

/** Of Anthropic's subset and its like on Bedrock, and of Cerebras's. */
function takesNoRecursion({ name, vendor }: Place): boolean {
  return name.startsWith('Claude') || vendor === 'cerebras';
}

for (const place of PLACES) {
  describe(`a schema that goes to ${place.name}`, () => {
    for (const [name, schema] of Object.entries(UNIONS)) {
      for (const way of TOOL_WAYS) {
        it(`has an object at its root and tells the union: ${name} in ${way}`, () => {
          sentAt(place, way, schema).forEach((found) => void assertObjectRoot(place, found.schema));
        });
      }
    }

    for (const way of WAY_NAMES) {
      for (const [name, meta] of Object.entries(FREE)) {
        it(`leaves free what is free: ${name} in ${way}`, () => {
          const sent = sentAt(place, way, object({ meta })).map(
            ({ schema }) => objectMember(schema, 'properties')?.meta,
          );
          assert.deepEqual(
            sent,
            sent.map(() => meta),
          );
        });
      }

      for (const [name, schema] of Object.entries(RECURSIVE)) {
        it(`is not strict where it may not refer to itself: ${name} in ${way}`, () => {
          assert.ok(!takesNoRecursion(place) || !sentAt(place, way, schema).some(({ isHeld }) => isHeld));
        });
      }

      for (const [name, schema] of Object.entries(AWKWARD)) {
        it(`loses nothing in silence: ${name} in ${way}`, () => assertWhole(place, way, schema));
      }
    }
  });
}

/** Google takes a union where it says that the schema describes an object. */
function assertObjectRoot({ protocol }: Place, schema: JsonObject): void {
  if (protocol !== 'gemini') {
    assert.equal(schema.type, 'object');
    assert.ok(!hasUnionRoot(schema));
    assert.match(String(schema.description), /"(?:any|one)Of":/);
  }
}

/** What is asked to be strict is, or is named as not, and no word of the schema is lost. */
function assertWhole(place: Place, way: Way, schema: JsonObject): void {
  const found = asked(place, way, schema);
  if (found !== undefined) {
    const out = schemasIn(found.dialect, found.body);
    const isNamed = found.dropped.some((name) => /strict|format|text/.test(name)) || hasAnswerTool(found.body);
    assert.ok(!way.includes('strict') || isNamed || out.every(({ isHeld }) => isHeld), JSON.stringify(found));
    assert.deepEqual(
      out.flatMap((one) => missingWords(schema, one)),
      [],
    );
  }
}

/** The answer is a call of the gateway's own tool: the model is held to it. */
function hasAnswerTool(body: JsonObject): boolean {
  return JSON.stringify(body).includes('nemo_structured_answer');
}

/** Words that some vendor takes in no place of their own. */
const WORDS: readonly string[] = [
  'prefixItems',
  'minLength',
  'pattern',
  'minItems',
  'maxItems',
  'not',
  'lookup',
  'query',
];

/** The words of a schema that are neither in the one that goes out nor in its descriptions. */
function missingWords(schema: JsonObject, out: Sent): readonly string[] {
  const text = JSON.stringify(out.schema);
  return WORDS.filter((word) => JSON.stringify(schema).includes(`"${word}"`) && !text.includes(word));
}

describe('a schema that goes to Gemini', () => {
  const places = PLACES.filter(({ protocol }) => protocol === 'gemini');

  it('has nothing beside a reference, and lists of one for constants', () => {
    const constants = object({ kind: { const: 'a' }, count: { const: 2, description: 'Two.' } });
    const sent = places.flatMap((place) =>
      [AWKWARD['a reference with a description'] ?? {}, constants].flatMap((schema) =>
        (['a tool', 'a format'] as const).flatMap((way) => sentAt(place, way, schema)),
      ),
    );
    const inner = within(sent.map(({ schema }) => schema));
    assert.ok(inner.some(({ $ref }) => $ref !== undefined) && JSON.stringify(inner).includes('The first.'));
    assert.ok(inner.every((one) => one.$ref === undefined || Object.keys(one).length === 1));
    assert.ok(inner.every((one) => !('const' in one)));
    assert.deepEqual(inner.find(({ description }) => description === 'Two.')?.enum, [2]);
  });

  it('is told in words where it refers to itself by what is required, and goes as it is where it does not', () => {
    const optional = { ...NODE, required: ['value'] };
    const schema = object({ root: { $ref: '#/$defs/Node' } }, { $defs: { Node: optional } });
    for (const place of places) {
      for (const recursive of Object.values(RECURSIVE)) {
        const found = asked(place, 'a strict format', recursive);
        assert.deepEqual(schemasIn('gemini', found?.body ?? {}), []);
        assert.equal(objectMember(found?.body, 'generationConfig')?.responseMimeType, 'application/json');
        assert.ok(JSON.stringify(found?.body).includes('must follow this JSON Schema'));
        assert.deepEqual(found?.dropped, ['strict']);
      }
      assert.deepEqual(sentAt(place, 'a strict format', schema)[0]?.schema, schema);
    }
  });
});

describe('a strict schema whose root is a definition', () => {
  const PLAIN = AWKWARD['a root that is a definition'] ?? {};
  const RECURSIVE_ROOT = RECURSIVE['by a definition that its root is'] ?? {};
  const holding: Readonly<Record<string, readonly JsonObject[]>> = {
    OpenAI: [PLAIN, RECURSIVE_ROOT],
    'OpenAI by Responses': [PLAIN, RECURSIVE_ROOT],
    Azure: [PLAIN, RECURSIVE_ROOT],
    groq: [PLAIN, RECURSIVE_ROOT],
    cerebras: [PLAIN],
  };
  for (const place of PLACES.filter(({ name }) => name in holding)) {
    for (const way of ['a strict tool', 'a strict tool of Responses', 'a strict format'] as const) {
      it(`is strict, with an object at its root: ${way} at ${place.name}`, () => {
        const sent = (holding[place.name] ?? []).flatMap((schema) => sentAt(place, way, schema));
        assert.ok(sent.length > 0 || place.name === 'groq');
        for (const { schema, isHeld } of sent) {
          assert.ok(isHeld && schema.type === 'object' && !('$ref' in schema), JSON.stringify(schema));
        }
      });
    }
  }
});

describe('a schema of an answer that is no object', () => {
  const LIST = { type: 'array', items: TEXT };
  for (const place of PLACES.filter(({ vendor }) => vendor === 'openai' || vendor === 'azure')) {
    const isOpenAis = place.protocol !== 'anthropic';
    it(`is ${isOpenAis ? 'another deployment’s to serve' : 'taken'}, at ${place.name}`, () => {
      for (const way of ['a format', 'a strict format', 'a strict format of Responses'] as const) {
        assert.equal(askedAt(place, WAYS[way](LIST)).kind, isOpenAis ? 'unsupported' : 'asked');
      }
    });
  }
});

/** Written out: what the strict schemas of one request may have together at Claude. */
const BEYOND: Readonly<Record<string, readonly JsonObject[]>> = {
  '21 strict tools': Array.from({ length: 21 }, () => object({ a: TEXT })),
  '17 parameters of several types': [
    object(Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`p${index}`, { type: ['string', 'null'] }]))),
  ],
  '25 optional parameters': [
    {
      ...object(Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`p${index}`, TEXT]))),
      required: [],
    },
  ],
};
const MOST: Readonly<Record<string, number>> = {
  '21 strict tools': 20,
  '17 parameters of several types': 0,
  '25 optional parameters': 0,
};

describe('strict schemas that are together more than Claude takes', () => {
  for (const place of PLACES.filter(({ name }) => name.startsWith('Claude'))) {
    for (const [what, schemas] of Object.entries(BEYOND)) {
      it(`are strict as long as they fit, and the others are named: ${what} at ${place.name}`, () => {
        const tools = schemas.map((parameters, index) => ({
          type: 'function',
          function: { name: `f${index}`, parameters, strict: true },
        }));
        const found = askedAt(place, PROMPTS.chat({ tools }));
        assert.ok(found.kind === 'asked', JSON.stringify(found));
        const strict = schemasIn(found.dialect, found.body).filter(({ isHeld }) => isHeld);
        assert.equal(strict.length, MOST[what]);
        assert.deepEqual(found.dropped, ['strict']);
      });
    }
  }
});
