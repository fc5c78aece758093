import type { Native } from '../../model/dialect.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import type { GeminiContent } from './gemini-content.ts';

/**
 * The thought signature of a part, which the caller sends back with the next turn: the gateway keeps nothing between calls. `undefined`
 * where it has none. Source: ai.google.dev/gemini-api/docs/thought-signatures, 2026-11.
 */
export function signatureOf(part: JsonObject): Native | undefined {
  const thoughtSignature = stringMember(part, 'thoughtSignature') ?? '';
  return thoughtSignature === '' ? undefined : { dialect: 'gemini', value: { thoughtSignature }, ifForeign: 'ignore' };
}

/** The vendor's stand-in for a call that it did not sign: one that another vendor's model made, or whose signature was lost. */
const UNSIGNED = 'skip_thought_signature_validator';

/**
 * Gives the first call of each step of the current turn a signature where it has none, which Gemini 3 refuses. Calls beside the first
 * are unsigned by nature. The current turn begins with the last thing that the user said; a turn with tool results in it goes on.
 */
export function signCurrentTurn(contents: readonly GeminiContent[]): readonly GeminiContent[] {
  const start = contents.findLastIndex((content) => content.role === 'user' && !content.parts.some(isResponse));
  return contents.map((content, index) => (index > start && content.role === 'model' ? signed(content) : content));
}

function isResponse(part: JsonObject): boolean {
  return part.functionResponse !== undefined;
}

function signed(content: GeminiContent): GeminiContent {
  const first = content.parts.findIndex((part) => part.functionCall !== undefined);
  if (content.parts[first] === undefined || content.parts[first].thoughtSignature !== undefined) {
    return content;
  }
  const parts = content.parts.map((part, index) => (index === first ? { ...part, thoughtSignature: UNSIGNED } : part));
  return { ...content, parts };
}
