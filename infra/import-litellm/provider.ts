import { defined } from '../../functions/gateway/core/model/defined.ts';
import { type JsonObject, objectMember, stringMember } from '../../functions/gateway/core/wire/json.ts';
import type { credentialNames } from './credential.ts';
import type { Converted } from './notes.ts';

/** A provider as our file has it. */
export type ProviderSettings = Readonly<Record<string, unknown>>;

/** Who a model of LiteLLM's is asked at, and what it is called there. */
export interface HostedModel {
  /** A short name for the provider, and the beginning of the deployment's id. */
  readonly name: string;
  readonly settings: ProviderSettings;
  readonly model: string;
}

interface Prefix {
  /** Our name of the host. */
  readonly host: string;
  /** The environment variable in which LiteLLM looks for the key where the file names none. */
  readonly key?: string;
}

/** By what stands before a model's first slash. Source: LiteLLM, "Providers". */
const PREFIXES: ReadonlyMap<string, Prefix> = new Map([
  ['openai', { host: 'openai', key: 'OPENAI_API_KEY' }],
  ['azure', { host: 'azure', key: 'AZURE_API_KEY' }],
  ['azure_ai', { host: 'azure', key: 'AZURE_AI_API_KEY' }],
  ['anthropic', { host: 'anthropic', key: 'ANTHROPIC_API_KEY' }],
  ['gemini', { host: 'google', key: 'GEMINI_API_KEY' }],
  ['vertex_ai', { host: 'vertex', key: 'GOOGLE_SERVICE_ACCOUNT' }],
  ['vertex_ai_beta', { host: 'vertex', key: 'GOOGLE_SERVICE_ACCOUNT' }],
  ['bedrock', { host: 'bedrock' }],
  ['bedrock_converse', { host: 'bedrock' }],
  ['cerebras', { host: 'cerebras', key: 'CEREBRAS_API_KEY' }],
  ['dashscope', { host: 'dashscope', key: 'DASHSCOPE_API_KEY' }],
  ['deepinfra', { host: 'deepinfra', key: 'DEEPINFRA_API_KEY' }],
  ['deepseek', { host: 'deepseek', key: 'DEEPSEEK_API_KEY' }],
  ['fireworks_ai', { host: 'fireworks', key: 'FIREWORKS_API_KEY' }],
  ['github', { host: 'github-models', key: 'GITHUB_API_KEY' }],
  ['groq', { host: 'groq', key: 'GROQ_API_KEY' }],
  ['huggingface', { host: 'huggingface', key: 'HUGGINGFACE_API_KEY' }],
  ['mistral', { host: 'mistral', key: 'MISTRAL_API_KEY' }],
  ['moonshot', { host: 'moonshot', key: 'MOONSHOT_API_KEY' }],
  ['nvidia_nim', { host: 'nvidia', key: 'NVIDIA_NIM_API_KEY' }],
  ['ollama', { host: 'ollama' }],
  ['ollama_chat', { host: 'ollama' }],
  ['openrouter', { host: 'openrouter', key: 'OPENROUTER_API_KEY' }],
  ['perplexity', { host: 'perplexity', key: 'PERPLEXITYAI_API_KEY' }],
  ['sambanova', { host: 'sambanova', key: 'SAMBANOVA_API_KEY' }],
  ['together_ai', { host: 'together', key: 'TOGETHERAI_API_KEY' }],
  ['xai', { host: 'xai', key: 'XAI_API_KEY' }],
  ['zai', { host: 'zhipu', key: 'ZAI_API_KEY' }],
  ['hosted_vllm', { host: 'vllm' }],
  ['vllm', { host: 'vllm' }],
  ['custom_openai', { host: 'compatible' }],
  ['openai_like', { host: 'compatible' }],
]);

/** Models that LiteLLM knows without a prefix, by how they begin. */
const UNPREFIXED: readonly (readonly [RegExp, string])[] = [
  [/^(?:gpt-|chatgpt-|o\d|text-embedding-|ft:gpt)/, 'openai'],
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'vertex_ai'],
  [/^(?:[a-z]{2,6}\.)?(?:anthropic|amazon|meta|mistral|cohere|ai21)\./, 'bedrock'],
];

/** One entry of `model_list` on its way. */
export interface ProviderInput {
  readonly params: JsonObject;
  readonly path: string;
  readonly credentialOf: ReturnType<typeof credentialNames>;
}

/** Finds the provider of one entry of `model_list`. A note and no value where it is none of those that are known here. */
export function hostedModel(input: ProviderInput): Converted<HostedModel | undefined> {
  const { prefix, model } = splitModel(input.params);
  const known = PREFIXES.get(prefix);
  if (known === undefined) {
    const text = `asks the vendor ${JSON.stringify(prefix)}, which is not known here: left out. A server that speaks OpenAI's API is a provider with "host": "compatible" and its baseUrl`;
    return { value: undefined, notes: [{ path: `${input.path}.model`, text }] };
  }
  const { value: settings, notes } = settingsOf(input, known);
  return { value: { name: nameOf(settings), settings, model: modelAt(known.host, model) }, notes };
}

function splitModel(params: JsonObject): { readonly prefix: string; readonly model: string } {
  const whole = stringMember(params, 'model') ?? '';
  const told = stringMember(params, 'custom_llm_provider');
  const [first = '', ...rest] = whole.split('/');
  if (told !== undefined) {
    return { prefix: told, model: first === told ? rest.join('/') : whole };
  }
  if (rest.length > 0) {
    return { prefix: first, model: rest.join('/') };
  }
  const [, prefix = ''] = UNPREFIXED.find(([pattern]) => pattern.test(whole)) ?? [];
  return { prefix, model: whole };
}

/** LiteLLM's own words before a model's id at Bedrock, at Vertex AI and at OpenAI. */
function modelAt(host: string, model: string): string {
  switch (host) {
    case 'bedrock':
      return model.replace(/^(?:(?:converse|invoke|converse_like)\/)?(?:[a-z]{2}(?:-[a-z]+)+-\d\/)?/, '');
    case 'openai':
    case 'azure':
      return model.replace(/^(?:responses|chat)\//, '');
    default:
      return model;
  }
}

function settingsOf({ params, path, credentialOf }: ProviderInput, known: Prefix): Converted<HostSettings> {
  const address = addressOf(params, known.host);
  // A key of OpenAI's is not for other servers, whatever the file leaves unsaid.
  const isOther = known.host === 'openai' && address.baseUrl !== undefined;
  const host = isOther ? 'compatible' : known.host;
  const usual = host === 'compatible' ? undefined : known.key;
  const otherwise = `${nameOf({ host, ...address })
    .replaceAll(/\W/g, '_')
    .toUpperCase()}_API_KEY`;
  const credential = credentialOf({ given: params.api_key, usual, otherwise, path: `${path}.api_key` });
  const value = {
    host,
    ...address,
    ...defined({ apiKey: credential.value }),
    ...placeOf(params, host),
    ...headersOf(params, host),
  };
  return { value, notes: credential.notes };
}

interface HostSettings extends ProviderSettings {
  readonly host: string;
}

function addressOf(params: JsonObject, host: string): { readonly baseUrl?: string } {
  const given = stringMember(params, 'api_base') ?? stringMember(params, 'base_url');
  if (given === undefined || given.startsWith('os.environ/') || !URL.canParse(given)) {
    return {};
  }
  const { origin, pathname } = new URL(given);
  const isOpenAi = origin === 'https://api.openai.com';
  if (isOpenAi && host === 'openai') {
    return {};
  }
  return { baseUrl: host === 'azure' ? origin : `${origin}${pathname}`.replace(/\/+$/, '') };
}

/** Region, project and version: what only some hosts have. */
function placeOf(params: JsonObject, host: string): ProviderSettings {
  const text = (name: string, as: string): ProviderSettings => {
    const value = stringMember(params, name);
    return value === undefined || value.startsWith('os.environ/') ? {} : { [as]: value };
  };
  switch (host) {
    case 'bedrock':
      return { region: 'us-east-1', ...text('aws_region_name', 'region') };
    case 'vertex':
      return { ...text('vertex_project', 'project'), ...text('vertex_location', 'region') };
    case 'azure':
      return text('api_version', 'apiVersion');
    case 'openai':
      return text('organization', 'organization');
    default:
      return {};
  }
}

const SECRET = /authorization|api-key|apikey|token|secret|cookie/i;

function headersOf(params: JsonObject, host: string): ProviderSettings {
  const given = Object.entries(objectMember(params, 'extra_headers') ?? {});
  const open = given.filter(([name, value]) => typeof value === 'string' && !SECRET.test(name));
  return open.length === 0 || host === 'bedrock' ? {} : { headers: Object.fromEntries(open) };
}

/** As the host is called; with its region or its machine, where that tells it from another. */
function nameOf({ host, region, baseUrl }: HostSettings): string {
  const place = typeof region === 'string' && region !== 'us-east-1' ? region : machineAt(baseUrl);
  return place === undefined || place === 'api' ? host : `${host}-${place}`.replaceAll(/[^A-Za-z0-9_-]/g, '-');
}

function machineAt(baseUrl: unknown): string | undefined {
  const hostname = typeof baseUrl === 'string' ? new URL(baseUrl).hostname : undefined;
  return hostname === undefined || /^[\d.]+$/.test(hostname) ? hostname : hostname.split('.')[0];
}
