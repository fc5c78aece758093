import type { Part } from '../model/part.ts';
import type { Prompt } from '../model/prompt.ts';
import { stringMember } from '../wire/json.ts';
import { type InvalidRequest, invalidMember } from './invalid-request.ts';

/**
 * The first result of a tool whose call stands nowhere before it: Anthropic and OpenAI refuse one, and so it fails at every deployment of
 * theirs. What a server's tool has found is no such result. Source: their API references, "Tool use" and "Function calling".
 */
export function strayResult({ turns }: Prompt): InvalidRequest | undefined {
  const called = new Set<string>();
  for (const { parts } of turns) {
    for (const part of parts) {
      for (const id of idsCalled(part)) {
        called.add(id);
      }
      if (part.kind === 'tool-result' && !called.has(part.id)) {
        return invalidMember(part.idPath, 'answers no call that stands before it: send the call too.');
      }
    }
  }
  return undefined;
}

/** A call of a kind that one API alone has may be answered by a plain result: a shell's by a function's. */
function idsCalled(part: Part): readonly string[] {
  switch (part.kind) {
    case 'tool-call':
      return [part.id];
    case 'opaque': {
      const { value } = part.native;
      return [stringMember(value, 'call_id'), stringMember(value, 'id')].filter((id) => id !== undefined);
    }
    default:
      return [];
  }
}
