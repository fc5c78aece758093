import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { promptOf } from '../support/prompt-of.ts';

/** Where the table of fields lies: beside the code that it is made from. */
export const FIELDS_FILE = new URL('../../functions/gateway/core/protocols/FIELDS.md', import.meta.url);

/** A model for each set of rules that differs in what it takes. */
const COLUMNS: readonly { readonly protocol: ProtocolName; readonly model: string; readonly title: string }[] = [
  { protocol: 'openai', model: 'gpt-5.5', title: 'OpenAI gpt-5.5' },
  { protocol: 'openai', model: 'o3', title: 'OpenAI o3' },
  { protocol: 'openai', model: 'llama-3.3-70b', title: 'compatible servers' },
  { protocol: 'anthropic', model: 'claude-sonnet-4-5', title: 'Anthropic Sonnet 4.5' },
  { protocol: 'anthropic', model: 'claude-opus-5', title: 'Anthropic Opus 5' },
  { protocol: 'gemini', model: 'gemini-2.5-flash', title: 'Gemini 2.5' },
  { protocol: 'gemini', model: 'gemini-3.6-flash', title: 'Gemini 3.6' },
  { protocol: 'bedrock', model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', title: 'Bedrock Claude 4.5' },
  { protocol: 'bedrock', model: 'us.amazon.nova-2-lite-v1:0', title: 'Bedrock Nova 2' },
  { protocol: 'bedrock', model: 'us.meta.llama3-3-70b-instruct-v1:0', title: 'Bedrock Llama 3.3' },
];

const TOOLS = ['weather', 'now'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object' } },
}));
const NAMED = { type: 'function', function: { name: 'weather' } };
const SCHEMA = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };

interface Field {
  /** The request's member that is looked at. */
  readonly name: string;
  /** What it is here, where the name does not say it all. */
  readonly shown?: string;
  readonly value: unknown;
  /** Members without which it would mean nothing. */
  readonly beside?: JsonObject;
}

const FIELDS: readonly Field[] = [
  { name: 'max_tokens', value: 50 },
  { name: 'max_completion_tokens', value: 50 },
  { name: 'temperature', value: 0.5 },
  { name: 'top_p', value: 0.97 },
  { name: 'top_k', value: 5 },
  { name: 'seed', value: 7 },
  { name: 'stop', value: ['END'] },
  { name: 'frequency_penalty', value: 0.5 },
  { name: 'presence_penalty', value: 0.5 },
  { name: 'logit_bias', value: { '50256': -100 } },
  { name: 'n', shown: 'n > 1', value: 2 },
  { name: 'logprobs', value: true },
  { name: 'top_logprobs', value: 2, beside: { logprobs: true } },
  { name: 'tools', value: TOOLS },
  { name: 'tool_choice', shown: 'tool_choice: required', value: 'required', beside: { tools: TOOLS } },
  { name: 'tool_choice', shown: 'tool_choice: none', value: 'none', beside: { tools: TOOLS } },
  { name: 'tool_choice', shown: 'tool_choice: one function', value: NAMED, beside: { tools: TOOLS } },
  { name: 'parallel_tool_calls', shown: 'parallel_tool_calls: false', value: false, beside: { tools: TOOLS } },
  { name: 'response_format', shown: 'response_format: json_object', value: { type: 'json_object' } },
  {
    name: 'response_format',
    shown: 'response_format: json_schema',
    value: { type: 'json_schema', json_schema: { name: 'answer', schema: SCHEMA } },
  },
  {
    name: 'response_format',
    shown: 'response_format: json_schema, with tools',
    value: { type: 'json_schema', json_schema: { name: 'answer', schema: SCHEMA } },
    beside: { tools: TOOLS },
  },
  { name: 'reasoning_effort', shown: 'reasoning_effort: low', value: 'low' },
  { name: 'reasoning_effort', shown: 'reasoning_effort: none', value: 'none' },
  { name: 'verbosity', value: 'low' },
  { name: 'service_tier', shown: 'service_tier: default', value: 'default' },
  { name: 'service_tier', shown: 'service_tier: flex', value: 'flex' },
  { name: 'user', value: 'u-1' },
  { name: 'safety_identifier', value: 'u-1' },
  { name: 'metadata', value: { team: 'a' } },
  { name: 'store', value: true },
  { name: 'prompt_cache_key', value: 'k' },
  { name: 'prompt_cache_retention', value: '24h' },
  { name: 'prediction', value: { type: 'content', content: 'a' } },
  { name: 'modalities', shown: 'modalities: text, audio', value: ['text', 'audio'] },
  { name: 'audio', value: { voice: 'alloy', format: 'wav' } },
  { name: 'web_search_options', value: {} },
  { name: 'moderation', value: { model: 'a' } },
  { name: 'some_new_field', shown: 'a field nobody knows', value: 1 },
];

/** What becomes of a field. `gateway`: nothing is sent, because the gateway itself does what it asks. */
export type FieldFate = 'yes' | 'dropped' | 'refused' | 'gateway';

export interface FieldRow {
  readonly field: string;
  readonly fates: readonly FieldFate[];
}

/** Asks every encoder with and without each field. */
export function fieldRows(): readonly FieldRow[] {
  return FIELDS.map((field) => ({
    field: field.shown ?? field.name,
    fates: COLUMNS.map(({ protocol, model }) => fateOf(field, protocol, model)),
  }));
}

/** A request with each field. */
export function fieldRequests(): readonly { readonly name: string; readonly request: JsonObject }[] {
  return FIELDS.map((field) => ({
    name: field.shown ?? field.name,
    request: { ...baseOf(field), [field.name]: field.value },
  }));
}

function baseOf({ beside }: Field): JsonObject {
  return { model: 'route', messages: [{ role: 'user', content: 'json' }], ...beside };
}

function fateOf(field: Field, protocol: ProtocolName, model: string): FieldFate {
  const { name, value } = field;
  const base = baseOf(field);
  const encode = (request: JsonObject) => PROTOCOLS[protocol].encode(promptOf(request), { model, streaming: true });
  const [without, encoded] = [encode(base), encode({ ...base, [name]: value })];
  if (encoded.kind === 'unsupported') {
    return 'refused';
  }
  if (encoded.dropped.includes(name)) {
    return 'dropped';
  }
  const isSame = without.kind === 'encoded' && JSON.stringify(without.request) === JSON.stringify(encoded.request);
  return isSame ? 'gateway' : 'yes';
}

/** The table in markdown, with what its words mean. */
export function fieldsMarkdown(): string {
  const header = ['field', ...COLUMNS.map(({ title }) => title)];
  const rows = fieldRows().map(({ field, fates }) => [field, ...fates]);
  const table = [header, header.map(() => '---'), ...rows].map((columns) => `| ${columns.join(' | ')} |`);
  return `${PREFACE}\n${table.join('\n')}\n\n${NOTES}`;
}

const PREFACE = `# What becomes of each field of a request

Made from the encoders by \`npm run conformance\`; a test holds it to them.

- **yes**: said to the vendor in its own words.
- **dropped**: left out, because the vendor has no place for it and it changes only the quality of the answer. The names are in the
  answer's \`x-nemo-dropped-params\` header and in the trail.
- **refused**: this deployment is not asked, because leaving the field out would change what the answer is. Another deployment of the
  route may serve the request; where none can, the caller gets a 400 that names the field.
- **gateway**: nothing is sent. The gateway does what the field asks (\`prompt_cache_key\` keeps a conversation at its deployment), or
  there is nothing to do.

What differs by model and host is data: \`*-rules.ts\` of each protocol (\`host-lines.ts\` and \`model-lines.ts\` for OpenAI-shaped servers), each
line with its source and date, corrected for one deployment by \`rules\` in the configuration.
`;

const NOTES = `Beyond the top level:

- A compatible server gets what every server takes, unless more is known of it: \`system\` for \`developer\`, one system message and first,
  the two sides in turn, text as a string, no empty lists and no null members, and none of OpenAI's own members (\`prompt_cache_key\`,
  \`verbosity\`). A field that nobody here knows goes out: whoever sends it knows the server.
- Where a server knows only \`json_object\`, or no form at all, the schema is told to the model. A strict schema that OpenAI would refuse is
  sent without \`strict\`, which is named as dropped.
- Pictures and files of tool results, and those that the assistant made, come with the user's next words where the API has no other place.
- A limit above the deployment's \`maxOutputTokens\` is that.
- What other servers take in a form of their own goes out in OpenAI's: \`tool_choice: "any"\` or a tool's bare name, tools and choices without
  a \`type\`, \`image_url\` as a string, \`arguments\` as an object, parts and tools in the words of the Responses and Messages APIs, a schema
  without a name.
- Gemini 2.5 takes no JSON answer beside functions: there the schema is a function for the answer, as at Claude without structured outputs.

- A system message in mid-conversation stays where it is: as \`system\` where the model knows that, else as text of the user. It is not
  moved to the top, which would empty the prompt cache.
- Media go to the vendor as they are. Bedrock and others that take no addresses refuse them by \`messages[i].content[j]\`; the gateway
  fetches nothing. \`image_url.detail\` has no equal outside OpenAI and changes only the quality.
- Cache marks (\`cache_control\`, \`prompt_cache_breakpoint\`) become Anthropic's marks and Bedrock's cache points, at most four, the
  last ones; OpenAI and Gemini cache by themselves and get none.
- \`temperature\` above 1 is 1 at Anthropic, Bedrock and Zhipu, above 1.5 is 1.5 at Mistral and Cerebras, and is named as dropped. A stop
  sequence of white space alone is dropped at Anthropic and Bedrock; more of them than a vendor takes (OpenAI, Groq and Cerebras 4, Gemini
  5, Zhipu 1) are another deployment's to serve.
- A model that cannot be made to call a tool while it thinks (Kimi K2, DeepSeek V4, Qwen at its maker's) is not asked to.
- Ids of tool calls that a vendor would refuse are rewritten, the same in the call and in its result. An id that comes twice is made
  distinct; results go by their order.
- Names of tools that a vendor does not take are shortened, the same way in every request, and given back whole: more than 64 characters
  (128 at Anthropic), dots and the like. Half of a surrogate pair goes out as U+FFFD.
- A file may be a data URL, bare base64 or an address, and its type may be told by its name or its first bytes. Text is a text document at
  Anthropic, plain text at Gemini and text among the words at OpenAI-shaped servers. A PDF goes in the form of the server (Mistral's
  \`document_url\`, Perplexity's \`file_url\`), and what chat at OpenAI does not take goes by its Responses API. What a vendor has no form for
  is refused before it is asked, so that another deployment serves.
- Claude's strict tools and schemas are written as Anthropic's own SDK writes them: at most 20 tools, 24 optional parameters and 16
  unions a request. A schema that would mean something else then (objects with keys of any name, recursion) is not strict, or goes as a
  forced tool for the answer. A union at the root of a tool's schema becomes one object, at Anthropic and on Bedrock, and is told.
- Claude from 4.6 on goes on reasoning in a loop of calls whose thoughts are lost, and with a forced tool; earlier ones do not.
- On Bedrock, results of tools and words are of two turns for Llama, Mistral and Writer; Llama and older Mistral models are asked for a
  whole answer where there are tools; gpt-oss and Qwen take no stop sequences.
- More inputs of an embeddings call than a server takes at once, by their number or their length, are asked for in several calls.
  \`input_type\` is said in each vendor's word (NVIDIA, Cohere, Google, Nova); without it NVIDIA and Cohere are told of documents.
- Reasoning (\`thinking_blocks\`, \`extra_content.google.thought_signature\`, \`reasoning_content\`) goes back to the vendor that signed it
  and is left out for the others.
- A tool message with \`is_error\` is marked as failed at Anthropic and Bedrock; at Gemini its text is under \`error\`.
`;
