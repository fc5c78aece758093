import type { ProtocolName } from '../model/gateway-config.ts';
import { AMAZON_PROTOCOLS } from './amazon-protocols.ts';
import { anthropic } from './anthropic-messages/anthropic.ts';
import { bedrock } from './bedrock-converse/bedrock.ts';
import { gemini } from './gemini/gemini.ts';
import { GOOGLE_PROTOCOLS } from './google-protocols.ts';
import { openai } from './openai-chat/openai.ts';
import { openaiResponses } from './openai-responses/openai-responses.ts';
import type { Protocol } from './protocol.ts';
import { speak } from './spoken-protocols.ts';

// Whoever imports this has every protocol loaded: what checks configurations, and tests. A deployed function does not.
speak('amazon', AMAZON_PROTOCOLS);
speak('google', GOOGLE_PROTOCOLS);

/** Every wire format that the gateway speaks, by its name in the configuration. A new one is a line here: `functions/ARCHITECTURE.md`. */
export const PROTOCOLS = {
  openai,
  'openai-responses': openaiResponses,
  anthropic,
  gemini,
  bedrock,
} as const satisfies Record<ProtocolName, Protocol>;

/** Their names. `Object.keys` cannot say that it gives exactly these. */
export const PROTOCOL_NAMES = Object.keys(PROTOCOLS) as readonly (keyof typeof PROTOCOLS)[];
