import type { Protocol } from '../protocol.ts';
import { anthropicDecoder } from './anthropic-decoder.ts';
import { readAnthropicFailure } from './anthropic-failure.ts';
import { encodeAnthropicRequest } from './anthropic-request.ts';
import { countTokensRequest, readTokenCount } from './count-tokens.ts';

/** Anthropic's Messages API, also where other servers speak it. `claude-rules.ts` states which `rules` a deployment may correct. */
export const anthropic: Protocol = {
  dialect: 'anthropic-messages',
  framing: 'server-sent-events',
  encode: encodeAnthropicRequest,
  decoder: anthropicDecoder,
  countTokens: { encode: countTokensRequest, decode: readTokenCount },
  readFailure: readAnthropicFailure,
};
