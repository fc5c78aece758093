import { type ClaudeRules, claudeRules } from '../claude/claude-rules.ts';
import { baseModelOf, type ModelRule, modelRules } from '../model-rules.ts';
import type { RuledModel } from '../protocol.ts';

/**
 * What differs between the models behind Converse. An operator corrects any of these under a deployment's `rules`, for Claude those of
 * `claude-rules.ts` too. Where the model id does not name the model (the ARN of an application inference profile or of a provisioned
 * throughput), the rule `baseModel` does: `"baseModel": "anthropic.claude-sonnet-4-5"`.
 */
export interface BedrockRules {
  /** Whether there is a system prompt. Without, it is the beginning of the first user message. */
  readonly system: boolean;
  readonly tools: boolean;
  /** The forms of `toolChoice` that are taken. */
  readonly toolChoice: readonly ToolChoiceForm[];
  /** Whether Claude's own `tool_choice` can forbid parallel calls. */
  readonly serialToolCalls: boolean;
  readonly toolResultStatus: boolean;
  /** Whether ConverseStream takes tools. Without, a request with tools is asked for whole. */
  readonly streamedTools: boolean;
  readonly stopSequences: boolean;
  /** Whether results of tools must not share a turn with other words. */
  readonly resultsApart: boolean;
  /** Whether pictures and documents may stand in a tool's result. Without, they follow it. */
  readonly mediaInResults: boolean;
  /** Whether the conversation may begin with the assistant. */
  readonly assistantFirst: boolean;
  /** Whether the model tells on request which stop sequence ended the answer. */
  readonly tellsStopSequence: boolean;
  /** How the answer is held to a JSON schema: by `outputConfig`, by a forced tool, not at all. */
  readonly structuredOutput: 'native' | 'tool' | 'none';
  /** Where cache points may stand. */
  readonly cachePoints: 'all' | 'no-tools' | 'none';
  readonly audio: boolean;
  /** The most documents in a request. */
  readonly maxDocuments: number;
  /** Where top-k goes: beside Claude's other fields, into Nova's own `inferenceConfig`, nowhere. */
  readonly topK: 'claude' | 'nova' | 'none';
  /** How an effort is said: as Claude's `thinking`, as Nova's `reasoningConfig`, as gpt-oss's `reasoning_effort`. */
  readonly reasoning: 'thinking' | 'reasoning-config' | 'reasoning-effort' | 'none';
  /** Whether signed thinking of earlier turns is sent back. */
  readonly thinkingReplay: boolean;
  /** Whether it is a Claude, which InvokeModel takes in Anthropic's own words: then it is asked so for callers who speak those. */
  readonly invokeModel: boolean;
  /** What Claude takes on any platform; for other models, what is common. */
  readonly claude: ClaudeRules;
}

/** A form of Converse's `toolChoice`, by its member. */
export type ToolChoiceForm = 'auto' | 'any' | 'tool';

/** The rules of the target's model with the operator's corrections. */
export function bedrockRules({ model, rules: configured }: RuledModel): BedrockRules {
  const claude = claudeRules(model, configured);
  const baseModel = baseModelOf({ model, rules: configured });
  const known = modelRules({ defaults: { ...DEFAULTS, claude }, lines: BEDROCK_LINES }, baseModel, undefined);
  return { ...known, ...(known.invokeModel && sameAsAnthropic(claude)), ...configured, claude };
}

const ANY_CHOICE: readonly ToolChoiceForm[] = ['auto', 'any', 'tool'];

const DEFAULTS: Omit<BedrockRules, 'claude'> = {
  system: true,
  tools: true,
  toolChoice: ANY_CHOICE,
  serialToolCalls: false,
  toolResultStatus: false,
  streamedTools: true,
  stopSequences: true,
  resultsApart: false,
  mediaInResults: false,
  assistantFirst: false,
  tellsStopSequence: false,
  structuredOutput: 'tool',
  cachePoints: 'none',
  audio: false,
  maxDocuments: 5,
  topK: 'none',
  reasoning: 'none',
  thinkingReplay: false,
  invokeModel: false,
};

/** Each line with its source. */
export const BEDROCK_LINES: readonly ModelRule<BedrockRules>[] = [
  // Amazon Bedrock user guide, "Anthropic Claude Messages API", 2026-11; assistant first: pydantic-ai, live, 2026-07
  {
    match: /claude/,
    rules: {
      reasoning: 'thinking',
      topK: 'claude',
      cachePoints: 'all',
      toolResultStatus: true,
      tellsStopSequence: true,
      thinkingReplay: true,
      serialToolCalls: true,
      assistantFirst: true,
      mediaInResults: true,
      invokeModel: true,
    },
  },
  // Amazon Bedrock user guide, "Prompt caching", 2026-11
  {
    match: /claude-(instant|v?2|3-haiku|3-sonnet|3-opus|3-5-sonnet-20240620)/,
    rules: { cachePoints: 'none' },
  },
  // Amazon Bedrock user guide, "Anthropic Claude Messages API", 2026-11
  {
    match: /claude-(instant|v?2|3|[a-z]+-4(?!-[5-9](?!\d)))/,
    rules: { serialToolCalls: false },
  },
  // Amazon Nova user guide, "Complete request schema", 2026-11
  {
    match: /nova/,
    rules: { topK: 'nova', cachePoints: 'no-tools', toolResultStatus: true, mediaInResults: true },
  },
  // Amazon Nova user guide, "Extended thinking", 2026-11
  {
    match: /nova-2/,
    rules: { reasoning: 'reasoning-config' },
  },
  // Amazon Bedrock user guide, "Supported models and model features", 2026-11
  { match: /nova-2-omni|voxtral/, rules: { audio: true } },
  // Amazon Bedrock user guide, "OpenAI models", 2026-11
  {
    match: /gpt-oss/,
    rules: { reasoning: 'reasoning-effort' },
  },
  // Bedrock's 400, crewAIInc/crewAI#3317 and langgenius/dify-official-plugins#1767, 2025-09
  {
    match: /gpt-oss|qwen/,
    rules: { stopSequences: false },
  },
  // Amazon Bedrock user guide, "Structured outputs", 2026-11; zai.glm-4.7: pydantic-ai, recorded, 2026-08
  {
    match: /gpt-oss|qwen3|deepseek\.v3|gemma-3|minimax|kimi|nemotron|ministral|magistral|mistral-large-3|glm-4\.7/,
    rules: { structuredOutput: 'native' },
  },
  // pydantic-ai, live against us-east-1, 2026-07
  {
    match: /qwen|glm|kimi/,
    rules: { assistantFirst: true },
  },
  // Amazon Bedrock user guide, "Supported models and model features", 2026-11
  { match: /mistral\.|mixtral/, rules: { toolChoice: ['auto', 'any'] } },
  // Amazon Bedrock user guide, "Supported models and model features", 2026-11
  { match: /llama/, rules: { toolChoice: [] } },
  // Amazon Bedrock user guide, "Supported models and model features", 2026-11
  { match: /llama|mistral-(large|small)-24/, rules: { streamedTools: false } },
  // Bedrock's 400, strands-agents/sdk-python#1223 and langchain-ai/langchain-aws#141; the form: pydantic-ai, recorded, 2026-07
  {
    match: /llama|mistral\.|mixtral|writer|palmyra/,
    rules: { resultsApart: true },
  },
  // Amazon Bedrock user guide, "Supported models and model features", 2026-11
  {
    match: /titan|mistral-7b|mixtral-8x7b|llama3-(8|70)b|llama3-2-[13]b|deepseek\.r1|command-/,
    rules: { tools: false },
  },
  // Amazon Bedrock user guide, "Supported models and model features", 2026-11
  { match: /command-r/, rules: { tools: true } },
  // Amazon Bedrock user guide, "Supported models and model features", 2026-11
  { match: /titan|mistral-7b|mixtral-8x7b|command-(text|light)/, rules: { system: false } },
];

/** What Claude takes of tools and schemas on every host. */
function sameAsAnthropic(claude: ClaudeRules): Partial<BedrockRules> {
  return {
    toolChoice: claude.forcedTools ? ANY_CHOICE : ['auto'],
    structuredOutput: claude.structuredOutputs ? 'native' : 'tool',
  };
}
