import { stringMember } from '../../wire/json.ts';
import { type ClaudeRules, claudeRules } from '../claude/claude-rules.ts';
import { type ModelRule, modelRules } from '../model-rules.ts';
import type { Target } from '../protocol.ts';

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
  /** Whether Claude is asked by InvokeModel where the caller speaks Anthropic's Messages; else by Converse always. */
  readonly invokeModel: boolean;
  /** What Claude takes on any platform; for other models, what is common. */
  readonly claude: ClaudeRules;
}

/** A form of Converse's `toolChoice`, by its member. */
export type ToolChoiceForm = 'auto' | 'any' | 'tool';

/** The rules of the target's model with the operator's corrections. */
export function bedrockRules({ model, rules: configured }: Target): BedrockRules {
  const baseModel = stringMember(configured, 'baseModel') ?? model;
  const claude = claudeRules(baseModel, configured);
  const lines = [...LINES, { match: /claude/, rules: sameAsAnthropic(claude) }];
  return { ...modelRules({ defaults: { ...DEFAULTS, claude }, lines }, baseModel, configured), claude };
}

const ANY_CHOICE: readonly ToolChoiceForm[] = ['auto', 'any', 'tool'];

const DEFAULTS: Omit<BedrockRules, 'claude'> = {
  system: true,
  tools: true,
  toolChoice: ANY_CHOICE,
  serialToolCalls: false,
  toolResultStatus: false,
  tellsStopSequence: false,
  structuredOutput: 'tool',
  cachePoints: 'none',
  audio: false,
  maxDocuments: 5,
  topK: 'none',
  reasoning: 'none',
  thinkingReplay: false,
  invokeModel: true,
};

/** Sources: Amazon Bedrock user guide ("Supported models and model features", "Prompt caching", "Structured outputs", "Tool use", "API restrictions"), Amazon Nova user guide ("Extended thinking"). */
const LINES: readonly ModelRule<BedrockRules>[] = [
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
    },
  },
  { match: /claude-(instant|v?2|3-haiku|3-sonnet|3-opus|3-5-sonnet-20240620)/, rules: { cachePoints: 'none' } },
  { match: /claude-(instant|v?2|3|[a-z]+-4(?!-[5-9](?!\d)))/, rules: { serialToolCalls: false } },
  { match: /nova/, rules: { topK: 'nova', cachePoints: 'no-tools', toolResultStatus: true } },
  { match: /nova-2/, rules: { reasoning: 'reasoning-config' } },
  { match: /nova-2-omni|voxtral/, rules: { audio: true } },
  { match: /gpt-oss/, rules: { reasoning: 'reasoning-effort' } },
  {
    match: /gpt-oss|qwen3|deepseek\.v3|gemma-3|minimax|kimi|nemotron|ministral|magistral|mistral-large-3/,
    rules: { structuredOutput: 'native' },
  },
  { match: /mistral\.|mixtral/, rules: { toolChoice: ['auto', 'any'] } },
  { match: /llama/, rules: { toolChoice: [] } },
  {
    match: /titan|mistral-7b|mixtral-8x7b|llama3-(8|70)b|llama3-2-[13]b|deepseek\.r1|command-/,
    rules: { tools: false },
  },
  { match: /command-r/, rules: { tools: true } },
  { match: /titan|mistral-7b|mixtral-8x7b|command-(text|light)/, rules: { system: false } },
];

/** What Claude takes of tools and schemas on every host. */
function sameAsAnthropic(claude: ClaudeRules): Partial<BedrockRules> {
  return {
    toolChoice: claude.forcedTools ? ANY_CHOICE : ['auto'],
    structuredOutput: claude.structuredOutputs ? 'native' : 'tool',
  };
}
