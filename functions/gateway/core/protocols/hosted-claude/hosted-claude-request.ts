import type { UpstreamRequest } from '../../model/dial.ts';
import type { Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { encodeAnthropicRequest } from '../anthropic-messages/anthropic-request.ts';
import { type ClaudeRules, claudeRules } from '../claude/claude-rules.ts';
import type { Encoding, Target } from '../protocol.ts';
import { foreignPart } from './foreign-parts.ts';
import { type ClaudeHost, takenBetas } from './hosted-betas.ts';

/** A request of the Messages API as a cloud wants it: its body without what the cloud refuses, and the betas that it takes. */
export interface HostedRequest {
  readonly body: JsonObject;
  readonly betas: readonly string[];
  readonly request: UpstreamRequest;
}

/** Members of the Messages API that are Anthropic's own servers' alone. Source: platform.claude.com "Features overview", 2026-11. */
const OF_ANTHROPIC: readonly string[] = ['service_tier', 'inference_geo', 'speed', 'container', 'mcp_servers'];

/**
 * A prompt in Anthropic's words for a cloud that hosts Claude. `envelope` puts the request into the cloud's form. What the cloud is known
 * to answer with 400 is refused here, or left out and named.
 */
export function encodeHostedClaude(
  prompt: Prompt,
  target: Target,
  host: ClaudeHost,
  envelope: (hosted: HostedRequest) => UpstreamRequest,
): Encoding {
  const encoding = encodeAnthropicRequest(prompt, target);
  const foreign = encoding.kind === 'encoded' ? (foreignPart(prompt, host) ?? refusedMember(prompt)) : encoding;
  if (foreign !== undefined || encoding.kind !== 'encoded') {
    return foreign ?? encoding;
  }
  const hosted = hostedRequest(encoding.request, host, claudeRules(target.model, target.rules, target.vendor));
  const lost = OF_ANTHROPIC.filter((name) => name in encoding.request.body && name !== 'service_tier');
  return { kind: 'encoded', request: envelope(hosted), dropped: [...new Set([...encoding.dropped, ...lost])] };
}

/** The request without what the cloud refuses. */
export function hostedRequest(request: UpstreamRequest, host: ClaudeHost, rules: ClaudeRules): HostedRequest {
  const { 'anthropic-version': _, 'anthropic-beta': asked = '', ...headers } = request.headers;
  const members = Object.entries(request.body).filter(([name]) => !OF_ANTHROPIC.includes(name));
  const betas = takenBetas(asked, host, rules);
  return { body: Object.fromEntries(members), betas, request: { ...request, headers } };
}

/** Where the answer is made, and which servers of tools are asked, is the caller's to say: it cannot be left out. */
function refusedMember({ native }: Prompt): Extract<Encoding, { kind: 'unsupported' }> | undefined {
  const name = OF_ANTHROPIC.find((one) => native.get(one)?.ifForeign === 'refuse');
  return name === undefined
    ? undefined
    : { kind: 'unsupported', param: name, message: `Only Anthropic's own API has ${name}: leave it out.` };
}
