import type { Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { strictBudget } from '../claude/claude-rules.ts';
import { conversationTurns, shownByUser, turnsToAnswer } from '../conversation-turns.ts';
import { encodingNotes, noteForeignMembers, noteOtherShapes, type Vendor } from '../encoding-notes.ts';
import { portablePrompt } from '../portable/portable-prompt.ts';
import type { Encoding, Target } from '../protocol.ts';
import { type ConverseFormat, converseFormat } from './bedrock-answer-format.ts';
import { limitCachePoints } from './bedrock-cache-points.ts';
import { textBlocks } from './bedrock-content.ts';
import { documentNames } from './bedrock-document-names.ts';
import { inferenceFields } from './bedrock-inference.ts';
import { type ConverseMessage, converseMessages } from './bedrock-messages.ts';
import { noteOtherSampling, requestMetadata, serviceTier } from './bedrock-other-settings.ts';
import { reasoningFields } from './bedrock-reasoning.ts';
import { bedrockRules } from './bedrock-rules.ts';
import type { BedrockTask } from './bedrock-task.ts';
import { type ToolPlan, toolPlan } from './bedrock-tools.ts';

const CONVERSE: Vendor = { dialect: 'bedrock-converse', name: 'Bedrock Converse' };

/** A prompt for Bedrock's Converse. Source: Amazon Bedrock API reference, "Converse" and "ConverseStream", 2026-11. */
export function encodeBedrockRequest(asked: Prompt, target: Target): Encoding {
  const prompt = portablePrompt(asked, 'bedrock-converse');
  const rules = bedrockRules(target);
  const notes = encodingNotes(prompt.names);
  const body = bodyOf({
    prompt,
    conversation: conversationTurns(shownByUser(turnsToAnswer(prompt)), rules.claude.systemTurns),
    rules,
    maxOutputTokens: target.maxOutputTokens ?? rules.claude.maxOutputTokens,
    documentNames: documentNames(),
    strict: strictBudget(),
    notes,
  });
  const refusal = notes.refusal();
  if (refusal !== undefined) {
    return refusal;
  }
  const streaming = target.streaming && (rules.streamedTools || body.toolConfig === undefined);
  const operation = streaming ? 'answer-stream' : 'answer';
  const accept = streaming ? 'application/vnd.amazon.eventstream' : 'application/json';
  return { kind: 'encoded', request: { operation, headers: { accept }, body }, dropped: notes.dropped() };
}

function bodyOf(task: BedrockTask): JsonObject {
  const { prompt, notes } = task;
  noteOtherSampling(prompt, notes);
  noteForeignMembers(prompt, CONVERSE, notes);
  noteOtherShapes(prompt, CONVERSE, notes);
  const format = converseFormat(task);
  const plan = toolPlan(task, format);
  const reasoning = reasoningFields(task, plan.isForced);
  const inference = inferenceFields(task, reasoning.isThinking);
  return filled({
    ...promptMembers(task, plan, format),
    inferenceConfig: inference.inferenceConfig,
    additionalModelRequestFields: filled({
      ...reasoning.additional,
      ...inference.additional,
      tool_choice: plan.claudeToolChoice,
    }),
    outputConfig: filled({
      textFormat: format.kind === 'native' ? format.textFormat : undefined,
      effort: reasoning.effort,
    }),
    additionalModelResponseFieldPaths: responsePaths(task),
    serviceTier: serviceTier(prompt, notes),
    requestMetadata: requestMetadata(prompt, notes),
  });
}

/** What Converse is to tell beside the answer; in a stream it is under `delta` (vercel/ai#11410). A member that the model does not have is passed over. */
function responsePaths({ prompt, rules }: BedrockTask): readonly string[] {
  return rules.tellsStopSequence && prompt.limits.stop.length > 0 ? ['/stop_sequence', '/delta/stop_sequence'] : [];
}

/** What the model reads: the tools, the system prompt and the messages, with their cache points. */
function promptMembers(task: BedrockTask, plan: ToolPlan, format: ConverseFormat): JsonObject {
  const instructions = [plan.instruction, format.kind === 'instruction' ? format.text : undefined];
  const prompt = [
    ...task.conversation.system.flatMap((part) => textBlocks(part, task)),
    ...instructions.flatMap((text) => (text === undefined ? [] : [{ text }])),
  ];
  const messages = converseMessages(task);
  const placed = task.rules.system ? messages : withLeadingText(messages, prompt);
  const system = task.rules.system ? prompt : [];
  const contents = placed.map((message) => message.content);
  const [tools = [], limitedSystem = [], ...limitedContents] = limitCachePoints(
    [plan.tools, system, ...contents],
    task.notes,
  );
  return {
    system: limitedSystem,
    messages: placed.map((message, index) => ({ role: message.role, content: limitedContents[index] })),
    toolConfig: tools.length === 0 ? undefined : { tools, ...(plan.toolChoice && { toolChoice: plan.toolChoice }) },
  };
}

/** The system prompt of a model without one: the beginning of the first message. */
function withLeadingText(
  messages: readonly ConverseMessage[],
  prompt: readonly JsonObject[],
): readonly ConverseMessage[] {
  return messages.map((message, index) =>
    index === 0 ? { ...message, content: [...prompt, ...message.content] } : message,
  );
}

/** Without members that are `undefined` or empty. */
function filled(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
