import type { JsonObject } from '../../wire/json.ts';

/** One turn of a conversation as Gemini has it. */
export interface GeminiContent extends JsonObject {
  readonly role: 'user' | 'model';
  readonly parts: readonly JsonObject[];
}
