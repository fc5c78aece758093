import type { Protocol } from '../protocol.ts';
import { anthropicDecoder } from './anthropic-decoder.ts';
import { readAnthropicFailure } from './anthropic-failure.ts';
import { encodeAnthropicChat } from './encode-anthropic-chat.ts';

/** Anthropic's Messages API. `anthropic-rules.ts` states which `rules` a deployment may correct. */
export const anthropic: Protocol = {
  framing: 'server-sent-events',
  defaultBaseUrl: () => 'https://api.anthropic.com/v1',
  authorization: (apiKey) => ({ 'x-api-key': apiKey }),
  encodeChat: encodeAnthropicChat,
  chatDecoder: anthropicDecoder,
  readFailure: readAnthropicFailure,
};
