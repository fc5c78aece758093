import { numberMember, objectMember } from '../../functions/gateway/core/wire/json.ts';
import type { ChatAsk } from './asked-gateway.ts';
import type { Recording } from './recording.ts';

/** What is asked for a recording's answer: the recorded request where it is OpenAI's own, else a greeting. */
export function chatRequestFor({ use, request }: Recording, model: string): ChatAsk {
  if (use.kind === 'chat' && use.protocol === 'openai' && Array.isArray(request?.messages)) {
    const { stream: _, stream_options: __, ...asked } = request;
    // The recorded client sent it, so that it has the members of a chat request.
    return { ...asked, model } as unknown as ChatAsk;
  }
  const choices = numberMember(objectMember(request, 'generationConfig'), 'candidateCount');
  return { model, messages: [{ role: 'user', content: 'Hello' }], ...(choices === undefined ? {} : { n: choices }) };
}
