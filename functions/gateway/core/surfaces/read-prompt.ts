import { AMOUNT_MEMBERS, OPERATOR_MEMBERS } from '../model/operator-members.ts';
import type { Part } from '../model/part.ts';
import type { Prompt } from '../model/prompt.ts';
import { type JsonObject, stringMember } from '../wire/json.ts';
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

/** The most members that a request may have beside each other at the top. No API has half as many. */
const MAX_MEMBERS = 256;
/** The longest name of one. */
const MAX_NAME_CHARS = 128;
/** As much of a wrong name as is repeated. */
const MAX_SHOWN_CHARS = 64;

/**
 * Members that any server may read, in the one way in which they are written. A server whose parser minds no case, as Go's does not, would
 * read `Model` for `model` behind the gateway's back.
 */
const KNOWN: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'system', 'input', 'instructions', 'prompt', 'suffix'],
  ...['contents', 'stream', 'stream_options'],
  ...['temperature', 'top_p', 'top_k', 'min_p', 'seed', 'stop', 'stop_sequences'],
  ...['frequency_penalty', 'presence_penalty', 'repetition_penalty', 'logit_bias', 'logprobs', 'top_logprobs'],
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call', 'response_format', 'format'],
  ...['text', 'verbosity', 'reasoning', 'reasoning_effort', 'thinking', 'output_config', 'output_format'],
  ...['user', 'safety_identifier', 'metadata', 'store', 'service_tier', 'prompt_cache_key', 'prompt_cache_retention'],
  ...['modalities', 'audio', 'prediction', 'web_search_options', 'include', 'truncation', 'background'],
  ...['previous_response_id', 'conversation', 'max_tool_calls', 'mcp_servers', 'container', 'context_management'],
  ...['cache_control', 'inference_geo', 'echo', 'dimensions', 'encoding_format', 'input_type', 'template'],
  ...['think', 'images', 'raw'],
  ...OPERATOR_MEMBERS,
  ...AMOUNT_MEMBERS,
]);

/** Those of them that nearly every request has. */
const USUAL: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'system', 'input', 'instructions', 'stream', 'stream_options', 'temperature', 'top_p'],
  ...['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'tools', 'tool_choice', 'response_format'],
]);

/** What is wrong with the names of a body's members: too many of them, too long, or another writing of one that means something. */
export function memberNamesProblem(body: JsonObject): InvalidRequest | undefined {
  const names = Object.keys(body);
  if (names.length > MAX_MEMBERS) {
    return invalidMember('', `must have at most ${MAX_MEMBERS} members; got ${names.length}.`);
  }
  for (const name of names) {
    if (name.length > MAX_NAME_CHARS) {
      return invalidMember('', `has a member whose name is longer than ${MAX_NAME_CHARS} characters.`);
    }
    const meant = USUAL.has(name) ? name : oneWriting(name);
    if (name !== meant && KNOWN.has(meant)) {
      return invalidMember(name.slice(0, MAX_SHOWN_CHARS), `must be written as ${JSON.stringify(meant)}.`);
    }
  }
  return undefined;
}

/** As parsers that mind no case compare names: they also take ſ for s, the sign of Kelvin for k, and ı and İ for i. */
function oneWriting(name: string): string {
  return name.toUpperCase().toLowerCase().replaceAll('\u0307', '');
}

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
