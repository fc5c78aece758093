import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { Prompt } from '../../functions/gateway/core/model/prompt.ts';
import { readMessagesPrompt } from '../../functions/gateway/core/surfaces/anthropic-messages/read-prompt.ts';
import { readChatPrompt } from '../../functions/gateway/core/surfaces/openai-chat/read-prompt.ts';
import { readResponsesPrompt } from '../../functions/gateway/core/surfaces/openai-responses/read-responses.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import type { TypedBody } from '../support/typed-bodies.ts';
import { typedRequests } from '../support/typed-requests.ts';

/** A recorded request as it goes to ten models of each other vendor whose SDK has types; nothing for one that no surface reads. */
export function typedRecording(id: string, protocol: ProtocolName, request: JsonObject): readonly TypedBody[] {
  const prompt = promptOf(protocol, { model: 'some-model', ...request });
  // In its own dialect it goes out as it came, with what no SDK has types for.
  return prompt === undefined
    ? []
    : typedRequests(id, prompt).filter(({ dialect }) => wordsOf(dialect) !== prompt.original.dialect);
}

/** The clouds' envelopes hold Anthropic's words. */
function wordsOf(dialect: TypedBody['dialect']): string {
  return dialect.startsWith('claude-on-') ? 'anthropic-messages' : dialect;
}

function promptOf(protocol: ProtocolName, request: JsonObject): Prompt | undefined {
  switch (protocol) {
    case 'openai':
      return read(readChatPrompt(request));
    case 'openai-responses':
      return read(readResponsesPrompt(request));
    case 'anthropic':
      return read(readMessagesPrompt({ max_tokens: 100, ...request }, {}));
    default:
      return undefined;
  }
}

function read(result: { readonly kind: string; readonly prompt?: Prompt }): Prompt | undefined {
  return result.prompt;
}
