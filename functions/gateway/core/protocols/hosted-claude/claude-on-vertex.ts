import type { AttemptFailure } from '../../model/attempt-failure.ts';
import type { UpstreamRequest } from '../../model/dial.ts';
import { parseJson, stringMember } from '../../wire/json.ts';
import { anthropicDecoder } from '../anthropic-messages/anthropic-decoder.ts';
import { readAnthropicFailure } from '../anthropic-messages/anthropic-failure.ts';
import { countTokensRequest, readTokenCount } from '../anthropic-messages/count-tokens.ts';
import { claudeRules } from '../claude/claude-rules.ts';
import { readGeminiFailure } from '../gemini/gemini-failure.ts';
import type { FailedResponse, Protocol } from '../protocol.ts';
import { encodeHostedClaude, type HostedRequest, hostedRequest } from './hosted-claude-request.ts';

const VERSION = 'vertex-2023-10-16';

/**
 * Claude on Vertex AI: the Messages API with the model in the path and the version in the body. Source: Google Cloud, "Use Anthropic's
 * Claude models", `rawPredict` and `streamRawPredict`; Anthropic, "Claude on Vertex AI", 2026-11.
 */
export const claudeOnVertex: Protocol = {
  dialect: 'anthropic-messages',
  framing: 'server-sent-events',
  encode: (prompt, target) => encodeHostedClaude(prompt, target, 'vertex', enveloped),
  decoder: anthropicDecoder,
  countTokens: {
    encode: (prompt, target) => {
      const request = countTokensRequest(prompt, target);
      const rules = claudeRules(target.model, target.rules, target.vendor);
      // The path is the same for every model: here the body has to name it.
      return request && withVersion(hostedRequest(request, 'vertex', rules));
    },
    decode: readTokenCount,
  },
  readFailure: readVertexFailure,
};

function enveloped(hosted: HostedRequest): UpstreamRequest {
  const { model: _, ...body } = hosted.body;
  return withVersion({ ...hosted, body });
}

function withVersion({ body, betas, request }: HostedRequest): UpstreamRequest {
  const headers = { ...request.headers, ...(betas.length > 0 && { 'anthropic-beta': betas.join(',') }) };
  return { ...request, headers, body: { anthropic_version: VERSION, ...body } };
}

/** Claude's own errors come through in Anthropic's words; Google's are its own. */
function readVertexFailure(response: FailedResponse): AttemptFailure {
  const isClaudes = stringMember(parseJson(response.body), 'type') === 'error';
  return isClaudes ? readAnthropicFailure(response) : readGeminiFailure(response);
}
