import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProtocolName } from '../../../../functions/gateway/core/model/gateway-config.ts';
import { saidFailure } from '../../../../functions/gateway/core/protocols/failure-words.ts';
import { PROTOCOLS } from '../../../../functions/gateway/core/protocols/protocols.ts';

/** Sentences of vendors, as public reports quote them, by the failure that each is. */
const SENTENCES: Readonly<Record<string, readonly string[]>> = {
  'context-exceeded': [
    'Invalid request: Your request exceeded model token limit: 262144 (requested: 291351)',
    'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.',
    'The number of tokens to keep from the initial prompt is greater than the context length.',
    'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8192. Given: 9000 `inputs` tokens and 512 `max_new_tokens`',
    'Input validation error: `inputs` must have less than 4096 tokens. Given: 5000',
    'Please reduce the length of the messages or completion. Current length is 11438 while limit is 8192',
    'Range of input length should be [1, 30720]',
    'Prompt exceeds max length',
    'The total length of all messages is too long.',
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 300000 tokens.",
    "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
    'the request exceeds the available context size. try increasing the context size or enable context shift',
    'The decoder prompt (length 5000) is longer than the maximum model length of 4096.',
    'Input length (5000 tokens) exceeds the maximum allowed length (4096 tokens).',
    'Request body too large for gpt-4o model. Max size: 8000 tokens.',
    'prompt is too long: 205000 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
    'too many tokens: total number of tokens in the prompt cannot exceed 4081',
    'Total message token length exceed model limit (10000000 tokens).',
    'Prompt has 10000 tokens, but the configured limit is 4096 tokens.',
    'The number of input tokens 5000 cannot exceed the total tokens limit 4096',
    'input (1500 tokens) is too large to process. increase the physical batch size',
  ],
  misconfigured: [
    'accounts/fireworks/models/deepseek-v4-pro is not a valid model ID',
    'Model Not Exist',
    'The supported API model names are deepseek-v4-pro or deepseek-v4-flash, but you passed deepseek-gone',
    'Unavailable model: gone',
    'Unknown model: gone',
    "The requested model 'x' is not supported by any provider you have enabled.",
    'The model `m` has been decommissioned and is no longer supported.',
    "The model 'm' has reached its end of life on 2026-07-27T00:00:00Z and is no longer available.",
    'Unable to access non-serverless model m. Please create a dedicated endpoint.',
    'This organization has been disabled.',
    'Organization has been restricted. Please reach out to support if you believe this was in error.',
    'Access denied, please make sure your account is in good standing.',
    'Workspace access denied.',
    'Model access denied.',
    'Incorrect API key provided: gs-***.',
    'API key not valid. Please pass a valid API key.',
    'Access to Anthropic models is not allowed from unsupported countries, regions, or territories.',
    'Your account is not authorized to invoke this API operation.',
    'User location is not supported for the API use.',
    "Invocation of model ID m with on-demand throughput isn't supported. Retry your request with the ID or ARN of an inference profile",
  ],
  'rate-limited': [
    'Your credit balance is too low to access the Anthropic API.',
    'Insufficient Balance',
    'This request requires more credits, or fewer max_tokens.',
  ],
  unsupported: [
    'Your organization must be verified to stream this model.',
    'This model does not support streaming.',
    "This model doesn't support tool use in streaming mode.",
    'Streaming is not supported with response_format json_schema.',
    "The model doesn't support the ConverseStream operation. Use Converse instead.",
    'No endpoints found that support tool use. To learn more about provider routing, visit: https://openrouter.ai',
    "No endpoints found that support the provided 'tool_choice' value.",
    'No endpoints found that support image input',
    'registry.ollama.ai/library/gemma:latest does not support tools',
    'This model does not support response format `json_schema`.',
    'json mode cannot be combined with tool/function calling',
    'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
    '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    'm is not a multimodal model',
    'At most 0 image(s) may be provided in one prompt.',
    'This model does not support assistant message prefill. The conversation must end with a user message.',
    "messages.1.assistant.reasoning_content: property 'messages.1.assistant.reasoning_content' is unsupported",
    "Unsupported parameter: 'temperature' is not supported with this model.",
    'Extra inputs are not permitted',
    'Validation: Unsupported parameter(s): `max_completion_tokens`',
    'Unrecognized request argument supplied: reasoning_effort',
    'Invalid JSON payload received. Unknown name "logit_bias": Cannot find field.',
    'Model grok-4 does not support parameter reasoningEffort.',
    '"llama3.2" does not support thinking',
    "tool_choice 'required' is incompatible with thinking enabled",
    'invalid temperature: only 1 is allowed for this model',
    'Last message must have role `user` or `tool`.',
    'A conversation must start with a user message.',
    'Unsupported JSON schema fields: {"pattern"}',
    'Conversation roles must alternate user/assistant/user/assistant/...',
  ],
  rejected: [
    "Invalid type for 'messages[0].content': expected a string, but got an integer instead.",
    'temperature must be between 0 and 2',
    'Could not process image',
    'Invalid parameter: messages must not be empty',
    'messages: at least one message is required',
    'No tool output found for function call call_1.',
    'The last message of the conversation was empty',
    'The parameter of tools[0] has the unknown type "strin"',
    'The thinking budget must be below max_tokens',
    'Unsupported image format',
    'temperature and top_p: only numbers, please',
    'The conversation violates the rule that you wrote',
    'The token count must be a number',
    'Invalid schema: additionalProperties must be a boolean or a schema',
    'The prompt mentions a model that was not where I left it',
  ],
};

type Shape = (message: string) => { readonly body: object; readonly headers?: Readonly<Record<string, string>> };

const SHAPES: Readonly<Record<ProtocolName, Shape>> = {
  openai: (message) => ({ body: { error: { message, type: 'invalid_request_error', param: null, code: null } } }),
  'openai-responses': (message) => ({ body: { error: { message, type: 'invalid_request_error', code: null } } }),
  anthropic: (message) => ({ body: { type: 'error', error: { type: 'invalid_request_error', message } } }),
  gemini: (message) => ({ body: { error: { code: 400, message, status: 'INVALID_ARGUMENT' } } }),
  bedrock: (message) => ({ body: { message }, headers: { 'x-amzn-errortype': 'ValidationException' } }),
};

describe("a vendor's sentence in a 400", () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    for (const [kind, sentences] of Object.entries(SENTENCES)) {
      for (const sentence of sentences) {
        it(`over ${name} is ${kind}: ${sentence.slice(0, 80)}`, () => {
          const { body, headers = {} } = shape(sentence);
          // The name is one of the table's.
          const protocol = PROTOCOLS[name as ProtocolName];
          const failure = protocol.readFailure({ status: 400, headers, body: JSON.stringify(body), nowMs: 0 });
          assert.equal(failure.kind, kind);
        });
      }
    }
  }
});

describe("a vendor's sentence", () => {
  it('outweighs statuses that servers use for anything, and no other', () => {
    const sentence = 'No endpoints found that support tool use.';
    assert.deepEqual(
      [400, 403, 404, 422].map((status) => saidFailure(status, sentence)),
      ['unsupported', 'unsupported', 'unsupported', 'unsupported'],
    );
    assert.deepEqual(
      [401, 429, 502].map((status) => saidFailure(status, 'This organization has been disabled.')),
      [undefined, undefined, undefined],
    );
    assert.equal(saidFailure(500, 'tools param requires --jinja flag'), 'unsupported');
    assert.equal(saidFailure(500, 'This organization has been disabled.'), undefined);
  });

  it('is one of streams alone where Bedrock refuses its operations of streams', () => {
    const who = 'User: arn:aws:sts::123456789012:assumed-role/gateway/g is not authorized to perform: ';
    const where = ' on resource: arn:aws:bedrock:us-east-1::foundation-model/m';
    for (const [status, message] of [
      [400, "The model doesn't support the ConverseStream operation. Use Converse instead."],
      [400, 'This model does not support InvokeModelWithResponseStream.'],
      [403, `${who}bedrock:InvokeModelWithResponseStream${where}`],
    ] as const) {
      assert.equal(saidFailure(status, message), 'stream', message);
      const failure = PROTOCOLS.bedrock.readFailure({
        status,
        headers: {},
        body: JSON.stringify({ message }),
        nowMs: 0,
      });
      assert.ok(failure.kind === 'unsupported' && failure.isStream === true, message);
    }
    assert.equal(saidFailure(403, `${who}bedrock:InvokeModel${where}`), undefined);
  });

  it('is not looked for in what may be a prompt', () => {
    assert.equal(saidFailure(400, `${'x '.repeat(400)}Model Not Exist`), undefined);
  });
});
