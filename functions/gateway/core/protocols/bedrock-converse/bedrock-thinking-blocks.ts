import { isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import { replayedThinking } from '../anthropic-messages/thinking-blocks.ts';

/**
 * A block of reasoning as it travels in an assistant message's `thinking_blocks` through the caller and back. The shape is Anthropic's,
 * so that a conversation may move between Anthropic and Bedrock. Reasoning without a signature (other models') is not sent back and has
 * no block.
 */
export function signedBlock(thinking: readonly string[], signature: readonly string[]): JsonObject | undefined {
  const signed = signature.join('');
  return signed === '' ? undefined : { type: 'thinking', thinking: thinking.join(''), signature: signed };
}

/** `pieces` are base64, as Bedrock's JSON carries bytes; the bytes are Anthropic's `data`. */
export function redactedBlock(pieces: readonly string[]): JsonObject | undefined {
  const data = pieces.map((piece) => converted(piece, atob) ?? '').join('');
  return data === '' ? undefined : { type: 'redacted_thinking', data };
}

/** The reasoning that a message brings back, as Converse content. */
export function converseThinking(message: JsonObject): readonly JsonObject[] {
  const contents = replayedThinking(message).map((block) => {
    const data = stringMember(block, 'data');
    const redactedContent = data === undefined ? undefined : converted(data, btoa);
    if (block.type === 'redacted_thinking') {
      return redactedContent === undefined ? undefined : { redactedContent };
    }
    return { reasoningText: { text: block.thinking, signature: block.signature } };
  });
  return contents.filter(isJsonObject).map((reasoningContent) => ({ reasoningContent }));
}

/** `atob` and `btoa` throw on what they cannot convert. */
function converted(text: string, convert: (text: string) => string): string | undefined {
  try {
    return convert(text);
  } catch {
    return undefined;
  }
}
