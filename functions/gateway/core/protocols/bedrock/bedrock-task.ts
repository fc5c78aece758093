import type { ChatRequest } from '../../chat/chat-request.ts';
import type { Conversation } from '../../chat/conversation-turns.ts';
import type { EncodingNotes } from '../anthropic/encoding-notes.ts';
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
