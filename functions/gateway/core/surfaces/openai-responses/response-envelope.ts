import { type JsonObject, objectMember } from '../../wire/json.ts';
import type { AnswerIdentity } from '../surface.ts';

/** A response object without what its answer makes of it: what the caller asked for, told back as OpenAI does. Nothing is kept: `store` is false. */
export function responseEnvelope({ requestId, created, model, prompt }: AnswerIdentity): JsonObject {
  const { body } = prompt.original;
  const told = (name: string, otherwise: unknown = null): unknown => body[name] ?? otherwise;
  const reasoning = objectMember(body, 'reasoning');
  return {
    id: `resp_${requestId}`,
    object: 'response',
    created_at: created,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: told('instructions'),
    max_output_tokens: told('max_output_tokens'),
    max_tool_calls: told('max_tool_calls'),
    model,
    output: [],
    parallel_tool_calls: told('parallel_tool_calls', true),
    previous_response_id: null,
    prompt_cache_key: told('prompt_cache_key'),
    reasoning: { effort: reasoning?.effort ?? null, summary: reasoning?.summary ?? null },
    safety_identifier: told('safety_identifier'),
    service_tier: told('service_tier', 'default'),
    store: false,
    temperature: told('temperature'),
    text: { format: { type: 'text' }, ...objectMember(body, 'text') },
    tool_choice: told('tool_choice', 'auto'),
    tools: told('tools', []),
    top_logprobs: told('top_logprobs', 0),
    top_p: told('top_p'),
    truncation: told('truncation', 'disabled'),
    usage: null,
    user: told('user'),
    metadata: told('metadata', {}),
  };
}
