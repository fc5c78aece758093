import { defined } from '../../model/defined.ts';
import { arrayMember, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { objectRoot } from '../object-root.ts';
import type { ChatBody } from './openai-chat-request.ts';
import type { OpenAiRules } from './openai-rules.ts';
import { isRefusedBeside } from './reasoning-effort.ts';
import { strictSchema } from './strict-schema.ts';
import { toolWithin } from './taken-members.ts';

/**
 * OpenAI's own members that others refuse, by whether leaving one out is told. What they ask for, the gateway does itself or nobody need.
 * Source: OpenAI API reference, "Create chat completion", and the 400s and 422s of others in public bug reports, 2026-11.
 */
const OWN_MEMBERS: ReadonlyMap<string, 'told' | 'quiet'> = new Map([
  ['prompt_cache_key', 'quiet'],
  ['store', 'quiet'],
  ['metadata', 'quiet'],
  ['modalities', 'quiet'],
  ['prompt_cache_retention', 'told'],
  ['prompt_cache_options', 'told'],
  ['safety_identifier', 'told'],
  ['service_tier', 'told'],
  ['verbosity', 'told'],
  ['prediction', 'told'],
  ['moderation', 'told'],
  ['web_search_options', 'told'],
]);

/** Members that are written elsewhere. */
const WRITTEN: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens'],
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'response_format'],
]);

/** The members of a request that are settings and nothing else, for a model with these rules. */
export function settingMembers(request: ChatBody, rules: OpenAiRules, notes: EncodingNotes): JsonObject {
  const kept = Object.entries(request).filter(([name, value]) => {
    const isKept = !(WRITTEN.has(name) || isEmptyList(value));
    return isKept && isTaken(name, value, { request, rules, notes });
  });
  return Object.fromEntries(
    kept.map(([name, value]) => [rules.renamed[name] ?? name, within(name, value, rules, notes)]),
  );
}

/** A temperature beyond the server's range is its highest: the nearest to what is asked for. */
function within(name: string, value: unknown, { maxTemperature }: OpenAiRules, notes: EncodingNotes): unknown {
  if (name !== 'temperature' || typeof value !== 'number' || value <= maxTemperature) {
    return value;
  }
  notes.drop('temperature');
  return maxTemperature;
}

/** A list of nothing is a 400 at OpenAI, and says nothing. */
function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

interface Encoding {
  readonly request: ChatBody;
  readonly rules: OpenAiRules;
  readonly notes: EncodingNotes;
}

function isTaken(name: string, value: unknown, { request, rules, notes }: Encoding): boolean {
  if (isRefused(name, value, request, rules)) {
    noteRefused(name, value, notes);
    return false;
  }
  const own = OWN_MEMBERS.get(name);
  if (own === undefined || rules.ownMembers === 'all' || rules.ownMembers.includes(name) || isSpoken(name, value)) {
    return true;
  }
  if (own === 'told' && !USUAL.has(value)) {
    notes.dropMember(name);
  }
  return false;
}

/** Where nothing is to be thought, nothing is lost. */
function noteRefused(name: string, value: unknown, notes: EncodingNotes): void {
  if (name !== 'reasoning_effort') {
    notes.dropMember(name);
  } else if (value !== 'none') {
    notes.drop('reasoning');
  }
}

/** Values that ask for what is done anyway. */
const USUAL: ReadonlySet<unknown> = new Set(['auto', 'default']);

/** Whether an answer in another form than text is asked for: that is the server's to refuse. */
function isSpoken(name: string, value: unknown): boolean {
  return name === 'modalities' && Array.isArray(value) && value.some((modality) => modality !== 'text');
}

/** A temperature or top_p of 1 is what a model does anyway, and it takes that. */
function isRefused(name: string, value: unknown, request: ChatBody, rules: OpenAiRules): boolean {
  if (DEFAULT_ONE.has(name) && value === 1) {
    return false;
  }
  return rules.refusedSampling.includes(name) || isForeign(name, rules) || isRefusedBeside(name, request, rules);
}

const DEFAULT_ONE: ReadonlySet<string> = new Set(['temperature', 'top_p']);

/** OpenAI's own API does not know it. */
function isForeign(name: string, { foreignMembers }: OpenAiRules): boolean {
  return name === 'top_k' && typeof foreignMembers === 'string' && foreignMembers !== 'keep';
}

/** The members of a request that are about tools, for a model with these rules. Without tools there is nothing to choose from. */
export function toolMembers(request: ChatBody, rules: OpenAiRules, notes: EncodingNotes): JsonObject {
  const { tools = [], tool_choice: choice, parallel_tool_calls: parallel } = request;
  if (tools.length === 0) {
    const isForced = choice !== undefined && choice !== 'auto' && choice !== 'none';
    return isForced ? { tool_choice: choice } : {};
  }
  const taken = takenTools(tools, choice, rules);
  if (isForcing(taken.choice)) {
    refuseForced(request, rules, notes);
  }
  if (rules.toolChoices !== 'any' && taken.tools.some(({ type }) => type === 'custom')) {
    notes.refuseSetting('tools', 'This model takes no custom tools: use functions.');
  }
  return {
    tools: taken.tools.map((tool) => toolFor(toolWithin(tool, rules), rules, notes)),
    ...defined({ tool_choice: taken.choice, parallel_tool_calls: parallel }),
  };
}

function refuseForced(request: ChatBody, { toolChoices, forcedTools }: OpenAiRules, notes: EncodingNotes): void {
  if (toolChoices === 'auto') {
    notes.refuseSetting('toolUse', 'This model cannot be made to call a tool: ask for "auto".');
  } else if (forcedTools !== 'always' && (isThinkingAsked(request) ?? forcedTools === 'only-without-thinking')) {
    notes.refuseSetting(
      'toolUse',
      'This model cannot be made to call a tool while it thinks: ask for "auto", or turn thinking off.',
    );
  }
}

/** Whether thinking is turned on or off; `undefined`: nothing is said of it. */
function isThinkingAsked({
  thinking,
  enable_thinking: isEnabled,
  reasoning_effort: effort,
}: ChatBody): boolean | undefined {
  const type = stringMember(thinking, 'type');
  if (typeof isEnabled === 'boolean') {
    return isEnabled;
  }
  const said = type ?? effort;
  return said === undefined ? undefined : said !== 'disabled' && said !== 'none';
}

interface TakenTools {
  readonly tools: readonly JsonObject[];
  readonly choice: unknown;
}

/** Where a list of allowed tools is not known, the others stay away, as where the model is another vendor's. */
function takenTools(tools: readonly JsonObject[], choice: unknown, { toolChoices }: OpenAiRules): TakenTools {
  const allowed = toolChoices === 'any' ? undefined : objectMember(choice, 'allowed_tools');
  if (allowed === undefined) {
    return { tools, choice };
  }
  const names = new Set(arrayMember(allowed, 'tools').map(functionName));
  const kept = tools.filter((tool) => names.has(functionName(tool)));
  return { tools: kept, choice: allowed.mode === 'required' ? 'required' : 'auto' };
}

function functionName(tool: unknown): string | undefined {
  return stringMember(objectMember(tool, 'function'), 'name');
}

function isForcing(choice: unknown): boolean {
  return choice !== undefined && choice !== 'auto' && choice !== 'none';
}

function toolFor(tool: JsonObject, rules: OpenAiRules, notes: EncodingNotes): JsonObject {
  const called = objectMember(tool, 'function');
  return tool.type !== 'function' || called === undefined
    ? tool
    : { ...tool, function: withParameters(called, rules, notes) };
}

function withParameters(called: JsonObject, rules: OpenAiRules, notes: EncodingNotes): JsonObject {
  const given = objectMember(called, 'parameters');
  if (given === undefined) {
    return rules.turns === 'alternating' ? { ...called, parameters: { type: 'object', properties: {} } } : called;
  }
  if (called.strict === true && rules.strictSchemas !== 'as-sent') {
    const strict = strictSchema(given, rules.strictSchemas);
    if (strict !== undefined) {
      return { ...called, parameters: strict };
    }
    notes.drop('strict');
    return { ...called, parameters: objectRoot(given), strict: false };
  }
  const parameters = objectRoot(given);
  return parameters === given ? called : { ...called, parameters };
}
