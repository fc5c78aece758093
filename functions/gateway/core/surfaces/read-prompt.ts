import type { Part } from '../model/part.ts';
import type { Prompt } from '../model/prompt.ts';
import { nestedJsonProblem } from '../wire/json-bounds.ts';
import { type InvalidRequest, invalidMember } from './invalid-request.ts';
import type { Surface } from './surface.ts';

/** Reads a request as `surface` does, and refuses one whose texts of JSON would be dangerous to parse. */
export function readPrompt(
  surface: Surface,
  json: unknown,
  headers: Readonly<Record<string, string>>,
): { readonly kind: 'read'; readonly prompt: Prompt } | InvalidRequest {
  const read = surface.read(json, headers);
  if (read.kind === 'invalid') {
    return read;
  }
  const problem = nestedJsonProblem(read.prompt.turns.flatMap(({ parts }) => parts.flatMap(jsonTexts)));
  return problem === undefined ? read : { ...invalidMember('', problem), message: problem };
}

/** Texts that encoders parse: the inputs of calls, and results that look like JSON. */
function jsonTexts(part: Part): readonly string[] {
  switch (part.kind) {
    case 'tool-call':
      return part.isCustom === true ? [] : [part.input];
    case 'tool-result':
      return part.parts.flatMap((inner) =>
        inner.kind === 'text' && /^\s{0,64}[[{]/.test(inner.text) ? [inner.text] : [],
      );
    default:
      return [];
  }
}
