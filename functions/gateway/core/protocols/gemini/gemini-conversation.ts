import { nativeValue } from '../../model/dialect.ts';
import type { Part, ToolCallPart } from '../../model/part.ts';
import type { Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import {
  type AssistantTurn,
  type ConversationTurn,
  conversationTurns,
  turnsToAnswer,
  type UserTurn,
} from '../conversation-turns.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { toolCallInput } from '../tool-call-input.ts';
import type { GeminiContent } from './gemini-content.ts';
import { geminiPart } from './gemini-part.ts';
import type { GeminiRules } from './gemini-rules.ts';
import { signCurrentTurn } from './gemini-signatures.ts';
import { type CallRegister, callRegister, sortedResponses } from './gemini-tool-results.ts';

/** For whom a conversation is translated. `words`: what the instructions say beside the caller's. */
interface Translating {
  readonly rules: GeminiRules;
  readonly notes: EncodingNotes;
  readonly words: string | undefined;
}

/** `systemInstruction` and `contents` of a prompt. Gemini has no system turn, so later instructions are the user's text. */
export function geminiConversation(prompt: Prompt, { rules, notes, words }: Translating): JsonObject {
  const { system, turns } = conversationTurns(turnsToAnswer(prompt), false);
  const translation: Translation = { rules, notes, calls: callRegister() };
  const contents = turns.map((turn) => geminiContent(turn, translation));
  const last = turns.at(-1);
  if (!rules.prefill && last?.role === 'assistant') {
    notes.refuse(last.path, 'This Gemini model does not go on from an assistant message: end with a user message.');
  }
  const told = words === undefined ? [] : [{ text: words }];
  const systemParts = [...system.flatMap((part) => geminiPart(part, notes)), ...told];
  return {
    ...(systemParts.length === 0 ? {} : { systemInstruction: { parts: systemParts } }),
    contents: rules.needsSignatures ? signCurrentTurn(contents) : contents,
  };
}

interface Translation {
  readonly rules: GeminiRules;
  readonly notes: EncodingNotes;
  readonly calls: CallRegister;
}

function geminiContent(turn: ConversationTurn, translation: Translation): GeminiContent {
  switch (turn.role) {
    case 'assistant':
      return { role: 'model', parts: modelParts(turn, translation) };
    case 'user':
      return { role: 'user', parts: userParts(turn, translation) };
    case 'system':
      return { role: 'user', parts: turn.parts.flatMap((part) => geminiPart(part, translation.notes)) };
  }
}

/** Results first: they answer the calls before them. A turn of blanks keeps one, since a turn without parts is a 400. */
function userParts(turn: UserTurn, { rules, notes, calls }: Translation): readonly JsonObject[] {
  const parts = [
    ...sortedResponses(turn.results, { calls, withIds: rules.callIds }, notes),
    ...turn.parts.flatMap((part) => geminiPart(part, notes)),
  ];
  return parts.length === 0 ? [{ text: ' ' }] : parts;
}

/** What the model said, each part with the signature that it had. Of reasoning only its signature is sent back: Gemini keeps the rest in it. */
function modelParts(turn: AssistantTurn, translation: Translation): readonly JsonObject[] {
  return turn.parts.flatMap((part) => {
    const own = ownPart(part, translation);
    return own.map((sent) => ({ ...sent, ...nativeValue(part.native, 'gemini') }));
  });
}

function ownPart(part: Part, translation: Translation): readonly JsonObject[] {
  switch (part.kind) {
    case 'tool-call':
      return [callPart(part, translation)];
    case 'reasoning': {
      const proof = nativeValue(part.proof, 'gemini');
      return proof === undefined ? [] : [{ text: '', ...proof }];
    }
    case 'text':
    case 'refusal':
    case 'media':
    case 'tool-result':
    case 'opaque':
      return geminiPart(part, translation.notes);
  }
}

function callPart(call: ToolCallPart, { rules, notes, calls }: Translation): JsonObject {
  const { id, name, inputPath } = call;
  const args = toolCallInput(call);
  if (args === undefined) {
    notes.refuse(inputPath, `${inputPath} must be the text of a JSON object.`);
  }
  calls.add(id, name);
  return { functionCall: { ...(rules.callIds ? { id } : {}), name, args } };
}
