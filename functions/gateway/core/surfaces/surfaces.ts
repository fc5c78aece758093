import type { Part } from '../model/part.ts';
import { kindsOf, type Prompt } from '../model/prompt.ts';
import { stringMember } from '../wire/json.ts';
import { nestedJsonProblem } from '../wire/json-bounds.ts';
import { anthropicMessages } from './anthropic-messages/anthropic-messages.ts';
import { type InvalidRequest, invalidMember } from './invalid-request.ts';
import { openAiChat } from './openai-chat/openai-chat.ts';
import { openAiCompletions } from './openai-completions/openai-completions.ts';
import { openAiResponses } from './openai-responses/openai-responses.ts';
import type { Surface } from './surface.ts';

/** Every API for prompts that callers speak, by its path. A new one is a line here. */
const SURFACES: ReadonlyMap<string, Surface> = new Map<string, Surface>([
  ['/v1/chat/completions', openAiChat],
  ['/v1/messages', anthropicMessages],
  ['/v1/responses', openAiResponses],
  ['/v1/completions', openAiCompletions],
]);

/** The surface that is spoken at a path; `undefined` where none is. */
export function surfaceAt(path: string): Surface | undefined {
  return SURFACES.get(path);
}

/** The surface that a request resembles by its path, or by the header that Anthropic's clients send: errors have its shape. */
export function surfaceLike(path: string, headers: Readonly<Record<string, string>>): Surface {
  const isAnthropic = path.startsWith('/v1/messages/') || headers['anthropic-version'] !== undefined;
  return SURFACES.get(path) ?? (isAnthropic ? anthropicMessages : openAiChat);
}

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
  const { turns } = read.prompt;
  const kinds = kindsOf(turns);
  if (!(kinds.has('tool-call') || kinds.has('tool-result'))) {
    return read;
  }
  const problem = nestedJsonProblem(turns.flatMap(({ parts }) => parts.flatMap(jsonTexts)));
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

/**
 * The first result of a tool whose call stands nowhere before it: Anthropic and OpenAI refuse one, and so it fails at every deployment of
 * theirs. What a server's tool has found is no such result. Source: their API references, "Tool use" and "Function calling".
 */
export function strayResult({ turns }: Prompt): InvalidRequest | undefined {
  if (!kindsOf(turns).has('tool-result')) {
    return undefined;
  }
  const called = new Set<string>();
  for (const part of turns.flatMap(({ parts }) => parts)) {
    for (const id of idsCalled(part)) {
      called.add(id);
    }
    if (part.kind === 'tool-result' && !called.has(part.id)) {
      return invalidMember(part.idPath, 'answers no call that stands before it: send the call too.');
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
