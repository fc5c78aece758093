import type { Dialect } from '../../model/dialect.ts';
import { hexHash, portableToolCallId } from '../tool-call-id.ts';

/** What a vendor takes as the name of a tool. */
export interface ToolNameRule {
  readonly maxChars: number;
  /** The characters that it refuses, with the flag `g`. */
  readonly refused: RegExp;
  /** How a name must begin. */
  readonly begins: RegExp;
}

/**
 * The name by which a vendor knows the tool. One that it takes is unchanged. Any other keeps what is allowed of its beginning and gets a hash of
 * the whole: names that differ only in what is left out must stay two. Pure, so that the tools, the choice and the calls of the
 * history agree, and a conversation's prompt stays the same from turn to turn.
 */
export function vendorToolName(name: string, { maxChars, refused, begins }: ToolNameRule): string {
  const allowed = name.slice(0, maxChars).replace(refused, '_');
  if (allowed === name && begins.test(name)) {
    return name;
  }
  const suffix = `_${hexHash(name)}`;
  const begun = begins.test(allowed) ? allowed : `_${allowed}`;
  return begun.slice(0, maxChars - suffix.length) + suffix;
}

/** What a vendor takes of tools. */
export interface ToolRule {
  readonly names: ToolNameRule;
  /** The id of a call in the form that the vendor takes; absent: any, or its encoder sees to it. */
  readonly callId?: (id: string) => string;
}

/** OpenAI's, which servers that speak its APIs share, and Bedrock's. */
const SIXTY_FOUR: ToolNameRule = { maxChars: 64, refused: /[^a-zA-Z0-9_-]/g, begins: /^/ };

/** The rules of each API, which bind every model behind it, each with who says so and when it was read. */
export const TOOL_RULES: Readonly<Record<Dialect, ToolRule>> = {
  // OpenAI API reference, `tools[].function.name`, 2026-11.
  'openai-chat': { names: SIXTY_FOUR },
  // OpenAI API reference, "Create a model response", `tools`, 2026-11.
  'openai-responses': {
    names: SIXTY_FOUR,
  },
  // Anthropic API reference, "Create a Message", `tools[].name`, 2026-11.
  'anthropic-messages': {
    names: { ...SIXTY_FOUR, maxChars: 128 },
    callId: (id) => portableToolCallId(id, 128),
  },
  // googleapis "FunctionDeclaration" of Vertex AI, the stricter of Google's two, 2026-11.
  gemini: {
    names: { maxChars: 64, refused: /[^a-zA-Z0-9_.-]/g, begins: /^[a-zA-Z_]/ },
  },
  // Amazon Bedrock API reference, "ToolSpecification", 2026-11.
  'bedrock-converse': { names: SIXTY_FOUR },
};
