import type { ChatRequest } from '../../model/chat-request.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type Conversation, conversationTurns } from '../conversation-turns.ts';
import type { Encoding, Target } from '../protocol.ts';
import { textBlocks } from './anthropic-content.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { type AnthropicRules, anthropicRules } from './anthropic-rules.ts';
import { samplingFields } from './anthropic-sampling.ts';
import { thinkingFields } from './anthropic-thinking.ts';
import { type ToolFields, toolFields } from './anthropic-tools.ts';
import { limitMarks } from './cache-marks.ts';
import { type EncodingNotes, encodingNotes } from './encoding-notes.ts';
import { ANTHROPIC_FIELDS, serviceTier, stopSequences, userId } from './other-fields.ts';
import { type StructuredAnswer, structuredAnswer } from './structured-answer.ts';
import { hasLostThinking } from './thinking-blocks.ts';
import { noteUnhonoured } from './unhonoured-fields.ts';

/** The version whose models still take sampling parameters where they ever did; `2026-10-21` refuses them for all. */
const API_VERSION = '2023-06-01';

/** Translates an OpenAI chat request to Anthropic's Messages API. Source: Anthropic API reference, "Create a Message". */
export function encodeAnthropicChat(request: ChatRequest, target: Target): Encoding {
  const notes = encodingNotes();
  const rules = anthropicRules(target.model, target.rules);
  const body = present(bodyOf({ request, target, rules, notes }));
  const refusal = notes.refusal();
  if (refusal !== undefined) {
    return refusal;
  }
  return {
    kind: 'encoded',
    request: { path: '/messages', headers: { 'anthropic-version': API_VERSION }, body },
    dropped: notes.dropped(),
  };
}

interface EncodingTask {
  readonly request: ChatRequest;
  readonly target: Target;
  readonly rules: AnthropicRules;
  readonly notes: EncodingNotes;
}

function bodyOf(task: EncodingTask): JsonObject {
  const { request, target, rules, notes } = task;
  noteUnhonoured(request, ANTHROPIC_FIELDS, notes);
  const conversation = conversationTurns(request.messages, rules.systemTurns);
  const answer = structuredAnswer(request, rules, notes);
  const tools = toolFields(request, answer, rules, notes);
  const maxTokens = maxTokensOf(request, target, rules);
  const isForbidden = tools.isForced || hasLostThinking(conversation.turns) || endsWithAssistant(conversation);
  const { thinking, effort } = thinkingFields(
    { effort: request.reasoning_effort, maxTokens, isForbidden },
    rules,
    notes,
  );
  const isThinking = thinking?.type === 'adaptive' || thinking?.type === 'enabled';
  return {
    model: target.model,
    max_tokens: maxTokens,
    ...promptOf(task, { conversation, answer, tools }),
    tool_choice: tools.choice,
    thinking,
    output_config: outputConfig(answer, effort),
    ...samplingFields(request, rules, isThinking, notes),
    stop_sequences: stopSequences(request, notes),
    metadata: userId(request, notes),
    service_tier: serviceTier(request, notes),
    stream: target.streaming,
  };
}

/** What Anthropic requires where nobody says: enough for any answer, and within every model since 2025. */
const FALLBACK_MAX_TOKENS = 64_000;

/** The caller's limit, within the model's; without one, all that the model can give, as OpenAI has it. */
function maxTokensOf(request: ChatRequest, target: Target, rules: AnthropicRules): number {
  const asked = request.max_completion_tokens ?? request.max_tokens;
  const limit = target.maxOutputTokens ?? rules.maxOutputTokens;
  return Math.min(asked ?? limit ?? FALLBACK_MAX_TOKENS, limit ?? Number.POSITIVE_INFINITY);
}

function endsWithAssistant(conversation: Conversation): boolean {
  return conversation.turns.at(-1)?.role === 'assistant';
}

interface PromptPieces {
  readonly conversation: Conversation;
  readonly answer: StructuredAnswer;
  readonly tools: ToolFields;
}

/** Tools, system prompt and messages: what cache marks may stand on. */
function promptOf({ rules, notes }: EncodingTask, { conversation, answer, tools }: PromptPieces): JsonObject {
  const instruction = answer.kind === 'instruction' ? [{ type: 'text', text: answer.text }] : [];
  const limited = limitMarks(
    {
      tools: tools.tools,
      system: [...textBlocks(conversation.system, notes), ...instruction],
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
  return others.length === 0 && !Object.hasOwn(first, 'cache_control') ? first.text : blocks;
}

function outputConfig(answer: StructuredAnswer, effort: string | undefined): JsonObject | undefined {
  const config = present({ effort, format: answer.kind === 'format' ? answer.format : undefined });
  return Object.keys(config).length === 0 ? undefined : config;
}

function present(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
