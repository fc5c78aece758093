import type { UpstreamRequest } from '../../model/dial.ts';
import type { Prompt } from '../../model/prompt.ts';
import { numberMember } from '../../wire/json.ts';
import type { Target } from '../protocol.ts';
import { encodeAnthropicRequest } from './anthropic-request.ts';

/** Members that say how to answer: the API refuses them where it only counts. */
const OF_THE_ANSWER: ReadonlySet<string> = new Set([
  ...['max_tokens', 'stream', 'stop_sequences', 'temperature', 'top_p', 'top_k', 'metadata', 'service_tier'],
]);

/** Asks how many tokens a prompt has; `undefined` where it cannot be said here. Source: Anthropic API reference, "Count tokens in a Message", 2026-11. */
export function countTokensRequest(prompt: Prompt, target: Target): UpstreamRequest | undefined {
  const encoding = encodeAnthropicRequest(prompt, target);
  if (encoding.kind === 'unsupported') {
    return undefined;
  }
  const { headers, body } = encoding.request;
  const counted = Object.entries(body).filter(([name]) => !OF_THE_ANSWER.has(name));
  return { operation: 'count-tokens', headers, body: Object.fromEntries(counted) };
}

/** The count in the vendor's answer. */
export function readTokenCount(json: unknown): number | undefined {
  return numberMember(json, 'input_tokens');
}
