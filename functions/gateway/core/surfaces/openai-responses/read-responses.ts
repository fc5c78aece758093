import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import type { AnswerFormat, Prompt, Reasoning, SettingNames } from '../../model/prompt.ts';
import { arrayMember, type JsonObject, numberMember, objectMember, stringMember } from '../../wire/json.ts';
import type { InvalidRequest } from '../invalid-request.ts';
import { requestProblem } from './check-request.ts';
import { turnsOf } from './read-input.ts';
import { toolsOf, toolUseOf } from './read-tools.ts';
import { toolNames } from './tool-names.ts';

/** Reads the JSON body of a call of the Responses API. */
export function readResponsesPrompt(
  json: unknown,
): { readonly kind: 'read'; readonly prompt: Prompt } | InvalidRequest {
  const problem = requestProblem(json);
  if (problem !== undefined) {
    return problem;
  }
  // `requestProblem` has seen that it is an object of these members.
  return { kind: 'read', prompt: promptOf(json as JsonObject) };
}

function promptOf(body: JsonObject): Prompt {
  const names = toolNames(body);
  return {
    model: stringMember(body, 'model') ?? '',
    turns: turnsOf(body, names),
    tools: toolsOf(body),
    format: formatOf(body),
    sampling: defined({ temperature: numberMember(body, 'temperature'), topP: numberMember(body, 'top_p') }),
    limits: { choices: 1, stop: [], ...defined({ outputTokens: numberMember(body, 'max_output_tokens') }) },
    stream: body.stream === true,
    native: nativeMembers(body),
    names: namesFor(body),
    original: { dialect: 'openai-responses', body },
    ...defined({
      toolUse: toolUseOf(body.tool_choice, names),
      parallelToolCalls: typeof body.parallel_tool_calls === 'boolean' ? body.parallel_tool_calls : undefined,
      reasoning: reasoningOf(body),
      logprobs: logprobsOf(body),
      user: stringMember(body, 'safety_identifier') ?? stringMember(body, 'user'),
      serviceTier: stringMember(body, 'service_tier'),
      metadata: objectMember(body, 'metadata'),
      cacheKey: stringMember(body, 'prompt_cache_key'),
    }),
  };
}

/** Settings that the API does not have are named as others call them: nothing asks for them. */
const NAMES: SettingNames = {
  turns: 'input',
  tools: 'tools',
  toolUse: 'tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  strict: 'strict',
  format: 'text.format',
  formatType: 'text.format.type',
  schema: 'text.format.schema',
  reasoning: 'reasoning.effort',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  outputTokens: 'max_output_tokens',
  choices: 'n',
  stop: 'stop',
  logprobs: 'top_logprobs',
  topLogprobs: 'top_logprobs',
  user: 'user',
  serviceTier: 'service_tier',
  metadata: 'metadata',
  cacheMark: 'prompt_cache_options',
  cacheKey: 'prompt_cache_key',
};

/** What has log probabilities in an answer's messages. */
const INCLUDED_LOGPROBS = 'message.output_text.logprobs';

function logprobsOf(body: JsonObject): Prompt['logprobs'] {
  const top = numberMember(body, 'top_logprobs') ?? 0;
  return top > 0 || arrayMember(body, 'include').includes(INCLUDED_LOGPROBS) ? { top } : undefined;
}

/** The caller's names of the settings that have more than one. */
function namesFor(body: JsonObject): SettingNames {
  return {
    ...NAMES,
    ...(stringMember(body, 'safety_identifier') !== undefined && { user: 'safety_identifier' }),
    ...(arrayMember(body, 'include').includes(INCLUDED_LOGPROBS) && { logprobs: 'include' }),
  };
}

function native(value: JsonObject, ifForeign: Native['ifForeign']): Native {
  return { dialect: 'openai-responses', value, ifForeign };
}

function formatOf(body: JsonObject): AnswerFormat {
  const format = objectMember(objectMember(body, 'text'), 'format');
  switch (format?.type) {
    case undefined:
    case 'text':
      return { kind: 'text' };
    case 'json_object':
      return { kind: 'json' };
    case 'json_schema':
      return {
        kind: 'schema',
        name: stringMember(format, 'name') ?? '',
        ...defined({
          description: stringMember(format, 'description'),
          schema: objectMember(format, 'schema'),
          strict: typeof format?.strict === 'boolean' ? format.strict : undefined,
        }),
      };
    default:
      return { kind: 'native', what: stringMember(format, 'type') ?? '', native: native(format ?? {}, 'refuse') };
  }
}

function reasoningOf(body: JsonObject): Reasoning | undefined {
  const asked = objectMember(body, 'reasoning');
  const effort = stringMember(asked, 'effort');
  const show = asked?.summary === undefined || asked.summary === null ? undefined : ('summary' as const);
  return effort === undefined && show === undefined ? undefined : defined({ effort, show });
}

/** Members that the prompt has a place for. */
const READ_MEMBERS: ReadonlySet<string> = new Set([
  ...['model', 'input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls', 'stream'],
  ...['max_output_tokens', 'temperature', 'top_p', 'user', 'safety_identifier', 'service_tier', 'metadata'],
  ...['prompt_cache_key', 'top_logprobs'],
]);

/** Members for the gateway or for OpenAI's own keeping of answers, or whose meaning every answer keeps anyhow. */
const OF_NO_CONSEQUENCE: ReadonlySet<string> = new Set([
  ...['store', 'include', 'client_metadata', 'stream_options', 'background'],
]);

function nativeMembers(body: JsonObject): ReadonlyMap<string, Native> {
  const members = Object.entries(body).filter(([name, value]) => !READ_MEMBERS.has(name) && says(name, value));
  return new Map(members.flatMap(([name, value]) => [[nameOf(name), native({ [name]: value }, ifForeign(name))]]));
}

/** Of `text` the format has a place, the verbosity has none; of `reasoning` what is kept in mind has none. */
function says(name: string, value: unknown): boolean {
  if (value === null || value === undefined) {
    return false;
  }
  switch (name) {
    case 'text':
      return stringMember(value, 'verbosity') !== undefined;
    case 'truncation':
      return value !== 'disabled';
    case 'reasoning':
      return stringMember(value, 'context') !== undefined;
    default:
      return true;
  }
}

/** Members of which a part has a place, and what the rest is called. */
const PARTLY_READ: ReadonlyMap<string, string> = new Map([
  ['text', 'text.verbosity'],
  ['reasoning', 'reasoning.context'],
]);

function nameOf(name: string): string {
  return PARTLY_READ.get(name) ?? name;
}

/** A prompt that is kept at OpenAI is the request itself. */
function ifForeign(name: string): Native['ifForeign'] {
  if (name === 'prompt') {
    return 'refuse';
  }
  return OF_NO_CONSEQUENCE.has(name) ? 'ignore' : 'drop';
}
