import {
  arrayMember,
  type JsonObject,
  numberMember,
  objectMember,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { type Converted, type Note, untaken } from './notes.ts';
import { type HostedModel, hostedModel, type ProviderInput } from './provider.ts';

/** One entry of `model_list`. */
export interface ImportedModel {
  /** The name that callers ask for: our route. */
  readonly group: string;
  readonly hosted: HostedModel;
  /** Our deployment, without its provider's name. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The place in LiteLLM's own order, where it has one. */
  readonly order: number | undefined;
}

/** What is asked of models that make neither text nor vectors. */
const MODES: ReadonlySet<string> = new Set(['chat', 'completion', 'responses', 'embedding']);

/** Converts one entry. Without a value where it cannot be served here; the notes say why. */
export function importedModel(
  { entry, index }: { readonly entry: unknown; readonly index: number },
  credentialOf: ProviderInput['credentialOf'],
): Converted<ImportedModel | undefined> {
  const path = `model_list[${index}]`;
  const params = objectMember(entry, 'litellm_params') ?? {};
  const info = objectMember(entry, 'model_info') ?? {};
  const group = stringMember(entry, 'model_name') ?? '';
  const refusal = refusalOf({ group, mode: stringMember(info, 'mode'), model: stringMember(params, 'model') ?? '' });
  if (refusal !== undefined) {
    return { value: undefined, notes: [{ path, text: refusal }] };
  }
  const { value: hosted, notes } = hostedModel({ params, path: `${path}.litellm_params`, credentialOf });
  if (hosted === undefined) {
    return { value: undefined, notes };
  }
  const value = { group, hosted, settings: settingsOf(params, info), order: numberMember(params, 'order') };
  return { value, notes: [...notes, ...leftOut(params, path)] };
}

function refusalOf({
  group,
  mode,
  model,
}: {
  group: string;
  mode: string | undefined;
  model: string;
}): string | undefined {
  if (group === '' || model === '') {
    return 'has no model_name or no litellm_params.model: left out';
  }
  if (group.includes('*') || model.includes('*')) {
    return `names models by a pattern (${JSON.stringify(group)}): left out. Name each model that callers ask for`;
  }
  return mode === undefined || MODES.has(mode) ? undefined : `is for ${mode}, which is not served here: left out`;
}

const PER_MILLION = 1_000_000;

/** Ours, LiteLLM's, and where it may stand. */
const PRICES: readonly (readonly [string, string])[] = [
  ['inputPrice', 'input_cost_per_token'],
  ['outputPrice', 'output_cost_per_token'],
  ['cachedInputPrice', 'cache_read_input_token_cost'],
  ['cacheWritePrice', 'cache_creation_input_token_cost'],
  ['reasoningPrice', 'output_cost_per_reasoning_token'],
];

const COUNTS: readonly (readonly [string, string])[] = [
  ['requestsPerMinute', 'rpm'],
  ['tokensPerMinute', 'tpm'],
  ['contextWindow', 'max_input_tokens'],
  ['maxOutputTokens', 'max_output_tokens'],
];

function settingsOf(params: JsonObject, info: JsonObject): Readonly<Record<string, unknown>> {
  const numbers = [
    ...PRICES.map(([ours, theirs]) => [ours, perMillion(numberMember(info, theirs) ?? numberMember(params, theirs))]),
    ...COUNTS.map(([ours, theirs]) => [ours, whole(numberMember(params, theirs) ?? numberMember(info, theirs))]),
  ];
  const tags = (arrayMember(params, 'tags') ?? []).filter(
    (tag) => typeof tag === 'string' && /^[\w.:-]{1,64}$/.test(tag),
  );
  return {
    ...Object.fromEntries(numbers.filter(([, value]) => value !== undefined)),
    ...(tags.length === 0 ? {} : { tags }),
    ...(stringMember(info, 'mode') === 'embedding' ? { kind: 'embeddings' } : {}),
    ...rulesOf(stringMember(info, 'base_model')),
  };
}

/** Azure's deployments have names of their own: which model it is, `azure/gpt-4o` say, is told beside it. */
function rulesOf(baseModel: string | undefined): object {
  return baseModel === undefined ? {} : { rules: { baseModel: baseModel.replace(/^.*\//, '') } };
}

/** Rounded: 0.00000025 a token is 0.25 a million, and not 0.24999999999999997. */
function perMillion(price: number | undefined): number | undefined {
  return price === undefined ? undefined : Number((price * PER_MILLION).toPrecision(12));
}

function whole(count: number | undefined): number | undefined {
  return count !== undefined && Number.isInteger(count) && count > 0 ? count : undefined;
}

const TAKEN = new Set([
  'model',
  'custom_llm_provider',
  'api_base',
  'base_url',
  'api_key',
  'api_version',
  'organization',
  'aws_region_name',
  'vertex_project',
  'vertex_location',
  'extra_headers',
  'tags',
  'order',
  ...PRICES.map(([, theirs]) => theirs),
  ...COUNTS.map(([, theirs]) => theirs),
]);

const SIGNED = "is not taken over: the function's role signs calls to Bedrock";
const OF_ROUTES = 'is not taken over: time-outs belong to routes here ("timeouts")';
const OF_CALLERS = 'is not taken over: callers send it, or the client sets it';

const WHY: ReadonlyMap<string, string> = new Map([
  ['aws_access_key_id', SIGNED],
  ['aws_secret_access_key', SIGNED],
  ['aws_session_token', SIGNED],
  ['aws_role_name', SIGNED],
  ['aws_session_name', SIGNED],
  ['aws_profile_name', SIGNED],
  ['aws_bedrock_runtime_endpoint', 'is not taken over: set "baseUrl" of the provider'],
  ['vertex_credentials', 'is not taken over: put the service account into the secret under GOOGLE_SERVICE_ACCOUNT'],
  ['timeout', OF_ROUTES],
  ['stream_timeout', OF_ROUTES],
  ['max_retries', 'is not taken over: "maxAttempts" counts the calls of a request'],
  ['weight', 'is not taken over: simple-shuffle gives every deployment the same share'],
  ['drop_params', 'is what is done here: what changes the quality alone is dropped and named in x-nemo-dropped-params'],
  ...['temperature', 'max_tokens', 'top_p', 'reasoning_effort', 'thinking', 'seed', 'extra_body', 'stop'].map(
    (name): [string, string] => [name, OF_CALLERS],
  ),
  ['max_budget', 'is not taken over: dollars are limited by key (keys create --usd-per-month)'],
  ['budget_duration', 'is not taken over: dollars are limited by key and month'],
]);

function leftOut(params: JsonObject, path: string): readonly Note[] {
  return untaken(params, { path: `${path}.litellm_params`, taken: TAKEN, why: WHY });
}
