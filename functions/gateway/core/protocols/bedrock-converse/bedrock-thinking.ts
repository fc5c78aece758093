import type { Native } from '../../model/dialect.ts';
import type { Part } from '../../model/part.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import { blockProof, replayedThinking } from '../claude/claude-thinking.ts';

/**
 * The proof of a block of reasoning, in Anthropic's shape, so that a conversation may move between Anthropic and Bedrock. Reasoning
 * without a signature (other models') is not sent back and has none.
 */
export function signedProof(thinking: readonly string[], signature: readonly string[]): Native | undefined {
  const signed = signature.join('');
  return signed === '' ? undefined : blockProof({ type: 'thinking', thinking: thinking.join(''), signature: signed });
}

/** `pieces` are base64, as Bedrock's JSON carries bytes; the bytes are Anthropic's `data`. */
export function redactedProof(pieces: readonly string[]): Native | undefined {
  const data = pieces.map((piece) => converted(piece, atob) ?? '').join('');
  return data === '' ? undefined : blockProof({ type: 'redacted_thinking', data });
}

/** The reasoning that comes back with an assistant turn, as Converse content; nothing for what Claude could not check. */
export function converseThinking(part: Part): readonly JsonObject[] {
  const block = replayedThinking(part);
  if (block === undefined) {
    return [];
  }
  if (block.type === 'thinking') {
    return [{ reasoningContent: { reasoningText: { text: block.thinking, signature: block.signature } } }];
  }
  const redactedContent = converted(stringMember(block, 'data') ?? '', btoa);
  return redactedContent === undefined ? [] : [{ reasoningContent: { redactedContent } }];
}

/** `atob` and `btoa` throw on what they cannot convert. */
function converted(text: string, convert: (text: string) => string): string | undefined {
  try {
    return convert(text);
  } catch {
    return undefined;
  }
}
