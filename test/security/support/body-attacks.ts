import type { Extras, SurfaceForm } from './surface-forms.ts';

/** A hostile body, for every surface. */
export interface BodyAttack {
  readonly name: string;
  /** The body's text; `undefined` where the surface has no place for it. */
  readonly body: (form: SurfaceForm, model: string) => string | undefined;
  /** `refused`: nobody is asked. `survived`: whatever comes of it, it is no fault of the gateway's. */
  readonly outcome: 'refused' | 'survived';
}

/** An address that nobody may be made to call. */
export const CANARY = 'http://canary.test';

function extras(name: string, more: Extras, outcome: BodyAttack['outcome'] = 'survived'): BodyAttack {
  return { name, outcome, body: (form, model) => JSON.stringify(form.body(model, more)) };
}

/** What only surfaces with messages have a place for. */
function conversation(name: string, more: Extras, outcome: BodyAttack['outcome'] = 'survived'): BodyAttack {
  const { body } = extras(name, more, outcome);
  return { name, outcome, body: (form, model) => (WITH_MESSAGES.has(form.name) ? body(form, model) : undefined) };
}

const WITH_MESSAGES: ReadonlySet<string> = new Set(['chat completions', 'messages', 'responses', 'count_tokens']);

/** A body with a piece of JSON text in place of the member `"x":1`. */
function written(name: string, member: string, outcome: BodyAttack['outcome'] = 'survived'): BodyAttack {
  const body: BodyAttack['body'] = (form, model) =>
    JSON.stringify(form.body(model, { members: { x: 1 } })).replace('"x":1', () => member);
  return { name, outcome, body };
}

/** On surfaces that have answers to choose from. Others pass no such member on. */
function several(name: string, count: string): BodyAttack {
  const { body } = written(name, `"n":${count}`);
  return {
    name,
    outcome: 'refused',
    body: (form, model) => (WITH_CHOICES.has(form.name) ? body(form, model) : undefined),
  };
}

const WITH_CHOICES: ReadonlySet<string> = new Set(['chat completions', 'completions']);

function bare(name: string, text: string): BodyAttack {
  return { name, outcome: 'refused', body: () => text };
}

const ADDRESS_MEMBERS = ['base_url', 'api_base', 'baseURL', 'api_url', 'endpoint', 'proxy', 'callback_url'];

/** Attacks by class. */
export const BODY_ATTACKS: Readonly<Record<string, readonly BodyAttack[]>> = {
  'server-side request forgery by an address of the caller’s': [
    ...ADDRESS_MEMBERS.map((name) => extras(`member ${name}`, { members: { [name]: CANARY, api_key: 'x' } })),
    { name: 'an address as the model', outcome: 'refused', body: (form) => JSON.stringify(form.body(CANARY, {})) },
    conversation('the address of an image, which only the vendor may fetch', { image: `${CANARY}/cat.png` }),
    conversation('an address of another scheme', { image: 'file:///etc/passwd' }),
  ],
  'names that every object inherits': [
    ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'].flatMap((name) => [
      {
        name: `the model ${name}`,
        outcome: 'refused' as const,
        body: (form: SurfaceForm) => JSON.stringify(form.body(name, {})),
      },
      written(`the member ${name}`, `"${name}":{"polluted":true}`),
      conversation(`the tool ${name}`, { tools: [name] }),
      conversation(`the call ${name}`, { call: { id: name, input: '{}', result: '{}' } }),
    ]),
  ],
  'prototype pollution': [
    written('in a member', '"metadata":{"__proto__":{"polluted":true}}'),
    written('by a constructor', '"metadata":{"constructor":{"prototype":{"polluted":true}}}'),
    conversation('in a schema', {
      tools: ['f'],
      schema: JSON.parse('{"__proto__":{"polluted":true},"type":"object"}'),
    }),
    conversation("in a call's arguments", {
      call: { id: 'c', input: '{"__proto__":{"polluted":true}}', result: '{}' },
    }),
    conversation("in a tool's result", { call: { id: 'c', input: '{}', result: '{"__proto__":{"polluted":true}}' } }),
  ],
  'JSON bombs': [
    bare('arrays in arrays', '['.repeat(300_000)),
    bare('objects in objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
    bare('millions of empty objects', `[${'{},'.repeat(400_000)}{}]`),
    bare('nothing', ''),
    bare('no JSON', 'model=all'),
    bare('another value', '[1]'),
    written('a member that nests', `"x":${'['.repeat(300)}${']'.repeat(300)}`, 'refused'),
    written('a number that parses to infinity', '"temperature":1e999'),
    conversation("a call's arguments full of objects", {
      call: { id: 'c', input: `{"a":[${'{},'.repeat(300_000)}{}]}`, result: '{}' },
    }),
    conversation("a call's arguments that nest", {
      call: { id: 'c', input: `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`, result: '{}' },
    }),
    conversation("a tool's result that nests", { call: { id: 'c', input: '{}', result: '['.repeat(100_000) } }),
    conversation("a call's arguments that are no JSON", { call: { id: 'c', input: '{"a":', result: '{}' } }),
  ],
  'inputs that are too long': [
    {
      name: 'the name of a model',
      outcome: 'refused',
      body: (form) => JSON.stringify(form.body('a'.repeat(1_000_000), {})),
    },
    conversation('a list of messages', { messages: 10_001 }, 'refused'),
    conversation('a list of parts', { parts: 10_001 }, 'refused'),
    conversation('a list of tools', { tools: Array.from({ length: 1_025 }, (_, index) => `f${index}`) }, 'refused'),
    conversation('the name of a tool', { tools: ['f'.repeat(100_000)] }, 'refused'),
    conversation('the id of a call', { call: { id: 'c'.repeat(3_000_000), input: '{}', result: '{}' } }, 'refused'),
    extras(
      'a list of members',
      { members: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x${index}`, 1])) },
      'refused',
    ),
    extras('the name of a member', { members: { ['x'.repeat(100_000)]: 1 } }, 'refused'),
    extras('labels', {
      members: { metadata: Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, 'v'])) },
    }),
    conversation('files of one name', { files: { names: Array.from({ length: 8000 }, () => 'a.pdf') } }),
  ],
  'a number of answers that is too much': [
    ...['1000000', '129', '-5', '0', '1.5', '"128"', '[2]'].map((count) => several(`n of ${count}`, count)),
  ],
  'expressions that take forever': [
    conversation('a data URL without an end', { image: `data:${'image/'.repeat(50_000)}` }),
    conversation('a data URL of parameters', { image: `data:image/png${';a=b'.repeat(50_000)}` }),
    extras('white space in a prompt', { text: ' \n\t'.repeat(100_000) }),
    extras('quotes and backslashes', { text: '\\"'.repeat(100_000) }),
    conversation('the name of a file', { files: { names: [`${' ('.repeat(100_000)}.pdf`] } }),
    conversation('an id of nothing but signs', { call: { id: ':'.repeat(60_000), input: '{}', result: '{}' } }),
  ],
  'response splitting and header injection': [
    {
      name: 'line ends in the model',
      outcome: 'refused',
      body: (form) => JSON.stringify(form.body('a\r\nset-cookie: evil=1', {})),
    },
    written('line ends in a member', '"x\\r\\nset-cookie: evil=1":1'),
    extras('line ends in who asks', { members: { user: 'a\r\nset-cookie: evil=1' } }),
  ],
  'texts that are none': [
    extras('half of a surrogate pair', { text: '\ud800' }),
    extras('NUL and other control characters', { text: '\u0000\u0007\u001b]0;owned' }),
    conversation("in a tool's name", { tools: ['f\u0000\ud800'] }),
  ],
};
