import type { ProtocolName } from '../config/gateway-config.ts';
import { anthropic } from './anthropic/anthropic.ts';
import { bedrock } from './bedrock/bedrock.ts';
import { gemini } from './gemini/gemini.ts';
import { openai } from './openai/openai.ts';
import type { Protocol } from './protocol.ts';

/** Every wire format that the gateway speaks. */
export const PROTOCOLS = { openai, anthropic, gemini, bedrock } as const satisfies Record<ProtocolName, Protocol>;
