import type { ChatRequest } from '../../model/chat-request.ts';
import type { JsonObject } from '../../wire/json.ts';
import { encodingNotes } from '../anthropic-messages/encoding-notes.ts';
import { noteUnhonoured } from '../anthropic-messages/unhonoured-fields.ts';
import { conversationTurns } from '../conversation-turns.ts';
import type { Encoding, Target } from '../protocol.ts';
import { limitCachePoints } from './bedrock-cache-points.ts';
import { textBlocks } from './bedrock-content.ts';
import { inferenceFields } from './bedrock-inference.ts';
import { type ConverseMessage, converseMessages } from './bedrock-messages.ts';
import { CONVERSE_FIELDS, requestMetadata, serviceTier } from './bedrock-other-fields.ts';
import { reasoningFields } from './bedrock-reasoning.ts';
import { type AnswerFormat, answerFormat } from './bedrock-response-format.ts';
import { bedrockRules } from './bedrock-rules.ts';
import type { BedrockTask } from './bedrock-task.ts';
import { type ToolPlan, toolPlan } from './bedrock-tools.ts';

/** Translates an OpenAI chat request to Bedrock's Converse. Source: Amazon Bedrock API reference, "Converse" and "ConverseStream". */
export function encodeBedrockChat(request: ChatRequest, target: Target): Encoding {
  const rules = bedrockRules(target);
  const notes = encodingNotes();
  const task: BedrockTask = {
    request,
    conversation: conversationTurns(request.messages, rules.claude.systemTurns),
    rules,
    maxOutputTokens: target.maxOutputTokens ?? rules.claude.maxOutputTokens,
    notes,
  };
  const body = bodyOf(task);
  const refusal = notes.refusal();
  if (refusal !== undefined) {
    return refusal;
  }
  return {
    kind: 'encoded',
    request: { path: conversePath(target), headers: { accept: acceptedType(target) }, body },
    dropped: notes.dropped(),
  };
}

/** The whole id is one segment: Bedrock answers a bare `/` of an ARN with 2xx and an error (vercel/ai#17523). */
function conversePath({ model, streaming }: Target): string {
  return `/model/${encodeURIComponent(model)}/${streaming ? 'converse-stream' : 'converse'}`;
}

function acceptedType({ streaming }: Target): string {
  return streaming ? 'application/vnd.amazon.eventstream' : 'application/json';
}

function bodyOf(task: BedrockTask): JsonObject {
  const { request, notes } = task;
  noteUnhonoured(request, CONVERSE_FIELDS, notes);
  const format = answerFormat(task);
  const plan = toolPlan(task, format);
  const reasoning = reasoningFields(task, plan.isForced);
  const inference = inferenceFields(task, reasoning.isThinking);
  return filled({
    ...promptOf(task, plan, format),
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
    serviceTier: serviceTier(request, notes),
    requestMetadata: requestMetadata(request),
  });
}

/** What the model reads: the tools, the system prompt and the messages, with their cache points. */
function promptOf(task: BedrockTask, plan: ToolPlan, format: AnswerFormat): JsonObject {
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
