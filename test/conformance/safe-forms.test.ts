import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrayMember, isJsonObject, type JsonObject, objectMember } from '../../functions/gateway/core/wire/json.ts';
import { askedAt, COMPATIBLE_PLACES, type Place, PROMPTS, servedAt } from './places.ts';

const CALL = { id: 'call_0', type: 'function', function: { name: 'f', arguments: '{}' } };
const RESULT = { role: 'tool', tool_call_id: 'call_0', content: 'done' };
const TOOLS = ['f', 'g'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} } },
}));

function user(content: unknown): JsonObject {
  return { role: 'user', content };
}

function text(words: string): JsonObject {
  return { type: 'text', text: words };
}

/** Conversations of which strict servers and chat templates refuse the form; each word of theirs ends with a full stop. */
const CONVERSATIONS: Readonly<Record<string, readonly JsonObject[]>> = {
  'instructions of a developer': [{ role: 'developer', content: 'Be brief.' }, user('Hi.')],
  'two instructions at the beginning': [
    { role: 'system', content: 'Be brief.' },
    { role: 'developer', content: 'Be kind.' },
    user('Hi.'),
  ],
  'instructions in the middle': [
    user('Hi.'),
    { role: 'assistant', content: 'Yes.' },
    { role: 'system', content: 'Be brief.' },
    user('Go on.'),
  ],
  'instructions at the end': [user('Hi.'), { role: 'system', content: 'Be brief.' }],
  'two words of the user’s': [user('Hi.'), user('There.')],
  'two words of the assistant’s': [
    user('Hi.'),
    { role: 'assistant', content: 'Yes.' },
    { role: 'assistant', content: 'No.' },
    user('Go on.'),
  ],
  'text in parts': [{ role: 'system', content: [text('Be brief.')] }, user([text('Hi.'), text('There.')])],
  'a call without words': [user('Hi.'), { role: 'assistant', content: null, tool_calls: [CALL] }, RESULT],
  'a result in parts': [
    user('Hi.'),
    { role: 'assistant', content: '', tool_calls: [CALL] },
    { ...RESULT, content: [text('done.')] },
  ],
  'words after a result': [user('Hi.'), { role: 'assistant', content: null, tool_calls: [CALL] }, RESULT, user('So.')],
  'an empty list of calls': [user('Hi.'), { role: 'assistant', content: 'Yes.', tool_calls: [] }, user('Go on.')],
  'members of null': [
    { role: 'system', content: 'Be brief.', name: null },
    user('Hi.'),
    { role: 'assistant', content: 'Yes.', tool_calls: null, refusal: null, function_call: null, audio: null },
    user('Go on.'),
  ],
  'members of null within others': [
    user([text('Hi.'), { type: 'image_url', image_url: { url: 'https://a.test/b.png', detail: null } }]),
  ],
  'what an SDK has parsed': [
    user('Hi.'),
    {
      role: 'assistant',
      content: 'Yes.',
      parsed: null,
      tool_calls: [{ ...CALL, index: 0, function: { ...CALL.function, parsed_arguments: { a: 1 } } }],
    },
    RESULT,
  ],
  'text without a word': [
    { role: 'system', content: '' },
    user([text(''), text('Hi.')]),
    { role: 'assistant', content: 'Yes.' },
    user([text(''), { type: 'image_url', image_url: { url: 'https://a.test/b.png' } }]),
  ],
  'what other vendors said': [
    user('Hi.'),
    {
      role: 'assistant',
      content: 'Yes.',
      annotations: [],
      reasoning_details: [{ type: 'reasoning.text', text: 'Hm', signature: 's' }],
      thinking_blocks: [{ type: 'thinking', thinking: 'Hm', signature: 's' }],
      provider_specific_fields: { a: 1 },
    },
    user('Go on.'),
  ],
};

/** Settings of clients that send everything. */
const SETTINGS: Readonly<Record<string, JsonObject>> = {
  'empty lists': { tools: [], stop: [], functions: [], logit_bias: null, tool_choice: null },
  'members of null': {
    temperature: null,
    top_p: null,
    max_tokens: null,
    seed: null,
    user: null,
    response_format: null,
  },
  'members of null within others': {
    tools: TOOLS.map((tool) => ({
      ...tool,
      cache_control: null,
      function: { ...tool.function, strict: null, description: null },
    })),
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'n', description: null, strict: null, schema: { type: 'object' } },
    },
  },
  "OpenAI's own": {
    store: false,
    metadata: { a: 'b' },
    prompt_cache_key: 'k',
    safety_identifier: 's',
    service_tier: 'auto',
    verbosity: 'low',
    modalities: ['text'],
  },
  'marks of a cache': {
    messages: [user([{ ...text('Hi.'), cache_control: { type: 'ephemeral' } }])],
    tools: TOOLS.map((tool) => ({ ...tool, cache_control: { type: 'ephemeral' } })),
  },
};

/** Members that OpenAI alone has, and the places that took them over. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  store: [],
  metadata: ['openrouter'],
  prompt_cache_key: ['openrouter'],
  safety_identifier: [],
  service_tier: ['openrouter', 'groq', 'xai'],
  verbosity: ['openrouter'],
  modalities: [],
};

/** Members of messages that every server knows. */
const KNOWN: ReadonlySet<string> = new Set(['role', 'content', 'name', 'tool_calls', 'tool_call_id', 'refusal']);
/** And those in which some take their own thoughts and marks back. */
const TAKEN_BACK: ReadonlySet<string> = new Set(['reasoning', 'reasoning_content', 'reasoning_details', 'annotations']);
const MARKED: readonly string[] = ['openrouter', 'dashscope'];
/** Servers that take messages in whatever order. */
const ANY_ORDER: readonly string[] = ['openrouter', 'xai'];

function messagesOf(place: Place, asks: JsonObject): readonly JsonObject[] {
  return arrayMember(servedAt(place, PROMPTS.chat(asks)).body, 'messages').filter(isJsonObject);
}

function hasEmpty(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.length === 0 || value.some(hasEmpty);
  }
  return isJsonObject(value) && Object.entries(value).some(([key, inner]) => key !== 'required' && hasEmpty(inner));
}

function hasNull(value: unknown): boolean {
  return Object.entries(Object(value)).some(
    // A message of calls alone says so in this way.
    ([key, inner]) => (inner === null && key !== 'content') || (typeof inner === 'object' && hasNull(inner)),
  );
}

/** The sides in turn: one system message and first, results after the calls. */
function rolesOf(messages: readonly JsonObject[]): string {
  return messages.map(({ role }) => String(role).charAt(0)).join('');
}

/** Why a case has no place at one host. */
const NO_TOOLS = 'Perplexity takes no tools: such a request is refused before it is sent.';

for (const place of COMPATIBLE_PLACES) {
  describe(`a request to ${place.name}`, () => {
    for (const [what, messages] of Object.entries(CONVERSATIONS)) {
      const tools = place.name === 'perplexity' ? {} : { tools: TOOLS };
      const isServed = place.name !== 'perplexity' || !JSON.stringify(messages).includes('call_0');
      it(`has a form that every server takes: ${what}`, { skip: !isServed && NO_TOOLS }, () => {
        const sent = messagesOf(place, { messages, ...tools });
        assert.ok(sent.every(({ role }) => ['system', 'user', 'assistant', 'tool'].includes(String(role))));
        assert.ok(!hasEmpty(sent) && !hasNull(sent), JSON.stringify(sent));
        assert.doesNotMatch(JSON.stringify(sent), /"text":"(?:\\n|")|"content":"\\n|parsed|"system","content":""/);
        const unknown = sent
          .flatMap((one) => Object.keys(one))
          .filter((key) => !KNOWN.has(key) && !TAKEN_BACK.has(key));
        assert.deepEqual(unknown, []);
        const words = JSON.stringify(messages).match(/\w+\./g) ?? [];
        assert.deepEqual(
          words.filter((word) => !JSON.stringify(sent).includes(word)).filter((word) => word !== 'reasoning.'),
          [],
        );
        if (!ANY_ORDER.includes(place.name)) {
          assert.match(rolesOf(sent), /^s?(?:u|at+u?|a)+$/);
          assert.doesNotMatch(rolesOf(sent), /uu|aa/);
          assert.ok(
            sent.every(({ content }) => !Array.isArray(content) || JSON.stringify(content).includes('image_url')),
            JSON.stringify(sent),
          );
        }
      });
    }

    for (const [what, settings] of Object.entries(SETTINGS)) {
      const asks = place.name === 'perplexity' ? { ...settings, tools: [] } : settings;
      it(`has no member that its server refuses: ${what}`, () => {
        const { body } = servedAt(place, PROMPTS.chat(asks));
        assert.ok(!hasNull(body), JSON.stringify(body));
        assert.deepEqual(
          Object.entries(body).filter(([, value]) => Array.isArray(value) && value.length === 0),
          [],
        );
        const foreign = Object.keys(OWN).filter((name) => name in body && OWN[name]?.includes(place.name) !== true);
        assert.deepEqual(foreign, []);
        assert.ok(MARKED.includes(place.name) || !JSON.stringify(body).includes('cache_control'));
      });
    }

    it('asks for tools in words that its server knows', { skip: place.name === 'perplexity' && NO_TOOLS }, () => {
      const allowed = { mode: 'auto', tools: [{ type: 'function', function: { name: 'g' } }] };
      const asks = { tools: TOOLS, tool_choice: { type: 'allowed_tools', allowed_tools: allowed } };
      const { body } = servedAt(place, PROMPTS.chat(asks));
      assert.equal(body.tool_choice, 'auto');
      assert.deepEqual(
        arrayMember(body, 'tools').map((tool) => objectMember(tool, 'function')?.name),
        ['g'],
      );
    });

    it('is none for a custom tool, which another deployment may take', () => {
      const custom = { tools: [{ type: 'custom', custom: { name: 'c' } }] };
      assert.equal(askedAt(place, PROMPTS.chat(custom)).kind, 'unsupported');
    });
  });
}
