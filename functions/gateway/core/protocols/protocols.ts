import { anthropic } from './anthropic-messages/anthropic.ts';
import { bedrock } from './bedrock-converse/bedrock.ts';
import { gemini } from './gemini/gemini.ts';
import { openai } from './openai-chat/openai.ts';
import type { Protocol } from './protocol.ts';

/** Every wire format that the gateway speaks, by its name in the configuration. A new one is a line here: `functions/ARCHITECTURE.md`. */
export const PROTOCOLS = { openai, anthropic, gemini, bedrock } as const satisfies Record<string, Protocol>;

/** Their names. `Object.keys` cannot say that it gives exactly these. */
export const PROTOCOL_NAMES = Object.keys(PROTOCOLS) as readonly (keyof typeof PROTOCOLS)[];
