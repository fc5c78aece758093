import { defined } from '../../model/defined.ts';
import { nativeValue } from '../../model/dialect.ts';
import { isPlainTalk } from '../../model/plain-talk.ts';
import { kindsOf, type PartKind, type Prompt, type Turn } from '../../model/prompt.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import { type ClaudeRules, claudeRules, strictBudget } from '../claude/claude-rules.ts';
import { claudeSampling } from '../claude/claude-sampling.ts';
import { hasLostThinking, type ThinkingFields, thinkingFields } from '../claude/claude-thinking.ts';
import { type Conversation, conversationTurns, shownByUser, turnsToAnswer } from '../conversation-turns.ts';
import { encodingNotes, noteForeignMembers, noteOtherShapes, type Vendor } from '../encoding-notes.ts';
import { portablePrompt } from '../portable/portable-prompt.ts';
import type { Encoding, Target } from '../protocol.ts';
import { withTakenDocuments } from './anthropic-media.ts';
import { anthropicMessages, systemBlocks } from './anthropic-messages.ts';
import type { AnthropicTask } from './anthropic-task.ts';
import { type ToolFields, toolFields } from './anthropic-tools.ts';
import { limitMarks } from './cache-marks.ts';
import { callersMembers, noteOtherSampling } from './callers-members.ts';
import { ownBody } from './own-body.ts';
import { type StructuredFormat, structuredFormat } from './structured-format.ts';

/** The version whose models still take sampling parameters where they ever did; `2026-10-21` refuses them for all. */
const API_VERSION = '2023-06-01';

/**
 * A prompt for Anthropic's Messages API: the caller's own body where it is one, but for what the gateway owns and what the model does not
 * take; else a translation. Source: Anthropic API reference, "Create a Message", 2026-11.
 */
export function encodeAnthropicRequest(asked: Prompt, target: Target): Encoding {
  const rules = RULES.get(target) ?? rulesOf(target);
  if (asked.original.dialect === 'anthropic-messages' || !isPlainTalk(asked)) {
    return encodeWhole(asked, target, rules);
  }
  const [first, ...others] = asked.turns;
  const isTold = first?.role === 'instructions';
  const system = isTold ? systemOf(textBlocks(first)) : undefined;
  const body = {
    model: target.model,
    max_tokens: maxTokensOf(asked, target, rules),
    ...(system !== undefined && { system }),
    messages: (isTold ? others : asked.turns).map((turn) => ({ role: turn.role, content: textBlocks(turn) })),
    stream: target.streaming,
  };
  const operation = target.streaming ? 'answer-stream' : 'answer';
  return { kind: 'encoded', request: { operation, headers: { 'anthropic-version': API_VERSION }, body }, dropped: [] };
}

/** By deployment: each request asks for those of its own. */
const RULES = new WeakMap<Target, ClaudeRules>();

function rulesOf(target: Target): ClaudeRules {
  const rules = claudeRules(target.model, target.rules, target.vendor);
  RULES.set(target, rules);
  return rules;
}

/** The blocks of a turn that is text alone. */
function textBlocks({ parts }: Turn): readonly JsonObject[] {
  return parts.map((part) => ({ type: 'text', text: part.kind === 'text' ? part.text : '' }));
}

/** A prompt of any kind. */
function encodeWhole(asked: Prompt, target: Target, rules: ClaudeRules): Encoding {
  const notes = encodingNotes(asked.names);
  const portable = portablePrompt(asked, 'anthropic-messages');
  const prompt = rules.documents === 'any' ? portable : withTakenDocuments(portable, rules.documents, notes);
  const maxTokens = maxTokensOf(prompt, target, rules);
  const task: AnthropicTask = { prompt, target, rules, maxTokens, strict: strictBudget(), notes };
  const members = prompt.original.dialect === 'anthropic-messages' ? ownBody(task) : translatedBody(task);
  const refusal = notes.refusal();
  if (refusal !== undefined) {
    return refusal;
  }
  // `anthropic-beta`, where the caller asked for one, opens members of the body and types of tools.
  const beta = stringMember(nativeValue(prompt.native.get(BETA), 'anthropic-messages'), BETA);
  const headers = { 'anthropic-version': API_VERSION, ...(beta !== undefined && { [BETA]: beta }) };
  const operation = target.streaming ? 'answer-stream' : 'answer';
  const body = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
  return { kind: 'encoded', request: { operation, headers, body }, dropped: notes.dropped() };
}

const BETA = 'anthropic-beta';

/** What Anthropic requires where nobody says: enough for any answer, and within every model since 2025. */
const FALLBACK_MAX_TOKENS = 64_000;

/**
 * The caller's limit within the model's; without one, all that the model can give, as OpenAI has it. Of an answer that has begun, what is
 * left of it.
 */
function maxTokensOf({ limits, begun }: Prompt, target: Target, rules: ClaudeRules): number {
  const limit = target.maxOutputTokens ?? rules.maxOutputTokens;
  const asked = limits.outputTokens ?? limit ?? FALLBACK_MAX_TOKENS;
  return Math.max(1, Math.min(asked, limit ?? asked) - (begun?.tokens ?? 0));
}

const ANTHROPIC: Vendor = { dialect: 'anthropic-messages', name: 'Anthropic' };

/** A prompt of another dialect as a body of the Messages API. Members may be `undefined`. */
function translatedBody(task: AnthropicTask): JsonObject {
  const { prompt, target, rules, maxTokens, notes } = task;
  if (prompt.native.size > 0) {
    noteForeignMembers(prompt, ANTHROPIC, notes);
  }
  noteOtherShapes(prompt, ANTHROPIC, notes);
  const hasSampling = Object.keys(prompt.sampling).length > 0;
  if (hasSampling) {
    noteOtherSampling(prompt, notes);
  }
  const turns = prompt.begun === undefined ? prompt.turns : turnsToAnswer(prompt);
  const shown = kindsOf(turns).has('media') ? shownByUser(turns) : turns;
  const conversation = conversationTurns(shown, rules.systemTurns);
  const format = prompt.format.kind === 'text' ? PLAIN : structuredFormat(task);
  const tools = hasTools(prompt, format) ? toolFields(task, format) : NO_TOOLS;
  const { thinking, effort } = prompt.reasoning === undefined ? NO_THINKING : askedThinking(task, conversation, tools);
  const isThinking = thinking?.type === 'adaptive' || thinking?.type === 'enabled';
  const sampling = hasSampling ? claudeSampling(prompt.sampling, rules, isThinking, notes) : {};
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
    ...callersMembers(prompt, notes),
    stream: target.streaming,
  };
}

const PLAIN: StructuredFormat = { kind: 'none' };
const NO_TOOLS: ToolFields = { tools: [], choice: undefined, isForced: false };
const NO_THINKING: ThinkingFields = {};

/** Whether tools are on offer, have been called, are spoken of, or carry the answer. */
function hasTools({ tools, toolUse, turns }: Prompt, format: StructuredFormat): boolean {
  return tools.length > 0 || toolUse !== undefined || format.kind === 'tool' || kindsOf(turns).has('tool-call');
}

function askedThinking(
  { prompt, rules, maxTokens, notes }: AnthropicTask,
  { turns }: Conversation,
  { isForced }: ToolFields,
): ThinkingFields {
  const isBegun = turns.at(-1)?.role === 'assistant';
  const isHindered = isForced || hasLostThinking(turns);
  return thinkingFields({ reasoning: prompt.reasoning, maxTokens, isBegun, isHindered }, rules, notes);
}

interface PromptPieces {
  readonly conversation: Conversation;
  readonly format: StructuredFormat;
  readonly tools: ToolFields;
}

/** Tools, system prompt and messages: what cache marks may stand on. */
function promptMembers(
  { prompt, rules, notes }: AnthropicTask,
  { conversation, format, tools }: PromptPieces,
): JsonObject {
  const instruction = format.kind === 'instruction' ? [{ type: 'text', text: format.text }] : [];
  const lists = {
    tools: tools.tools,
    system: [...systemBlocks(conversation.system, notes), ...instruction],
    messages: anthropicMessages(conversation.turns, rules, notes),
  };
  const kinds = kindsOf(prompt.turns);
  const mayBeMarked = lists.tools.length > 0 || MARKED.some((kind) => kinds.has(kind));
  const limited = mayBeMarked ? limitMarks(lists, notes) : lists;
  return {
    system: systemOf(limited.system),
    messages: limited.messages,
    tools: limited.tools.length === 0 ? undefined : limited.tools,
  };
}

/** What may carry a mark beside tools: what the caller has marked, and what goes out as Anthropic wrote it. */
const MARKED: readonly PartKind[] = ['cache-mark', 'opaque', 'tool-call'];

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
