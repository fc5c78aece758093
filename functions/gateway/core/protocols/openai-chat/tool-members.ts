import { defined } from '../../model/defined.ts';
import { arrayMember, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { objectRoot } from '../object-root.ts';
import type { ChatBody } from './chat-body.ts';
import type { OpenAiRules } from './openai-rules.ts';
import { strictSchema } from './strict-schema.ts';
import { toolWithin } from './taken-members.ts';

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
