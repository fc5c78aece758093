import { type JsonObject, objectMember } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { ClaudeRules } from './claude-rules.ts';

/** Source: Anthropic's 400, "Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'", 2026-11. */
const KEY = /^[a-zA-Z0-9_.-]{1,64}$/;

/** Refuses a tool whose arguments have names that the model does not take, so that another is asked. `path`: the tool's. */
export function noteRefusedKeys(
  schema: JsonObject,
  path: string,
  { rules, notes }: { readonly rules: ClaudeRules; readonly notes: EncodingNotes },
): void {
  const refused =
    rules.argumentNames === 'plain' && Object.keys(objectMember(schema, 'properties') ?? {}).find(isRefused);
  if (typeof refused === 'string') {
    const shown = JSON.stringify(refused.slice(0, 64));
    notes.refuse(path, `Claude takes arguments named by up to 64 letters, digits, "_", "." and "-"; got ${shown}.`);
  }
}

function isRefused(key: string): boolean {
  return !KEY.test(key);
}
