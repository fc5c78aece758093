import type { Vendor } from '../../model/vendor.ts';
import type { ModelRule } from '../model-rules.ts';
import type { OpenAiRules } from './openai-rules.ts';

/** What OpenAI's own API takes, at OpenAI and at Azure: messages as they are, but for what other vendors invented. */
export const OPENAI_FORM: Partial<OpenAiRules> = {
  ownMembers: 'all',
  strictSchemas: 'openai',
  toolChoices: 'any',
  foreignMembers: 'remove',
  toolCallIds: 'forty-characters',
  instructionRole: 'as-sent',
  turns: 'as-sent',
  files: 'pdf',
  maxStops: 4,
};

const ANY = /^/;

function at(vendors: readonly Vendor[], rules: Partial<OpenAiRules>): ModelRule<OpenAiRules> {
  return { match: ANY, vendors, rules };
}

const PENALTIES: readonly string[] = ['presence_penalty', 'frequency_penalty'];
const LOGPROBS: readonly string[] = ['logprobs', 'top_logprobs'];

/** What Mistral's models want wherever they are served: their chat template and its ids of nine characters. */
export const MISTRAL_TEMPLATE: Partial<OpenAiRules> = {
  foreignMembers: ['prefix'],
  maxTokensMember: 'max_tokens',
  toolCallIds: 'nine-letters-and-digits',
  userAfterTool: false,
  messageNames: false,
};

/** What Mistral's own API takes, whichever model is asked, tuned ones under names of their own too. */
export const MISTRAL_FORM: Partial<OpenAiRules> = {
  ...MISTRAL_TEMPLATE,
  renamed: { seed: 'random_seed' },
  refusedSampling: ['logit_bias', 'top_k', 'user'],
  refusedShapes: LOGPROBS,
  ownMembers: ['prediction'],
  prefillMember: 'prefix',
  files: 'document-address',
};

/**
 * What is known of hosts, whichever model they serve. A line for each fact, with who says so and when it was read; lines of models come
 * after these.
 */
export const HOST_LINES: readonly ModelRule<OpenAiRules>[] = [
  // OpenAI API reference, "Create chat completion", 2026-11
  at(['openai', 'azure'], OPENAI_FORM),
  // openrouter.ai/docs "Parameters", "Reasoning tokens", "Prompt caching", 2026-11
  at(['openrouter'], {
    ownMembers: ['prompt_cache_key', 'metadata', 'service_tier', 'verbosity', 'prediction', 'web_search_options'],
    foreignMembers: ['reasoning_details', 'cache_control', 'annotations', 'images'],
    reasoningMember: 'reasoning',
    turns: 'as-sent',
  }),
  // console.groq.com/docs/openai "Currently unsupported", /docs/structured-outputs, 2026-11
  at(['groq'], {
    ownMembers: ['service_tier'],
    refusedSampling: ['logit_bias', 'top_k', 'reasoning_effort'],
    refusedShapes: [...LOGPROBS, 'n'],
    answerFormats: 'json_object',
    formatWithTools: false,
    strictSchemas: 'openai',
    reasoningMember: 'reasoning',
    messageNames: false,
  }),
  // inference-docs.cerebras.ai "OpenAI compatibility", 2026-11; rikkahub/rikkahub#1137, 2026-03
  at(['cerebras'], {
    refusedSampling: [...PENALTIES, 'logit_bias', 'top_k'],
    maxTokensMember: 'max_completion_tokens',
    strictSchemas: 'cerebras',
    formatWithTools: false,
    messageNames: false,
  }),
  // docs.mistral.ai/api "Chat completion": no stream_options, and usage in the last chunk; other members are a 422, 2026-11
  at(['mistral'], { ...MISTRAL_FORM, streamUsage: false }),
  // the API's 422 "Input should be less than or equal to 1.5", scottyeager/Pal#28, SillyTavern/SillyTavern#4856, 2025-12
  at(['mistral'], { maxTemperature: 1.5 }),
  // inference-docs.cerebras.ai/api-reference "Chat completions": temperature between 0 and 1.5, up to 4 sequences, 2026-11
  at(['cerebras'], { maxTemperature: 1.5, maxStops: 4 }),
  // console.groq.com/docs/api-reference "Create chat completion": up to 4 sequences, 2026-11
  at(['groq'], { maxStops: 4 }),
  // docs.z.ai/api-reference "Chat completion": temperature from 0 to 1, one stop word, 2026-11
  at(['zhipu'], { maxTemperature: 1, maxStops: 1 }),
  // the API's 400 "does not support being set to required or object in thinking mode", QwenLM/qwen-code#7659, 2026-07
  at(['dashscope'], { forcedTools: 'unless-it-thinks' }),
  // api-docs.deepseek.com "Create chat completion", 2026-11
  at(['deepseek'], {
    answerFormats: 'json_object',
    maxTokensMember: 'max_tokens',
    reasoningMember: 'reasoning_content',
  }),
  // platform.moonshot.ai/docs/api/chat, "Partial mode", 2026-11
  at(['moonshot'], { answerFormats: 'json_object', reasoningMember: 'reasoning_content', prefillMember: 'partial' }),
  // docs.z.ai/api-reference "Chat completion", 2026-11
  at(['zhipu'], {
    answerFormats: 'json_object',
    maxTokensMember: 'max_tokens',
    toolChoices: 'auto',
    reasoningMember: 'reasoning_content',
  }),
  // alibabacloud.com/help/en/model-studio "Qwen API reference", "Context cache", "Partial mode", 2026-11
  at(['dashscope'], {
    answerFormats: 'json_object',
    maxTokensMember: 'max_tokens',
    foreignMembers: ['cache_control'],
    reasoningMember: 'reasoning_content',
    prefillMember: 'partial',
  }),
  // docs.x.ai/docs/api-reference "Chat completions", 2026-11
  at(['xai'], {
    ownMembers: ['web_search_options', 'service_tier'],
    refusedSampling: ['logit_bias', 'top_k'],
    reasoningMember: 'reasoning_content',
    turns: 'as-sent',
  }),
  // docs.perplexity.ai/api-reference "Chat completions", 2026-11
  at(['perplexity'], {
    ownMembers: ['web_search_options'],
    answerFormats: 'json_schema',
    maxTokensMember: 'max_tokens',
    refusedShapes: ['tools'],
  }),
  // docs.fireworks.ai "Create chat completion", 2026-11
  at(['fireworks'], { reasoningMember: 'reasoning_content' }),
  // each one's chat completion reference: max_completion_tokens is not among its members, 2026-11
  at(['together', 'nvidia', 'sambanova', 'deepinfra', 'huggingface', 'ollama'], { maxTokensMember: 'max_tokens' }),
  // ai.google.dev/gemini-api/docs/thought-signatures "OpenAI compatibility", 2026-11
  at(['google-ai', 'vertex'], { foreignMembers: ['extra_content'] }),
  // each one's chat completion reference: no part of the type file, 2026-11; QwenLM/qwen-code#1888, 2026-02
  at(
    [
      'cerebras',
      'dashscope',
      'deepinfra',
      'deepseek',
      'fireworks',
      'github-models',
      'groq',
      'huggingface',
      'llama.cpp',
    ],
    { files: 'none' },
  ),
  // each one's chat completion reference: no part of the type file with data, 2026-11
  at(['moonshot', 'nvidia', 'ollama', 'sambanova', 'together', 'vllm', 'zhipu', 'google-ai', 'vertex', 'bedrock'], {
    files: 'none',
  }),
  // openrouter.ai/docs "PDF inputs", 2026-11
  at(['openrouter'], { files: 'pdf-or-address' }),
  // docs.perplexity.ai "File attachments", 2026-11
  at(['perplexity'], { files: 'file-address' }),
  // docs.x.ai "Files": by id or public address, by its Responses API alone, 2026-11
  at(['xai'], { files: 'uploaded' }),
  // Amazon Bedrock user guide, "Service tiers", 2026-11
  at(['bedrock'], { ownMembers: ['service_tier'] }),
];
