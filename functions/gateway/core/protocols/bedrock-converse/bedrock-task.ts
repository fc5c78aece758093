import type { ChatRequest } from '../../model/chat-request.ts';
import type { EncodingNotes } from '../anthropic-messages/encoding-notes.ts';
import type { Conversation } from '../conversation-turns.ts';
import type { BedrockRules } from './bedrock-rules.ts';

/** One request on its way to Converse: what every part of the translation reads. */
export interface BedrockTask {
  readonly request: ChatRequest;
  readonly conversation: Conversation;
  readonly rules: BedrockRules;
  /** The model's largest answer in tokens, where it is known. */
  readonly maxOutputTokens: number | undefined;
  readonly notes: EncodingNotes;
}
