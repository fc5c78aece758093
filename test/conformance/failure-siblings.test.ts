import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptFailure } from '../../functions/gateway/core/model/attempt-failure.ts';
import type { Vendor } from '../../functions/gateway/core/model/vendor.ts';
import type { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import '../../functions/gateway/core/protocols/protocols.ts';
import { protocolAt } from '../../functions/gateway/core/protocols/spoken-protocols.ts';

/** `quota`: money or a long allowance is spent. `stream`: no stream for this request. `policy`: the request is refused for its content. */
type Meaning = AttemptFailure['kind'] | 'quota' | 'stream' | 'policy';

interface Told {
  readonly vendor: Vendor;
  readonly protocol?: keyof typeof PROTOCOLS;
  readonly status: number;
  readonly body: string | object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly means: Meaning;
  readonly waitMs?: number;
}

function openai(
  vendor: Vendor,
  status: number,
  means: Meaning,
  error: Readonly<Record<string, unknown>> | string,
): Told {
  return { vendor, status, means, body: { error: typeof error === 'string' ? { message: error } : error } };
}

function anthropic(status: number, means: Meaning, type: string, message: string): Told {
  return {
    vendor: 'anthropic',
    protocol: 'anthropic',
    status,
    means,
    body: { type: 'error', error: { type, message }, request_id: 'req_1' },
  };
}

/** A host that speaks Anthropic's API with words of its own. */
function shaped(vendor: Vendor, status: number, means: Meaning, error: object): Told {
  return { vendor, protocol: 'anthropic', status, means, body: { type: 'error', error } };
}

/** The same over both of Bedrock's own APIs. */
function amazons(status: number, means: Meaning, name: string, message: string): readonly Told[] {
  const told = amazon(status, means, name, message);
  return [told, { ...told, protocol: 'anthropic' }];
}

function google(status: number, means: Meaning, message: string, more: object = {}): Told {
  return {
    vendor: 'google-ai',
    protocol: 'gemini',
    status,
    means,
    body: { error: { code: status, message, ...more } },
  };
}

function amazon(status: number, means: Meaning, name: string, message: string): Told {
  return {
    vendor: 'bedrock',
    protocol: 'bedrock',
    status,
    means,
    headers: { 'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/` },
    body: { message },
  };
}

/** What OpenAI-shaped servers say of members and values that are not theirs: public bug reports and the servers' code, read 2026-11. */
const DIALECT: readonly (readonly [vendor: Vendor, status: number, message: string])[] = [
  ['nvidia', 400, 'Validation: Unsupported parameter(s): `max_completion_tokens`'],
  ['azure', 400, 'Unrecognized request argument supplied: reasoning_effort'],
  [
    'openai',
    400,
    "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.",
  ],
  ['openai', 400, "Unsupported parameter: 'max_tokens' is not supported with this model."],
  ['openai', 400, "Unknown parameter: 'input[0].status'."],
  ['xai', 400, 'Model grok-4 does not support parameter reasoningEffort.'],
  ['ollama', 400, '"llama3.2" does not support thinking'],
  [
    'dashscope',
    400,
    '<400> InternalError.Algo.InvalidParameter: The tool_choice parameter does not support being set to required or object in thinking mode',
  ],
  ['moonshot', 400, "tool_choice 'required' is incompatible with thinking enabled"],
  ['moonshot', 400, 'invalid temperature: only 1 is allowed for this model'],
  ['moonshot', 400, 'reasoning_content is missing in assistant tool call message at index 2'],
  ['deepseek', 400, 'The `reasoning_content` in the thinking mode must be passed back to the API.'],
  ['cerebras', 400, 'Unsupported JSON schema fields: {"pattern"}'],
  ['cerebras', 422, 'Unsupported JSON schema fields: {"pattern"}'],
  ['cerebras', 400, 'body.messages.2.assistant.reasoning_content : property is unsupported'],
  ['cerebras', 422, 'body.messages.2.assistant.reasoning_content : property is unsupported'],
  ['mistral', 400, 'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant'],
  ['perplexity', 400, 'Last message must have role `user` or `tool`.'],
  [
    'perplexity',
    400,
    'After the (optional) system message(s), user or tool message(s) should alternate with assistant message(s).',
  ],
  [
    'groq',
    400,
    "invalid JSON schema for response_format: 'x': /properties/a: `additionalProperties:false` must be set on every object",
  ],
  ['vllm', 400, 'Grammar error: Unimplemented keys: ["uniqueItems"]'],
];

/** Google's, over its own API and its compatible one, read 2026-11. */
const DIALECT_OF_GOOGLE: readonly string[] = [
  'Invalid JSON payload received. Unknown name "logit_bias": Cannot find field.',
  'Invalid JSON payload received. Unknown name "const" at \'tools[0]\': Cannot find field.',
  'Tool use with function calling is unsupported by the model.',
  'Budget 0 is invalid. This model only works in thinking mode.',
  'The thinking budget 50000 is invalid. Please choose a value between 512 and 24576.',
  'Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive).',
];

/** Bedrock's, over Converse and InvokeModel, read 2026-11. */
const DIALECT_OF_AMAZON: readonly string[] = [
  'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
  "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
  'The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. Please use only one.',
];

/** Too-long prompts, read 2026-11. */
const TOO_LONG: readonly (readonly [vendor: Vendor, message: string])[] = [
  [
    'dashscope',
    '<400> InternalError.Algo.InvalidParameter: Total message token length exceed model limit (10000000 tokens).',
  ],
  ['dashscope', "The token count of the prompt exceeds the model's limit."],
  ['nvidia', 'Requested token count exceeds the model limit'],
  ['compatible', 'Prompt has 10000 tokens, but the configured limit is 4096 tokens.'],
  ['vllm', 'The number of input tokens 5000 cannot exceed the total tokens limit 4096 for this model'],
  ['compatible', 'Total tokens of image and text exceed max message tokens'],
];

/** 429s whose wait stands in the body alone, over every protocol, read 2026-11. */
const WAITS: readonly Pick<Told, 'vendor' | 'protocol' | 'body' | 'waitMs' | 'headers'>[] = [
  {
    vendor: 'google-ai',
    protocol: 'gemini',
    body: { error: { code: 429, message: 'Quota is exceeded. Please retry in 17.5s.', status: 'RESOURCE_EXHAUSTED' } },
    waitMs: 17_500,
  },
  {
    vendor: 'google-ai',
    body: [{ error: { code: 429, message: 'Please retry in 17.5s.', status: 'RESOURCE_EXHAUSTED' } }],
    waitMs: 17_500,
  },
  {
    vendor: 'moonshot',
    protocol: 'anthropic',
    body: {
      type: 'error',
      error: {
        type: 'rate_limit_reached_error',
        message: 'Your account request reached max RPM: 20, please try again after 12 seconds',
      },
    },
    waitMs: 12_000,
  },
  {
    vendor: 'openrouter',
    protocol: 'anthropic',
    body: {
      type: 'error',
      error: {
        type: 'rate_limit_error',
        message: 'Rate limit exceeded',
        metadata: { headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1741305600000' } },
      },
    },
    waitMs: 86_400_000,
  },
  {
    vendor: 'openai',
    protocol: 'openai-responses',
    body: { error: { type: 'requests', code: 'rate_limit_exceeded', message: 'Please try again in 1m3.57s.' } },
    waitMs: 63_570,
  },
  ...(['bedrock', 'anthropic'] as const).map((protocol) => ({
    vendor: 'bedrock' as const,
    protocol,
    headers: { 'x-amzn-errortype': 'ThrottlingException' },
    body: { message: 'Too many requests. Please retry after 6 seconds.' },
    waitMs: 6000,
  })),
];

/** What vendors say, in their own words: public bug reports, the vendors' pages of errors and their servers' code, read 2026-11. */
const SAID: readonly Told[] = [
  // OpenAI and Azure.
  openai('openai', 400, 'context-exceeded', {
    message: 'Your input exceeds the context window of this model. Please adjust your input and try again.',
    code: 'context_length_exceeded',
    type: 'invalid_request_error',
  }),
  openai(
    'openai',
    400,
    'context-exceeded',
    'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens. Please reduce the length of the messages.',
  ),
  openai('openai', 400, 'quota', {
    message: 'Billing hard limit has been reached',
    code: 'billing_hard_limit_reached',
    type: 'invalid_request_error',
  }),
  openai('openai', 403, 'misconfigured', {
    message: 'Project `proj_1` does not have access to model `gpt-5`',
    code: 'model_not_found',
    type: 'invalid_request_error',
  }),
  openai('openai', 404, 'misconfigured', {
    message: 'The model `gpt-4-32k` has been deprecated, learn more here',
    code: 'model_not_found',
    type: 'invalid_request_error',
  }),
  openai(
    'openai',
    400,
    'misconfigured',
    'Your organization must be verified to use the model `o3`. Please go to the settings.',
  ),
  openai('openai', 400, 'unsupported', {
    message: 'Your organization must be verified to generate reasoning summaries. Please go to the settings.',
    param: 'reasoning.summary',
    code: 'unsupported_value',
    type: 'invalid_request_error',
  }),
  openai('openai', 400, 'stream', {
    message: 'Your organization must be verified to stream this model.',
    param: 'stream',
    code: 'unsupported_value',
    type: 'invalid_request_error',
  }),
  openai('openai', 400, 'policy', {
    message: 'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
    code: 'invalid_prompt',
    type: 'invalid_request_error',
  }),
  openai('openai', 401, 'misconfigured', {
    message: 'Your request was from an IP that is not authorized.',
    code: 'ip_not_authorized',
  }),
  openai('openai', 403, 'misconfigured', {
    message: 'Country, region, or territory not supported',
    code: 'unsupported_country_region_territory',
    type: 'request_forbidden',
  }),
  openai('openai', 400, 'policy', {
    message: 'Timeout while downloading https://example.com/a.png.',
    code: 'invalid_image_url',
    type: 'invalid_request_error',
  }),
  openai('openai', 429, 'unsupported', {
    message:
      'Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 40000. The input or output tokens must be reduced in order to run successfully.',
    type: 'tokens',
    code: 'rate_limit_exceeded',
  }),
  openai('openai', 400, 'unsupported', {
    message:
      'max_tokens is too large: 200000. This model supports at most 16384 completion tokens, whereas you provided 200000.',
    param: 'max_tokens',
    code: 'invalid_value',
    type: 'invalid_request_error',
  }),
  openai('openai', 503, 'overloaded', {
    message: 'The engine is currently overloaded, please try again later',
    type: 'server_error',
  }),
  openai('azure', 404, 'misconfigured', { code: '404', message: 'Resource not found' }),
  openai('azure', 403, 'misconfigured', {
    code: '403',
    message: 'Access denied due to Virtual Network/Firewall rules.',
  }),
  openai('azure', 400, 'misconfigured', { code: 'BadRequest', message: 'API version not supported' }),
  openai('azure', 410, 'misconfigured', { code: 'ModelDeprecated', message: 'The model gpt-4-0314 has been retired.' }),
  openai('azure', 400, 'policy', {
    message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    code: 'content_filter',
    status: 400,
    innererror: { code: 'ResponsibleAIPolicyViolation' },
  }),
  {
    ...openai('azure', 429, 'rate-limited', {
      code: '429',
      message:
        'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 6 seconds.',
    }),
    waitMs: 6000,
  },
  openai('azure', 400, 'unsupported', "Invalid Value: 'file'. This model does not support file content types."),
  // Anthropic.
  anthropic(400, 'context-exceeded', 'invalid_request_error', 'prompt is too long: 208310 tokens > 200000 maximum'),
  anthropic(
    400,
    'context-exceeded',
    'invalid_request_error',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again',
  ),
  anthropic(
    400,
    'quota',
    'invalid_request_error',
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  ),
  anthropic(
    400,
    'quota',
    'invalid_request_error',
    'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
  ),
  anthropic(400, 'misconfigured', 'invalid_request_error', 'This organization has been disabled.'),
  anthropic(403, 'misconfigured', 'forbidden', 'Request not allowed'),
  anthropic(404, 'misconfigured', 'not_found_error', 'model: claude-3-opus-20240229'),
  anthropic(400, 'policy', 'invalid_request_error', 'Output blocked by content filtering policy'),
  anthropic(
    400,
    'unsupported',
    'invalid_request_error',
    'The long context beta is not yet available for this subscription.',
  ),
  anthropic(
    400,
    'unsupported',
    'invalid_request_error',
    'max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5',
  ),
  anthropic(529, 'overloaded', 'overloaded_error', 'Overloaded'),
  // Google.
  google(400, 'misconfigured', 'User location is not supported for the API use.', { status: 'FAILED_PRECONDITION' }),
  google(403, 'misconfigured', 'Your API key was reported as leaked. Please use another API key.', {
    status: 'PERMISSION_DENIED',
  }),
  google(
    404,
    'misconfigured',
    'models/gemini-9 is not found for API version v1beta, or is not supported for generateContent.',
    { status: 'NOT_FOUND' },
  ),
  google(
    404,
    'misconfigured',
    'Publisher Model `projects/p/locations/l/publishers/google/models/x` was not found or your project does not have access to it.',
    { status: 'NOT_FOUND' },
  ),
  google(
    400,
    'context-exceeded',
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    { status: 'INVALID_ARGUMENT' },
  ),
  google(400, 'unsupported', 'Function calling is not enabled for models/gemma-3-27b-it', {
    status: 'INVALID_ARGUMENT',
  }),
  google(400, 'unsupported', 'Developer instruction is not enabled for models/gemma-3-27b-it', {
    status: 'INVALID_ARGUMENT',
  }),
  google(400, 'unsupported', 'JSON mode is not enabled for models/gemma-3-27b-it', { status: 'INVALID_ARGUMENT' }),
  google(400, 'unsupported', 'Audio input modality is not enabled for models/gemini-2.5-flash-image', {
    status: 'INVALID_ARGUMENT',
  }),
  google(400, 'unsupported', 'The requested combination of response modalities (TEXT) is not supported by the model.', {
    status: 'INVALID_ARGUMENT',
  }),
  google(429, 'rate-limited', 'Resource exhausted. Please try again later.', { status: 'RESOURCE_EXHAUSTED' }),
  google(503, 'overloaded', 'The model is overloaded. Please try again later.', { status: 'UNAVAILABLE' }),
  // Amazon.
  amazon(
    400,
    'misconfigured',
    'ValidationException',
    'Invocation of model ID deepseek.r1-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile.',
  ),
  amazon(
    400,
    'context-exceeded',
    'ValidationException',
    'The model returned the following errors: Input is too long for requested model.',
  ),
  amazon(
    400,
    'unsupported',
    'ValidationException',
    'Malformed input request: #: extraneous key [top_k] is not permitted, please reformat your input and try again.',
  ),
  amazon(400, 'unsupported', 'ValidationException', "This model doesn't support documents."),
  amazon(
    400,
    'unsupported',
    'ValidationException',
    "This model doesn't support the image content block that you provided.",
  ),
  amazon(400, 'unsupported', 'ValidationException', "This model doesn't support tool use."),
  amazon(400, 'stream', 'ValidationException', "This model doesn't support tool use in streaming mode."),
  amazon(
    400,
    'unsupported',
    'ValidationException',
    'The maximum tokens you requested exceeds the model limit of 8192. Try again with a maximum tokens value that is lower than 8192.',
  ),
  amazon(404, 'misconfigured', 'ResourceNotFoundException', 'This model version has reached the end of its life.'),
  amazon(
    403,
    'misconfigured',
    'AccessDeniedException',
    'Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.',
  ),
  amazon(403, 'misconfigured', 'ExpiredTokenException', 'The security token included in the request is expired'),
  amazon(429, 'quota', 'ThrottlingException', 'Too many tokens per day, please wait before trying again.'),
  amazon(429, 'rate-limited', 'ThrottlingException', 'Too many requests, please wait before trying again.'),
  amazon(503, 'overloaded', 'ServiceUnavailableException', 'Bedrock is unable to process your request.'),
  // Groq.
  openai('groq', 400, 'misconfigured', {
    message: 'The model `llama3-70b-8192` has been decommissioned and is no longer supported.',
    type: 'invalid_request_error',
    code: 'model_decommissioned',
  }),
  openai('groq', 413, 'unsupported', {
    message:
      'Request too large for model `llama-3.3-70b-versatile` in organization `org_1` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 7000, please reduce your message size and try again.',
    type: 'tokens',
    code: 'rate_limit_exceeded',
  }),
  openai('groq', 400, 'misconfigured', {
    message: 'Organization has been restricted. Please reach out to support if you believe this was in error.',
    type: 'invalid_request_error',
    code: 'organization_restricted',
  }),
  openai('groq', 400, 'quota', {
    message: 'Your organization has reached its spend limit.',
    type: 'invalid_request_error',
    code: 'blocked_api_access',
  }),
  openai('groq', 400, 'misconfigured', {
    message: 'The model `canopylabs/orpheus` requires terms acceptance. Please have the org admin accept the terms.',
    type: 'invalid_request_error',
    code: 'model_terms_required',
  }),
  openai('groq', 400, 'unsupported', {
    message:
      '`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model',
    type: 'invalid_request_error',
  }),
  openai('groq', 498, 'overloaded', { message: 'Flex tier capacity exceeded', code: 'capacity_exceeded' }),
  // Mistral.
  { vendor: 'mistral', status: 401, means: 'misconfigured', body: { detail: 'Unauthorized' } },
  {
    vendor: 'mistral',
    status: 422,
    means: 'unsupported',
    body: { detail: [{ type: 'extra_forbidden', loc: ['body', 'logprobs'], msg: 'Extra inputs are not permitted' }] },
  },
  {
    vendor: 'mistral',
    status: 429,
    means: 'rate-limited',
    body: {
      object: 'error',
      message: 'Service tier capacity exceeded for this model.',
      type: 'service_tier_capacity_exceeded',
      code: '3505',
    },
  },
  {
    vendor: 'mistral',
    status: 400,
    means: 'context-exceeded',
    body: {
      object: 'error',
      message: 'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      type: 'invalid_request_prompt',
      code: '3051',
    },
  },
  // DeepSeek, Moonshot, Zhipu, DashScope.
  openai('deepseek', 402, 'quota', {
    message: 'Insufficient Balance',
    type: 'unknown_error',
    code: 'invalid_request_error',
  }),
  openai(
    'deepseek',
    422,
    'unsupported',
    'Failed to deserialize the JSON body into the target type: messages[1]: unknown variant `image_url`, expected `text` at line 1 column 284',
  ),
  openai('deepseek', 400, 'misconfigured', {
    message: 'Model Not Exist',
    type: 'invalid_request_error',
    code: 'invalid_request_error',
  }),
  openai(
    'deepseek',
    503,
    'overloaded',
    'Service is too busy. We advise users to temporarily switch to alternative LLM API service providers.',
  ),
  openai('moonshot', 400, 'context-exceeded', {
    message: 'Invalid request: Your request exceeded model token limit: 8192',
    type: 'invalid_request_error',
  }),
  openai('moonshot', 429, 'quota', {
    message: 'Your account is suspended, please check your plan and billing details',
    type: 'exceeded_current_quota_error',
  }),
  openai('moonshot', 429, 'overloaded', {
    message: 'The engine is currently overloaded, please try again later',
    type: 'engine_overloaded_error',
  }),
  openai('moonshot', 404, 'misconfigured', {
    message: 'Not found the model kimi-9 or Permission denied',
    type: 'resource_not_found_error',
  }),
  openai('moonshot', 400, 'policy', {
    message: 'The request was rejected because it was considered high risk',
    type: 'content_filter',
  }),
  openai('zhipu', 429, 'quota', {
    code: '1113',
    message: 'Insufficient balance or no resource package. Please recharge.',
  }),
  openai('zhipu', 400, 'misconfigured', { code: '1211', message: 'Unknown Model, please check the model code.' }),
  openai('zhipu', 400, 'context-exceeded', { code: '1261', message: 'Prompt exceeds max length' }),
  openai('zhipu', 429, 'quota', {
    code: '1308',
    message: 'Usage limit reached for 5 hour. Your limit will reset at 2026-12-01 10:00:00',
  }),
  openai('zhipu', 400, 'policy', {
    code: '1301',
    message: 'System detected potentially unsafe or sensitive content in input or generation.',
  }),
  openai('zhipu', 401, 'misconfigured', { code: '1002', message: 'Authorization Token is illegal' }),
  openai('zhipu', 400, 'misconfigured', {
    code: '1112',
    message: 'Your account has been locked, please contact customer service to unlock it',
  }),
  openai('zhipu', 400, 'misconfigured', { code: '1221', message: 'API glm-4 has been taken offline' }),
  openai('zhipu', 500, 'overloaded', {
    code: '1234',
    message: 'Network error, error id: 1, please contact customer service',
  }),
  openai('dashscope', 400, 'context-exceeded', {
    code: 'invalid_parameter_error',
    message: '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]',
    type: 'invalid_request_error',
  }),
  openai('dashscope', 400, 'misconfigured', {
    code: 'Arrearage',
    message: 'Access denied, please make sure your account is in good standing.',
    type: 'Arrearage',
  }),
  openai('dashscope', 403, 'quota', {
    code: 'AllocationQuota.FreeTierOnly',
    message:
      'The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable the free tier only mode.',
    type: 'AllocationQuota.FreeTierOnly',
  }),
  openai('dashscope', 429, 'rate-limited', {
    code: 'limit_requests',
    message: 'You exceeded your current requests list.',
    type: 'limit_requests',
  }),
  openai('dashscope', 400, 'policy', {
    code: 'data_inspection_failed',
    message: 'Input data may contain inappropriate content.',
    type: 'data_inspection_failed',
  }),
  openai('dashscope', 400, 'policy', {
    code: 'DataInspectionFailed',
    message: 'Output data may contain inappropriate content.',
  }),
  openai(
    'dashscope',
    400,
    'unsupported',
    "<400> InternalError.Algo.InvalidParameter: Invalid value: file. Supported values are: 'text','image_url','video_url' and 'video'.",
  ),
  // xAI, Cerebras.
  {
    vendor: 'xai',
    status: 403,
    means: 'quota',
    body: {
      code: 'The caller does not have permission to execute the specified operation',
      error: "Your newly created team doesn't have any credits yet. You can purchase credits on https://console.x.ai.",
    },
  },
  {
    vendor: 'xai',
    status: 429,
    means: 'quota',
    body: {
      code: 'Some resource has been exhausted',
      error: 'Your team 1 has either used all available credits or reached its monthly spending limit.',
    },
  },
  {
    vendor: 'xai',
    status: 400,
    means: 'context-exceeded',
    body: {
      code: 'Client specified an invalid argument',
      error: "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
    },
  },
  {
    vendor: 'xai',
    status: 400,
    means: 'misconfigured',
    body: {
      code: 'Client specified an invalid argument',
      error: 'Incorrect API key provided: xa***. You can obtain an API key from https://console.x.ai.',
    },
  },
  {
    vendor: 'xai',
    status: 400,
    means: 'unsupported',
    body: {
      code: 'Client specified an invalid argument',
      error: 'Argument not supported on this model: presencePenalty',
    },
  },
  {
    vendor: 'cerebras',
    status: 400,
    means: 'context-exceeded',
    body: {
      message: 'Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192',
      type: 'invalid_request_error',
      param: 'messages',
      code: 'context_length_exceeded',
    },
  },
  {
    vendor: 'cerebras',
    status: 429,
    means: 'rate-limited',
    body: {
      message: 'Tokens per minute limit exceeded - too many tokens processed.',
      type: 'too_many_tokens_error',
      param: 'quota',
      code: 'token_quota_exceeded',
    },
  },
  {
    vendor: 'cerebras',
    status: 429,
    means: 'overloaded',
    body: {
      message: "We're experiencing high traffic right now! Please try again soon.",
      type: 'too_many_requests_error',
      param: 'queue',
      code: 'queue_exceeded',
    },
  },
  // Together, Fireworks, OpenRouter, GitHub, Hugging Face, NVIDIA, DeepInfra, SambaNova.
  openai(
    'together',
    422,
    'context-exceeded',
    'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens and 512 `max_new_tokens`',
  ),
  openai(
    'together',
    400,
    'misconfigured',
    'Unable to access non-serverless model x. Please visit the site to create and start a new dedicated endpoint.',
  ),
  openai('fireworks', 404, 'misconfigured', {
    object: 'error',
    type: 'invalid_request_error',
    code: 'NOT_FOUND',
    message: 'Model not found, inaccessible, and/or not deployed',
  }),
  openai('fireworks', 400, 'context-exceeded', 'The prompt is too long: 200000, model maximum context length: 131071'),
  openai('fireworks', 412, 'quota', {
    object: 'error',
    type: 'invalid_request_error',
    code: 'PRECONDITION_FAILED',
    message:
      'Account someone is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices.',
  }),
  openai('openrouter', 402, 'quota', {
    code: 402,
    message:
      'This request requires more credits, or fewer max_tokens. You requested up to 32000 tokens, but can only afford 1000.',
  }),
  openai('openrouter', 403, 'policy', {
    code: 403,
    message: 'Your input was flagged',
    metadata: { reasons: ['violence'], flagged_input: 'x' },
  }),
  openai('openrouter', 404, 'misconfigured', { code: 404, message: 'No endpoints found for some/model.' }),
  openai('openrouter', 404, 'misconfigured', {
    code: 404,
    message:
      'No endpoints found matching your data policy (Free model publication). Configure: https://openrouter.ai/settings/privacy',
  }),
  openai('openrouter', 404, 'unsupported', { code: 404, message: 'No endpoints found that support image input' }),
  openai('openrouter', 400, 'context-exceeded', {
    code: 400,
    message: 'Provider returned error',
    metadata: {
      raw: '{"error":{"message":"This endpoint\'s maximum context length is 32768 tokens. However, you requested about 40000 tokens"}}',
    },
  }),
  openai('openrouter', 502, 'overloaded', {
    code: 502,
    message: 'Provider returned error',
    metadata: { raw: 'upstream connect error', provider_name: 'x' },
  }),
  openai('github-models', 413, 'context-exceeded', {
    code: 'tokens_limit_reached',
    message: 'Request body too large for gpt-4o model. Max size: 8000 tokens.',
  }),
  {
    ...openai('github-models', 429, 'rate-limited', {
      code: 'RateLimitReached',
      message: 'Rate limit of 10 per 60s exceeded for UserByModelByMinute. Please wait 36 seconds before retrying.',
    }),
    waitMs: 36_000,
  },
  openai('huggingface', 400, 'misconfigured', {
    message: "The requested model 'x' is not supported by any provider you have enabled.",
    type: 'invalid_request_error',
    code: 'model_not_supported',
  }),
  {
    vendor: 'huggingface',
    status: 402,
    means: 'quota',
    body: { error: 'You have exceeded your monthly included credits for Inference Providers.' },
  },
  {
    vendor: 'nvidia',
    status: 404,
    means: 'misconfigured',
    body: { status: 404, title: 'Not Found', detail: "Function 'x': Not found for account 'y'" },
  },
  {
    vendor: 'nvidia',
    status: 402,
    means: 'quota',
    body: {
      status: 402,
      title: 'Payment Required',
      detail: "Account 'x': Cloud credits expired - Please contact NVIDIA representatives",
    },
  },
  { vendor: 'deepinfra', status: 404, means: 'misconfigured', body: { detail: { error: 'Model is not available' } } },
  {
    vendor: 'deepinfra',
    status: 402,
    means: 'quota',
    body: { detail: { error: 'inference prohibited, please enter a payment method' } },
  },
  {
    vendor: 'sambanova',
    status: 410,
    means: 'misconfigured',
    body: { error: { message: 'The model has been deprecated' } },
  },
  // Servers of one's own.
  openai('ollama', 404, 'misconfigured', {
    message: 'model "llama9" not found, try pulling it first',
    type: 'api_error',
  }),
  openai('ollama', 400, 'unsupported', {
    message: 'registry.ollama.ai/library/gemma:2b does not support tools',
    type: 'api_error',
  }),
  openai('llama.cpp', 400, 'context-exceeded', {
    code: 400,
    message: 'the request exceeds the available context size, try increasing it',
    type: 'exceed_context_size_error',
  }),
  openai('llama.cpp', 503, 'overloaded', { code: 503, message: 'Loading model', type: 'unavailable_error' }),
  openai('llama.cpp', 501, 'unsupported', {
    code: 501,
    message: 'This server does not support multimodal',
    type: 'not_supported_error',
  }),
  openai('llama.cpp', 500, 'unsupported', {
    code: 500,
    message: 'tools param requires --jinja flag',
    type: 'server_error',
  }),
  {
    vendor: 'vllm',
    status: 400,
    means: 'context-exceeded',
    body: {
      object: 'error',
      message:
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the messages, 500 in the completion).",
      type: 'BadRequestError',
      code: 400,
    },
  },
  {
    vendor: 'vllm',
    status: 404,
    means: 'misconfigured',
    body: { object: 'error', message: 'The model `x` does not exist.', type: 'NotFoundError', code: 404 },
  },
  openai(
    'vllm',
    400,
    'unsupported',
    '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
  ),
  openai('vllm', 400, 'unsupported', 'At most 0 image(s) may be provided in one prompt.'),
  openai(
    'compatible',
    400,
    'context-exceeded',
    'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.',
  ),
  openai('llama.cpp', 500, 'context-exceeded', {
    code: 500,
    message: 'input (1500 tokens) is too large to process. increase the physical batch size (current batch size: 512)',
    type: 'server_error',
  }),
  openai('llama.cpp', 501, 'unsupported', {
    code: 501,
    message: 'This server does not support embeddings. Start it with `--embeddings`',
    type: 'not_supported_error',
  }),
  openai('llama.cpp', 501, 'unsupported', { code: 501, message: 'No slots here.', type: 'not_supported_error' }),
  // Codes of OpenAI's that say what another vendor may serve, in words that nobody knows.
  ...['unsupported_value', 'unsupported_parameter', 'unknown_parameter'].flatMap((code) =>
    (['openai', 'azure', 'xai', 'nvidia'] as const).map((vendor) =>
      openai(vendor, 400, 'unsupported', { message: 'No.', type: 'invalid_request_error', param: 'temperature', code }),
    ),
  ),
  // What another model or vendor may serve.
  ...DIALECT.map(([vendor, status, message]) => openai(vendor, status, 'unsupported', message)),
  ...DIALECT_OF_GOOGLE.flatMap((message) => [
    google(400, 'unsupported', message, { status: 'INVALID_ARGUMENT' }),
    openai('google-ai', 400, 'unsupported', { code: 400, message, status: 'INVALID_ARGUMENT' }),
  ]),
  ...DIALECT_OF_AMAZON.flatMap((message) => amazons(400, 'unsupported', 'ValidationException', message)),
  anthropic(
    400,
    'unsupported',
    'invalid_request_error',
    '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
  ),
  // The caller's content.
  ...['SAFETY_CHECK_TYPE_CSAM', 'SAFETY_CHECK_TYPE_BIO', 'SAFETY_CHECK_TYPE_DATA_LEAKAGE'].map(
    (check): Told => ({
      vendor: 'xai',
      status: 403,
      means: 'policy',
      body: {
        code: 'The caller does not have permission to execute the specified operation',
        error: `Content violates usage guidelines. Team: 1, API key ID: 2, Model: grok-4, Failed check: ${check}`,
      },
    }),
  ),
  // The operator's account at Amazon.
  ...[
    'Access to Anthropic models is not allowed from unsupported countries, regions, or territories. Please refer to the list of countries.',
    'Your account is not authorized to invoke this API operation.',
    'Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.',
    'Operation not allowed',
    'Model use case details have not been submitted for this account. Fill out the Anthropic use case details form.',
  ].flatMap((message) => amazons(400, 'misconfigured', 'ValidationException', message)),
  ...amazons(
    404,
    'misconfigured',
    'ResourceNotFoundException',
    'Model use case details have not been submitted for this account.',
  ),
  // Hosts of Anthropic's API with the codes of their own.
  ...(['code', 'type'] as const).flatMap((member) => [
    shaped('zhipu', 429, 'quota', { [member]: '1113', message: 'Please recharge.' }),
    shaped('zhipu', 429, 'quota', { [member]: '1308', message: 'Usage limit reached for 5 hour.' }),
    shaped('zhipu', 429, 'rate-limited', { [member]: '1302', message: 'High concurrency usage of this API.' }),
    shaped('zhipu', 400, 'misconfigured', { [member]: '1211', message: 'Check the model code.' }),
    shaped('zhipu', 400, 'context-exceeded', { [member]: '1261', message: 'Too much.' }),
    shaped('zhipu', 400, 'policy', { [member]: '1301', message: 'Unsafe.' }),
    shaped('moonshot', 429, 'quota', { [member]: 'exceeded_current_quota_error', message: 'Check your plan.' }),
    shaped('moonshot', 429, 'overloaded', { [member]: 'engine_overloaded_error', message: 'Try again later.' }),
    shaped('deepseek', 402, 'quota', { [member]: 'invalid_request_error', message: 'Insufficient Balance' }),
    shaped('dashscope', 400, 'misconfigured', { [member]: 'Arrearage', message: 'Access denied.' }),
    shaped('openrouter', 400, 'unsupported', { [member]: 'unsupported_parameter', message: 'No.' }),
  ]),
  // Waits that only the body tells.
  ...WAITS.map((told) => ({ status: 429, means: 'rate-limited' as const, ...told })),
  // Prompts that are too long.
  ...TOO_LONG.map(([vendor, message]) => openai(vendor, 400, 'context-exceeded', message)),
  ...TOO_LONG.map(([vendor, message]) =>
    shaped(vendor, 400, 'context-exceeded', { type: 'invalid_request_error', message }),
  ),
];

function meaningOf(failure: AttemptFailure): Meaning {
  if (failure.kind === 'rate-limited' && failure.quota) {
    return 'quota';
  }
  if (failure.kind === 'unsupported' && failure.isStream === true) {
    return 'stream';
  }
  return failure.kind === 'rejected' && failure.isKnown === true ? 'policy' : failure.kind;
}

describe('what a vendor says of a failure', () => {
  for (const { vendor, protocol = 'openai', status, body, headers = {}, means, waitMs } of SAID) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    it(`is ${means}: ${vendor}'s ${status} ${text.slice(0, 160)}`, () => {
      const failure = protocolAt(protocol, vendor).readFailure({ status, headers, body: text, nowMs: 0 });
      assert.equal(meaningOf(failure), means, JSON.stringify(failure));
      if (waitMs !== undefined) {
        assert.equal(failure.kind === 'rate-limited' && failure.retryAfterMs, waitMs);
      }
    });
  }
});
