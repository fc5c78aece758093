import { defined } from '../../model/defined.ts';
import type { Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { ClaudeRules, StrictBudget } from '../claude/claude-rules.ts';
import { claudeSampling } from '../claude/claude-sampling.ts';
import { hasLostThinking, thinkingFields } from '../claude/claude-thinking.ts';
import { type Conversation, conversationTurns, shownByUser, turnsToAnswer } from '../conversation-turns.ts';
import { type EncodingNotes, noteForeignMembers, noteOtherShapes, type Vendor } from '../encoding-notes.ts';
import type { Target } from '../protocol.ts';
import { limitMarks, systemBlocks } from './anthropic-content.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { type ToolFields, toolFields } from './anthropic-tools.ts';
import { type StructuredFormat, structuredFormat } from './structured-format.ts';

const ANTHROPIC: Vendor = { dialect: 'anthropic-messages', name: 'Anthropic' };

/** A prompt of another dialect as a body of the Messages API. Members may be `undefined`. */
export function translatedBody(task: AnthropicTask): JsonObject {
  const { prompt, target, rules, notes } = task;
  noteForeignMembers(prompt, ANTHROPIC, notes);
  noteOtherShapes(prompt, ANTHROPIC, notes);
  noteOtherSampling(prompt, notes);
  const conversation = conversationTurns(shownByUser(turnsToAnswer(prompt)), rules.systemTurns);
  const format = structuredFormat(task);
  const tools = toolFields(task, format);
  const maxTokens = maxTokensOf(task);
  const { thinking, effort } = thinkingFields(
    {
      reasoning: prompt.reasoning,
      maxTokens,
      isBegun: conversation.turns.at(-1)?.role === 'assistant',
      isHindered: tools.isForced || hasLostThinking(conversation.turns),
    },
    rules,
    notes,
  );
  const isThinking = thinking?.type === 'adaptive' || thinking?.type === 'enabled';
  const sampling = claudeSampling(prompt.sampling, rules, isThinking, notes);
  return {
    model: target.model,
    max_tokens: maxTokens,
    ...promptMembers(task, { conversation, format, tools }),
    tool_choice: tools.choice,
    thinking,
    output_config: outputConfig(format, effort),
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    stop_sequences: stopSequences(prompt, notes),
    metadata: userId(prompt, notes),
    service_tier: serviceTier(prompt, notes),
    stream: target.streaming,
  };
}

interface PromptPieces {
  readonly conversation: Conversation;
  readonly format: StructuredFormat;
  readonly tools: ToolFields;
}

/** Tools, system prompt and messages: what cache marks may stand on. */
function promptMembers({ rules, notes }: AnthropicTask, { conversation, format, tools }: PromptPieces): JsonObject {
  const instruction = format.kind === 'instruction' ? [{ type: 'text', text: format.text }] : [];
  const limited = limitMarks(
    {
      tools: tools.tools,
      system: [...systemBlocks(conversation.system, notes), ...instruction],
      messages: anthropicMessages(conversation.turns, rules, notes),
    },
    notes,
  );
  return {
    system: systemOf(limited.system),
    messages: limited.messages,
    tools: limited.tools.length === 0 ? undefined : limited.tools,
  };
}

/** One unmarked text is a plain string. */
function systemOf(blocks: readonly JsonObject[]): unknown {
  const [first, ...others] = blocks;
  if (first === undefined) {
    return undefined;
  }
  const isPlain = others.length === 0 && first.type === 'text' && !Object.hasOwn(first, 'cache_control');
  return isPlain ? first.text : blocks;
}

function outputConfig(format: StructuredFormat, effort: string | undefined): JsonObject | undefined {
  const asked = format.kind === 'format' ? format.format : undefined;
  return effort === undefined && asked === undefined ? undefined : defined({ effort, format: asked });
}

/** One request for one model, while it is written. */
export interface AnthropicTask {
  readonly prompt: Prompt;
  readonly target: Target;
  readonly rules: ClaudeRules;
  /** What the format and then the tools, in their order, may still hold the model to. */
  readonly strict: StrictBudget;
  readonly notes: EncodingNotes;
}

/** What Anthropic requires where nobody says: enough for any answer, and within every model since 2025. */
const FALLBACK_MAX_TOKENS = 64_000;

/**
 * `max_tokens`: the caller's limit within the model's; without one, all that the model can give, as OpenAI has it. Of an answer that has
 * begun, what is left of it.
 */
export function maxTokensOf({ prompt, target, rules }: AnthropicTask): number {
  const limit = target.maxOutputTokens ?? rules.maxOutputTokens;
  const asked = prompt.limits.outputTokens ?? limit ?? FALLBACK_MAX_TOKENS;
  return Math.max(1, Math.min(asked, limit ?? asked) - (prompt.begun?.tokens ?? 0));
}

/** Notes the settings of sampling that the Messages API never had. A penalty of 0 changes nothing. */
function noteOtherSampling({ sampling }: Prompt, notes: EncodingNotes): void {
  if (sampling.seed !== undefined) {
    notes.drop('seed');
  }
  for (const penalty of ['frequencyPenalty', 'presencePenalty'] as const) {
    if ((sampling[penalty] ?? 0) !== 0) {
      notes.drop(penalty);
    }
  }
}

/** `stop_sequences`: the API refuses those of white space alone. */
function stopSequences({ limits }: Prompt, notes: EncodingNotes): readonly string[] | undefined {
  const kept = limits.stop.filter((stop) => stop.trim() !== '');
  if (kept.length < limits.stop.length) {
    notes.drop('stop');
  }
  return kept.length === 0 ? undefined : kept;
}

/** The API's longest `user_id`. */
const MAX_USER_ID_CHARS = 256;

/** `metadata.user_id`. The API refuses what looks like an e-mail address or a telephone number. */
function userId({ user }: Prompt, notes: EncodingNotes): JsonObject | undefined {
  if (user === undefined || user === '') {
    return undefined;
  }
  if (user.length > MAX_USER_ID_CHARS || user.includes('@') || /^\+?[\d\s().-]{7,20}$/.test(user)) {
    notes.drop('user');
    return undefined;
  }
  return { user_id: user };
}

/** Anthropic's tiers by OpenAI's names. Source: Anthropic, "Service tiers", 2026-11. */
const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['auto', 'auto'],
  ['default', 'standard_only'],
]);

/** `service_tier`. OpenAI's other tiers are products that Anthropic does not sell. */
function serviceTier({ serviceTier: asked }: Prompt, notes: EncodingNotes): string | undefined {
  const tier = asked === undefined ? undefined : SERVICE_TIERS.get(asked);
  if (asked !== undefined && tier === undefined) {
    notes.drop('serviceTier');
  }
  return tier;
}
