import { bedrock } from './bedrock-converse/bedrock.ts';
import { claudeOnBedrock } from './hosted-claude/claude-on-bedrock.ts';
import { openAiOnBedrock } from './openai-chat/openai-on-bedrock.ts';
import type { CloudProtocols } from './protocol.ts';

/** What is spoken on Bedrock. */
export const AMAZON_PROTOCOLS: CloudProtocols = {
  own: { bedrock },
  hosted: { bedrock: { anthropic: claudeOnBedrock, openai: openAiOnBedrock } },
};
