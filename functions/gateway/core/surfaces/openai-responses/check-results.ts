import { arrayMember, type JsonObject, stringMember } from '../../wire/json.ts';
import { type InvalidRequest, invalidMember } from '../invalid-request.ts';

const RESULTS: readonly unknown[] = ['function_call_output', 'custom_tool_call_output'];

/** The first result of a tool whose call is not in the conversation before it: no vendor takes one. `body` has been checked. */
export function strayResult(body: JsonObject): InvalidRequest | undefined {
  const called = new Set<string>();
  for (const [index, item] of arrayMember(body, 'input').entries()) {
    const type = stringMember(item, 'type') ?? '';
    const id = stringMember(item, 'call_id');
    if (id !== undefined && type.endsWith('_call')) {
      called.add(id);
    } else if (id !== undefined && RESULTS.includes(type) && !called.has(id)) {
      return invalidMember(`input[${index}].call_id`, 'answers no call of the items before it: send the call too.');
    }
  }
  return undefined;
}
