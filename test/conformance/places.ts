import assert from 'node:assert/strict';
import type { Operation } from '../../functions/gateway/core/model/dial.ts';
import type { Dialect } from '../../functions/gateway/core/model/dialect.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { Prompt } from '../../functions/gateway/core/model/prompt.ts';
import type { Vendor } from '../../functions/gateway/core/model/vendor.ts';
import type { Target } from '../../functions/gateway/core/protocols/protocol.ts';
import '../../functions/gateway/core/protocols/protocols.ts';
import { protocolFor } from '../../functions/gateway/core/protocols/spoken-protocols.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { messagesPrompt } from '../support/messages-prompt.ts';
import { promptOf } from '../support/prompt-of.ts';
import { responsesPromptOf } from '../support/responses-prompt-of.ts';

/** A model at a vendor, in a protocol: where a prompt may be said. */
export interface Place {
  readonly name: string;
  readonly protocol: ProtocolName;
  readonly vendor: Vendor;
  readonly model: string;
}

function compatible(vendor: Vendor, model: string): Place {
  return { name: vendor, protocol: 'openai', vendor, model };
}

/** Servers that speak OpenAI's chat, with a model of each. */
export const COMPATIBLE_PLACES: readonly Place[] = [
  compatible('groq', 'llama-3.3-70b-versatile'),
  compatible('mistral', 'mistral-large-latest'),
  compatible('deepseek', 'deepseek-chat'),
  compatible('xai', 'grok-4'),
  compatible('cerebras', 'llama-3.3-70b'),
  compatible('together', 'meta-llama/Llama-3.3-70B-Instruct-Turbo'),
  compatible('fireworks', 'accounts/fireworks/models/llama-v3p3-70b-instruct'),
  compatible('openrouter', 'meta-llama/llama-3.3-70b-instruct'),
  compatible('perplexity', 'sonar-pro'),
  compatible('nvidia', 'meta/llama-3.3-70b-instruct'),
  compatible('moonshot', 'kimi-k2-0905-preview'),
  compatible('zhipu', 'glm-4.6'),
  compatible('dashscope', 'qwen-max'),
  compatible('ollama', 'llama3.3'),
  compatible('vllm', 'meta-llama/Llama-3.3-70B-Instruct'),
  compatible('llama.cpp', 'llama-3.3'),
  compatible('sambanova', 'Meta-Llama-3.3-70B-Instruct'),
  compatible('deepinfra', 'meta-llama/Llama-3.3-70B-Instruct'),
  compatible('huggingface', 'meta-llama/Llama-3.3-70B-Instruct'),
  compatible('github-models', 'meta/llama-3.3-70b-instruct'),
  compatible('compatible', 'some-model'),
];

/** Every kind of place, Claude at each of its hosts. */
export const PLACES: readonly Place[] = [
  { name: 'OpenAI', protocol: 'openai', vendor: 'openai', model: 'gpt-4.1' },
  { name: 'OpenAI, a reasoning model', protocol: 'openai', vendor: 'openai', model: 'gpt-5.1' },
  { name: 'OpenAI by Responses', protocol: 'openai-responses', vendor: 'openai', model: 'gpt-4.1' },
  { name: 'Azure', protocol: 'openai', vendor: 'azure', model: 'my-deployment' },
  { name: 'Claude at Anthropic', protocol: 'anthropic', vendor: 'anthropic', model: 'claude-sonnet-4-5' },
  { name: 'Claude on Foundry', protocol: 'anthropic', vendor: 'azure', model: 'claude-sonnet-4-5' },
  { name: 'Claude on Vertex AI', protocol: 'anthropic', vendor: 'vertex', model: 'claude-sonnet-4-5@20250929' },
  {
    name: 'Claude on Bedrock',
    protocol: 'bedrock',
    vendor: 'bedrock',
    model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  },
  { name: 'Claude by InvokeModel', protocol: 'anthropic', vendor: 'bedrock', model: 'us.anthropic.claude-sonnet-4-5' },
  { name: 'Nova on Bedrock', protocol: 'bedrock', vendor: 'bedrock', model: 'us.amazon.nova-pro-v1:0' },
  { name: 'gpt-oss on Bedrock', protocol: 'openai', vendor: 'bedrock', model: 'openai.gpt-oss-120b-1:0' },
  { name: 'Gemini', protocol: 'gemini', vendor: 'google-ai', model: 'gemini-2.5-flash' },
  { name: 'Gemini on Vertex AI', protocol: 'gemini', vendor: 'vertex', model: 'gemini-2.5-pro' },
  { name: 'Gemini by OpenAI’s chat', protocol: 'openai', vendor: 'google-ai', model: 'gemini-2.5-flash' },
  ...COMPATIBLE_PLACES,
];

/** The prompt of a body in each API that callers speak. */
export const PROMPTS = {
  chat: promptOf,
  messages: messagesPrompt,
  responses: responsesPromptOf,
} as const satisfies Readonly<Record<string, (body: object) => Prompt>>;

/** What a place is asked, or why it is not. */
export type AskedPlace =
  | {
      readonly kind: 'asked';
      readonly operation: Operation;
      readonly dialect: Dialect;
      readonly body: JsonObject;
      readonly dropped: readonly string[];
    }
  | { readonly kind: 'unsupported'; readonly param: string };

/** A prompt as it goes out to a place. */
export function askedAt(
  { protocol: name, vendor, model }: Place,
  prompt: Prompt,
  more: Partial<Target> = {},
): AskedPlace {
  const target: Target = { model, vendor, streaming: true, hasResponses: vendor === 'openai', ...more };
  const protocol = protocolFor(name, prompt, target);
  const encoding = protocol.encode(prompt, target);
  return encoding.kind === 'unsupported'
    ? { kind: 'unsupported', param: encoding.param }
    : {
        kind: 'asked',
        operation: encoding.request.operation,
        dialect: protocol.dialect,
        body: encoding.request.body,
        dropped: encoding.dropped,
      };
}

/** The same where it must be served: a refusal fails the test. */
export function servedAt(
  place: Place,
  prompt: Prompt,
  more: Partial<Target> = {},
): Extract<AskedPlace, { kind: 'asked' }> {
  const asked = askedAt(place, prompt, more);
  assert.ok(asked.kind === 'asked', `${place.name}: ${JSON.stringify(asked)}`);
  return asked;
}
