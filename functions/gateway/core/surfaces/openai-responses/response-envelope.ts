import { type JsonObject, objectMember } from '../../wire/json.ts';
import type { AnswerIdentity } from '../surface.ts';
import { answerId } from './kept-items.ts';

/** A response object without what its answer makes of it: what the caller asked for, told back as OpenAI does. The tier is the vendor's to tell. */
export function responseEnvelope(about: AnswerIdentity): JsonObject {
  const { requestId, created, model, prompt, isKept = false, previousAnswer = null } = about;
  const { body } = prompt.original;
  const told = (name: string, otherwise: unknown = null): unknown => body[name] ?? otherwise;
  const reasoning = objectMember(body, 'reasoning');
  return {
    id: answerId(requestId),
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
    previous_response_id: previousAnswer,
    prompt_cache_key: told('prompt_cache_key'),
    reasoning: { effort: reasoning?.effort ?? null, summary: reasoning?.summary ?? null },
    safety_identifier: told('safety_identifier'),
    service_tier: null,
    store: isKept,
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
