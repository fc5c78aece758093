import type { ChatMessage, ToolCall } from '../../model/chat-request.ts';
import { isJsonObject, type JsonObject, objectMember, parseJson, stringMember } from '../../wire/json.ts';
import {
  type AssistantStep,
  type AssistantTurn,
  conversationTurns,
  type Turn,
  type UserTurn,
} from '../conversation-turns.ts';
import { type EncodingLosses, refuse } from './encoding-losses.ts';
import type { GeminiContent } from './gemini-content.ts';
import { geminiPart } from './gemini-part.ts';
import type { GeminiRules } from './gemini-rules.ts';
import { signCurrentTurn, thoughtSignature } from './gemini-signatures.ts';
import { type CallRegister, callRegister, sortedResponses } from './gemini-tool-results.ts';

/** `systemInstruction` and `contents` of a request. Gemini has no system turn, so a later system message is the user's text. */
export function geminiConversation(
  messages: readonly ChatMessage[],
  rules: GeminiRules,
  losses: EncodingLosses,
): JsonObject {
  const { system, turns } = conversationTurns(messages, false);
  const translation: Translation = { rules, losses, calls: callRegister() };
  const contents = turns.map((turn) => geminiContent(turn, translation));
  if (!rules.prefill && contents.at(-1)?.role === 'model') {
    const param = `messages[${messages.length - 1}]`;
    refuse(losses, param, 'This Gemini model does not go on from an assistant message: end with a user message.');
  }
  const systemParts = system.flatMap((placed) => geminiPart(placed, losses));
  return {
    ...(systemParts.length === 0 ? {} : { systemInstruction: { parts: systemParts } }),
    contents: rules.needsSignatures ? signCurrentTurn(contents) : contents,
  };
}

interface Translation {
  readonly rules: GeminiRules;
  readonly losses: EncodingLosses;
  readonly calls: CallRegister;
}

function geminiContent(turn: Turn, translation: Translation): GeminiContent {
  switch (turn.role) {
    case 'assistant':
      return { role: 'model', parts: modelParts(turn, translation) };
    case 'user':
      return { role: 'user', parts: userParts(turn, translation) };
    case 'system':
      return { role: 'user', parts: turn.parts.flatMap((placed) => geminiPart(placed, translation.losses)) };
  }
}

/** Results first: they answer the calls before them. A turn of blanks keeps one, since a turn without parts is a 400. */
function userParts(turn: UserTurn, { rules, losses, calls }: Translation): readonly JsonObject[] {
  const parts = [
    ...sortedResponses(turn.results, { calls, withIds: rules.callIds }, losses),
    ...turn.parts.flatMap((placed) => geminiPart(placed, losses)),
  ];
  return parts.length === 0 ? [{ text: ' ' }] : parts;
}

function modelParts(turn: AssistantTurn, translation: Translation): readonly JsonObject[] {
  return turn.steps.flatMap((step) => [...saidParts(step, translation.losses), ...callParts(step, translation)]);
}

/** What the model said. A signature of the message stood on its last text. */
function saidParts(step: AssistantStep, losses: EncodingLosses): readonly JsonObject[] {
  const parts = step.parts.flatMap((placed) => geminiPart(placed, losses));
  const signature = thoughtSignature(step.message);
  const last = parts.findLastIndex((part) => part.text !== undefined);
  return signature === undefined
    ? parts
    : parts.map((part, index) => (index === last ? { ...part, thoughtSignature: signature } : part));
}

function callParts(step: AssistantStep, translation: Translation): readonly JsonObject[] {
  const calls = step.message.tool_calls ?? [];
  return calls.map((call, index) => callPart(call, `${step.path}.tool_calls[${index}]`, translation));
}

function callPart(call: ToolCall, path: string, { rules, losses, calls }: Translation): JsonObject {
  const name = stringMember(objectMember(call, 'function'), 'name');
  const args = callArguments(call);
  const signature = thoughtSignature(call);
  if (name === undefined) {
    refuse(losses, path, 'Gemini takes tool calls of type function.');
  } else if (args === undefined) {
    refuse(losses, `${path}.function.arguments`, `${path}.function.arguments must be the text of a JSON object.`);
  }
  calls.add(call.id, name ?? '');
  return {
    functionCall: { ...(rules.callIds ? { id: call.id } : {}), name, args },
    ...(signature === undefined ? {} : { thoughtSignature: signature }),
  };
}

/** The arguments as an object. For a function without parameters some models make "", which is not JSON. */
function callArguments(call: ToolCall): JsonObject | undefined {
  const text = stringMember(objectMember(call, 'function'), 'arguments') ?? '';
  const args = text.trim() === '' ? {} : parseJson(text);
  return isJsonObject(args) ? args : undefined;
}
