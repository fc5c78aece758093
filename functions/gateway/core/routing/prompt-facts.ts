import { defined } from '../model/defined.ts';
import type { MediaPart, Part } from '../model/part.ts';
import type { AnswerFormat, Prompt, Tool, Turn } from '../model/prompt.ts';
import type { RequestFacts } from '../model/request-facts.ts';

/** Characters of English a token; a vendor's own count differs by a third either way. */
const CHARS_PER_TOKEN = 4;
/** What an image costs at a middle size, whatever its bytes; the least for anything else that is no text. */
const TOKENS_PER_MEDIUM = 1000;
/** Characters of base64 a token, of a file or a recording: about two tokens of text a page of a scanned PDF's kilobyte. */
const BASE64_CHARS_PER_TOKEN = 32;
/** As much of the conversation's first turns as tells two conversations apart. */
const AFFINITY_CHARS = 2000;

/**
 * Reads what routing and limits need off a prompt. All that is sent counts: words, reasoning, calls and their results, tools with their
 * schemas, the answer's schema, files. Linear in the size of the prompt, images and files by their length alone.
 */
export function promptFacts(prompt: Prompt, tags: readonly string[]): RequestFacts {
  const { limits, stream, turns, tools, format } = prompt;
  const turnTokens = turns.reduce((sum, turn) => sum + tokensOfParts(turn.parts), 0);
  const otherChars = tools.reduce((sum, tool) => sum + charsOfTool(tool), 0) + charsOfFormat(format);
  return {
    stream,
    promptTokens: Math.ceil(turnTokens + otherChars / CHARS_PER_TOKEN),
    choices: limits.choices,
    affinityKey: prompt.cacheKey ?? stablePrefix(turns),
    tags,
    ...defined({ maxOutputTokens: limits.outputTokens }),
  };
}

function tokensOfParts(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + tokensOfPart(part), 0);
}

function tokensOfPart(part: Part): number {
  switch (part.kind) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return part.text.length / CHARS_PER_TOKEN;
    case 'tool-call':
      return (part.name.length + part.input.length) / CHARS_PER_TOKEN;
    case 'tool-result':
      return tokensOfParts(part.parts);
    case 'media':
      return tokensOfMedia(part);
    case 'opaque':
      return Math.max(TOKENS_PER_MEDIUM, charsOf(part.native.value) / CHARS_PER_TOKEN);
  }
}

function tokensOfMedia({ media, source }: MediaPart): number {
  if (source.kind === 'text') {
    return source.text.length / CHARS_PER_TOKEN;
  }
  const chars = source.kind === 'base64' && media !== 'image' ? source.data.length : 0;
  return Math.max(TOKENS_PER_MEDIUM, chars / BASE64_CHARS_PER_TOKEN);
}

function charsOfTool(tool: Tool): number {
  return tool.kind === 'native'
    ? charsOf(tool.native.value)
    : tool.name.length + (tool.description?.length ?? 0) + charsOf(tool.schema);
}

function charsOfFormat(format: AnswerFormat): number {
  return format.kind === 'schema' ? charsOf(format.schema) + (format.description?.length ?? 0) : 0;
}

/** What a member, a number or a bracket adds to JSON text. */
const CHARS_PER_VALUE = 4;

/** About the length of a value's JSON text, without making it. The bounds of a body's JSON bound the depth. */
function charsOf(value: unknown): number {
  if (typeof value === 'string') {
    return value.length;
  }
  if (typeof value !== 'object' || value === null) {
    return CHARS_PER_VALUE;
  }
  let chars = CHARS_PER_VALUE;
  for (const [name, inner] of Object.entries(value)) {
    chars += (Array.isArray(value) ? 0 : name.length + CHARS_PER_VALUE) + charsOf(inner);
  }
  return chars;
}

/** The turns up to the first of the user, or the first where there is none: they stay the same while a conversation grows. */
function stablePrefix(turns: readonly Turn[]): string {
  const firstUser = turns.findIndex(({ role, parts }) => role === 'user' && !parts.every(isResult));
  return turns
    .slice(0, Math.max(0, firstUser) + 1)
    .map(({ role, parts }) => `${role}\n${textOf(parts).slice(0, AFFINITY_CHARS)}`)
    .join('\n');
}

function isResult({ kind }: Part): boolean {
  return kind === 'tool-result';
}

function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}
