import type { Dialect } from '../../model/dialect.ts';
import { portableToolCallId } from '../tool-call-id.ts';
import type { ToolNameRule } from './tool-name.ts';

/** What a vendor takes of tools. */
export interface ToolRule {
  readonly names: ToolNameRule;
  /** The id of a call in the form that the vendor takes; absent: any, or its encoder sees to it. */
  readonly callId?: (id: string) => string;
}

/** OpenAI's, which servers that speak its APIs share, and Bedrock's. */
const SIXTY_FOUR: ToolNameRule = { maxChars: 64, refused: /[^a-zA-Z0-9_-]/g, begins: /^/ };

/**
 * The rules of each API, which bind every model behind it. Sources, read 2026-11: OpenAI API reference, `tools[].function.name`; Anthropic
 * API reference, "Create a Message", `tools[].name`; googleapis "FunctionDeclaration" of Vertex AI, the stricter of Google's two; Amazon
 * Bedrock API reference, "ToolSpecification".
 */
export const TOOL_RULES: Readonly<Record<Dialect, ToolRule>> = {
  'openai-chat': { names: SIXTY_FOUR },
  'openai-responses': { names: SIXTY_FOUR },
  'anthropic-messages': {
    names: { ...SIXTY_FOUR, maxChars: 128 },
    callId: (id) => portableToolCallId(id, 128),
  },
  gemini: { names: { maxChars: 64, refused: /[^a-zA-Z0-9_.-]/g, begins: /^[a-zA-Z_]/ } },
  'bedrock-converse': { names: SIXTY_FOUR },
};
