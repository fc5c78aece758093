import type { ModelRule } from '../model-rules.ts';
import { MISTRAL_FORM, MISTRAL_TEMPLATE, OPENAI_FORM } from './host-lines.ts';
import type { OpenAiRules } from './openai-rules.ts';

const PENALTIES: readonly string[] = ['presence_penalty', 'frequency_penalty'];
const SAMPLING: readonly string[] = ['temperature', 'top_p', ...PENALTIES, 'logit_bias'];

/** To a reasoning model's log probabilities OpenAI answers 403, as to a missing right, which would eject the deployment for long. */
const LOGPROBS: readonly string[] = ['logprobs', 'top_logprobs'];

function line(match: RegExp, rules: Partial<OpenAiRules>): ModelRule<OpenAiRules> {
  return { match, rules };
}

/**
 * What is known of models, by the ids that their makers' APIs give them; `openai/` is how proxies name OpenAI's, but gpt-oss is open and
 * served by anyone. A line for each fact, with who says so and when it was read.
 */
export const MODEL_LINES: readonly ModelRule<OpenAiRules>[] = [
  // OpenAI API reference, "Create chat completion", 2026-11
  line(/^(?:ft:)?(?:gpt-(?!oss)|chatgpt-|o\d)/, OPENAI_FORM),
  // OpenAI's model pages and the 400s of its API, 2026-11
  line(/^(?:openai\/)?(?:o\d|gpt-(?:[5-9]|\d{2,}))/, {
    maxTokensMember: 'max_completion_tokens',
    strictSchemas: 'openai',
  }),
  // OpenAI's model pages and the 400s of its API, 2026-11
  line(/^(?:openai\/)?o\d/, { refusedSampling: SAMPLING, refusedShapes: LOGPROBS }),
  // OpenAI's model pages and the 400s of its API, 2026-11
  line(/^(?:openai\/)?(?:o3(?!-mini)|o4)/, { refusedShapes: [...LOGPROBS, 'stop'] }),
  // OpenAI's model pages and the 400s of its API, 2026-11
  line(/^(?:openai\/)?gpt-5(?:-mini|-nano|-pro|-codex)?(?:-\d{4}-\d{2}-\d{2})?$/, {
    refusedSampling: SAMPLING,
    refusedShapes: [...LOGPROBS, 'stop'],
  }),
  // OpenAI's guide "Using GPT-5.2": their effort cannot be turned off, 2026-11
  line(/^(?:openai\/)?gpt-5\.\d.*-(?:pro|codex)/, { refusedSampling: SAMPLING, refusedShapes: LOGPROBS }),
  // every effort at every model, enricoros/big-AGI#1159, 2026-07, withceleste/celeste-python#368, 2026-08
  line(/^o\d/, { refusedEfforts: ['none', 'minimal', 'xhigh', 'max'] }),
  // every effort at every model, enricoros/big-AGI#1159, 2026-07, withceleste/celeste-python#368, 2026-08
  line(/^gpt-5(?!\.)/, { refusedEfforts: ['none', 'xhigh', 'max'] }),
  // every effort at every model, enricoros/big-AGI#1159, 2026-07, withceleste/celeste-python#368, 2026-08
  line(/^gpt-5\.1(?!-codex)/, { refusedEfforts: ['minimal', 'xhigh', 'max'] }),
  // every effort at every model, enricoros/big-AGI#1159, 2026-07, withceleste/celeste-python#368, 2026-08
  line(/^gpt-5\.[2-5]/, { refusedEfforts: ['minimal', 'max'] }),
  // every effort at every model, enricoros/big-AGI#1159, 2026-07, withceleste/celeste-python#368, 2026-08
  line(/^gpt-5\.[2-5]-pro/, { refusedEfforts: ['none', 'minimal', 'low', 'max'] }),
  // OpenAI's model pages and the 400s of its API, 2026-11
  line(/^(?:openai\/)?o1-(?:mini|preview)/, { instructionRole: 'user', answerFormats: 'none' }),
  // OpenAI's guide "Structured model outputs": schemas from gpt-4o-2024-08-06 on, 2026-11
  line(/^(?:openai\/)?gpt-(?:3\.5|4-(?:turbo|1106|0125)|4o-2024-05-13)/, { answerFormats: 'json_object' }),
  // OpenAI's guide "File inputs": models that see, 2026-11
  line(/^(?:openai\/)?(?:gpt-3\.5|gpt-4(?:-0\d{3}|-32k|-1106|-0125|$)|o1-(?:mini|preview)|o3-mini)/, { files: 'none' }),
  // OpenAI's model pages and the 400s of its API, 2026-11
  line(/^(?:openai\/)?gpt-4(?:-0\d{3}|-32k.*)?$/, { answerFormats: 'none' }),
  // OpenAI's guide "Using GPT-5.2", "Parameter compatibility", 2026-11
  line(/^(?:openai\/)?gpt-5\.[1-5]/, { samplingWithReasoning: 'unless-effort-is-set' }),
  // openai/openai-openapi#541, 2026-09
  line(/^(?:openai\/)?gpt-5\.[45]/, { toolsWithReasoning: 'unless-effort-is-set' }),
  // BerriAI/litellm#34569: these reason where no effort is asked for, 2026-09
  line(/^(?:openai\/)?gpt-(?:5\.[6-9]|[6-9]|\d{2,})/, { samplingWithReasoning: 'only-without-effort' }),
  // openai/openai-openapi#541, BerriAI/litellm#34569, 2026-09
  line(/^(?:openai\/)?gpt-5\.6/, { toolsWithReasoning: 'only-without-effort', refusedEfforts: ['minimal'] }),
  // Which models are at `/v1/responses`, and which nowhere else.
  // OpenAI's model pages and the 400s of its API, 2026-11
  line(/^(?:ft:)?(?:gpt-(?!oss)|chatgpt-|o\d|codex-)/, { responses: 'where-chat-refuses' }),
  // OpenAI's model pages and the 400s of its API, 2026-11
  line(/^gpt-(?:5\.[7-9]|[6-9]|\d{2,})/, { responses: 'with-tools' }),
  // the endpoints on OpenAI's model pages, 2026-11
  line(/^(?:gpt-\d.*(?:-pro|codex)|codex-|o\d.*(?:-pro|deep-research)|computer-use)/, { responses: 'always' }),
  // OpenAI's model pages and the 400s of its API, 2026-11
  line(/^gpt-.*(?:audio|realtime|search-preview)/, { responses: 'never' }),
  // Mistral's 3230 "Unexpected role 'user' after role 'tool'" and its tokenizer, NousResearch/hermes-agent#20154, 2026-05
  line(
    /^(?:mistralai\/)?(?:open-)?(?:mistral|mixtral|ministral|magistral|codestral|devstral|pixtral|voxtral)/i,
    MISTRAL_TEMPLATE,
  ),
  // Its API by its own names of models, where a proxy or a cloud passes calls on to it. Servers of open models know more members.
  // docs.mistral.ai/api "Chat completion": other members are a 422, 2026-11
  {
    match:
      /^(?:open-)?(?:mistral|mixtral|ministral|magistral|codestral|devstral|pixtral|voxtral)-[a-z0-9.-]*(?:latest|\d{4})$/,
    vendors: ['compatible', 'azure', 'vertex'],
    rules: MISTRAL_FORM,
  },
  // api-docs.deepseek.com "JSON output", 2026-11
  line(/^deepseek-(?:chat|reasoner|flash|pro|v\d)/, { answerFormats: 'json_object', maxTokensMember: 'max_tokens' }),
  // api-docs.deepseek.com "Thinking mode", earendil-works/pi#3636, 2026-04
  line(/(?:^|\/)deepseek-(?:reasoner|flash|pro|v(?:[4-9]|\d{2,})|v3\.2)/i, {
    reasoningMember: 'reasoning_content',
    needsReasoning: true,
  }),
  // platform.moonshot.ai "Thinking models", QuantumNous/new-api#4577, 2026-05
  line(/(?:^|\/)kimi-(?:k2-thinking|k2\.[5-9]|k[3-9])/i, {
    reasoningMember: 'reasoning_content',
    needsReasoning: true,
  }),
  // platform.moonshot.ai "Migrating from OpenAI": fixed values, HKUDS/nanobot#4967, 2026-07
  line(/^kimi-(?:k2\.[5-9]|k[3-9])/, { refusedSampling: ['temperature', 'top_p', ...PENALTIES], refusedShapes: ['n'] }),
  // the API's 400 "tool_choice 'required' is incompatible with thinking enabled", all but K3, UKGovernmentBEIS/inspect_ai#5152, 2026-08
  {
    match: /^kimi-k2(?:-thinking|\.[5-9])/,
    vendors: ['moonshot', 'compatible'],
    rules: { forcedTools: 'only-without-thinking' },
  },
  // the API's 400, thinking on by itself, BerriAI/litellm#37470, cloudwego/eino#994, 2026-04
  {
    match: /^deepseek-(?:flash|pro|v(?:[4-9]|\d{2,}))/,
    vendors: ['deepseek', 'compatible'],
    rules: { forcedTools: 'only-without-thinking' },
  },
  // platform.moonshot.ai/docs/api/chat, 2026-11
  line(/^(?:kimi|moonshot)-/, { answerFormats: 'json_object', prefillMember: 'partial' }),
  // platform.minimax.io and docs.z.ai, "Interleaved thinking", 2026-11
  line(/(?:^|\/)(?:minimax-m[2-9]|glm-(?:4\.[5-9]|[5-9]))/i, { reasoningMember: 'reasoning_content' }),
  // Cerebras names Zhipu's models so and refuses reasoning_content, rikkahub/rikkahub#1137, 2026-03
  line(/^zai-glm-/, { reasoningMember: 'none', refusedSampling: [...PENALTIES, 'logit_bias'] }),
  // docs.z.ai "Structured output", 2026-11
  line(/^glm-/, { answerFormats: 'json_object', maxTokensMember: 'max_tokens' }),
  // alibabacloud.com/help/en/model-studio "Structured output", 2026-11
  line(/^(?:qwen-(?:max|plus|turbo|flash|long)|qwen3-(?:max|coder-plus|coder-flash))/, {
    answerFormats: 'json_object',
    foreignMembers: ['cache_control'],
    prefillMember: 'partial',
  }),
  // docs.perplexity.ai "Structured outputs", 2026-11
  line(/^sonar/, { answerFormats: 'json_schema' }),
  // Groq's own names of models; others of it are named as their makers do.
  // console.groq.com/docs/structured-outputs "Supported models", ItzCrazyKns/Vane#980, 2026-01
  line(/^llama-?3\.\d+-\d+b-(?:versatile|instant|specdec|tool-use-preview)/, {
    answerFormats: 'json_object',
    formatWithTools: false,
    reasoningMember: 'none',
    refusedSampling: ['logit_bias', 'top_k', 'reasoning_effort'],
    refusedShapes: [...LOGPROBS, 'n'],
    messageNames: false,
  }),
  // console.groq.com/docs/structured-outputs "Supported models", 2026-11
  {
    match: /gpt-oss|kimi-k2|llama-4|qwen3/i,
    vendors: ['groq'],
    rules: { answerFormats: 'any' },
  },
  // console.groq.com/docs/reasoning "Reasoning effort", 2026-11
  {
    match: /gpt-oss|qwen3/i,
    vendors: ['groq'],
    rules: { refusedSampling: ['logit_bias', 'top_k'] },
  },
  // console.groq.com/docs/reasoning "Reasoning effort", theopenco/llmgateway#3422, 2026-08
  {
    match: /gpt-oss/i,
    vendors: ['groq'],
    rules: { refusedEfforts: ['none', 'minimal', 'xhigh', 'max'] },
  },
  // Groq's 400 "must be one of `none` or `default`", earendil-works/pi#1745, 2026-03
  {
    match: /qwen3/i,
    vendors: ['groq'],
    rules: { refusedEfforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] },
  },
  // docs.x.ai "Reasoning": presence and frequency penalty and stop are refused, 2026-11
  line(/^grok-(?:3-mini|4|[5-9]|code|build)/, {
    refusedSampling: [...PENALTIES, 'logit_bias', 'top_k'],
    refusedShapes: ['stop'],
  }),
  // docs.x.ai "Reasoning": these have no effort, vercel/ai @ai-sdk/xai 4.0.8, 2026-07
  line(/^grok-(?:2|3(?!-mini)|4(?:-\d{4}|-latest|-fast|-1-fast|\.1|\.20|$)|code)/, {
    refusedSampling: [...PENALTIES, 'logit_bias', 'top_k', 'reasoning_effort'],
  }),
  // docs.litellm.ai "Reasoning content", openrouter.ai/docs "Prompt caching", 2026-11
  line(/claude/i, {
    foreignMembers: ['thinking_blocks', 'reasoning_details', 'cache_control'],
    reasoningMember: 'as-sent',
  }),
];
