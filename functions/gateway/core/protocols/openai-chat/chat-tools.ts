import { type JsonObject, objectMember } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { objectRoot } from '../object-root.ts';
import type { ChatBody } from './chat-body.ts';
import { toolWithin } from './message-members.ts';
import type { OpenAiRules } from './openai-rules.ts';
import { strictSchema } from './strict-schema.ts';

/** The members of a request that are about tools, for a model with these rules. Without tools there is nothing to choose from. */
export function toolMembers(request: ChatBody, rules: OpenAiRules, notes: EncodingNotes): JsonObject {
  const { tools = [], tool_choice: choice, parallel_tool_calls: parallel } = request;
  if (tools.length === 0) {
    const isForced = choice !== undefined && choice !== 'auto' && choice !== 'none';
    return isForced ? { tool_choice: choice } : {};
  }
  if (rules.toolChoices === 'auto' && isForcing(choice)) {
    notes.refuseSetting('toolUse', 'This model cannot be made to call a tool: ask for "auto".');
  }
  return {
    tools: tools.map((tool) => toolFor(toolWithin(tool, rules), rules, notes)),
    ...(choice !== undefined && { tool_choice: choice }),
    ...(parallel !== undefined && { parallel_tool_calls: parallel }),
  };
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
  if (called.strict === true && rules.strictSchemas === 'openai') {
    const strict = strictSchema(given);
    if (strict !== undefined) {
      return { ...called, parameters: strict };
    }
    notes.drop('strict');
    return { ...called, parameters: objectRoot(given), strict: false };
  }
  const parameters = objectRoot(given);
  return parameters === given ? called : { ...called, parameters };
}
