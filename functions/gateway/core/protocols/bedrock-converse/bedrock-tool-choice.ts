import type { ToolUse } from '../../model/prompt.ts';
import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { ToolChoiceForm } from './bedrock-rules.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** What the caller says of calling tools, as far as Converse has words for it; `unsaid`: nothing. */
export type WantedChoice = Exclude<ToolUse, { mode: 'native' }> | { readonly mode: 'unsaid' };

const UNSAID: WantedChoice = { mode: 'unsaid' };

/** Reads the use of tools. */
export function wantedChoice({ prompt, notes }: BedrockTask): WantedChoice {
  const { toolUse } = prompt;
  if (toolUse?.mode !== 'native') {
    return toolUse ?? UNSAID;
  }
  if (toolUse.native.ifForeign === 'refuse') {
    notes.refuseSetting(
      'toolUse',
      `Bedrock takes a ${notes.names.toolUse} that leaves it free, forbids tools, or asks for any or for one function.`,
    );
  } else if (toolUse.native.ifForeign === 'drop') {
    notes.drop('toolUse');
  }
  return UNSAID;
}

/** The tools to offer and Converse's `toolChoice`, absent where the model's default is what the caller wants. */
export interface ConverseChoice {
  readonly tools: readonly JsonObject[];
  readonly toolChoice?: JsonObject;
}

/** Says what the caller wants in a form that the model takes. What cannot be said is refused, since it changes the answer's shape. */
export function converseChoice(
  { rules, notes }: BedrockTask,
  tools: readonly JsonObject[],
  wanted: WantedChoice,
): ConverseChoice {
  const way = waysToSay(wanted, tools).find(({ form }) => rules.toolChoice.includes(form));
  if (way !== undefined) {
    return { tools: way.tools, toolChoice: way.toolChoice };
  }
  if (wanted.mode === 'required' || wanted.mode === 'one') {
    const name = notes.names.toolUse;
    notes.refuseSetting('toolUse', `This model on Bedrock cannot be made to call a tool: ${name} must be "auto".`);
  }
  return { tools };
}

interface WayToSay extends Required<ConverseChoice> {
  readonly form: ToolChoiceForm;
}

/** The best first. To be made to call any of one tool is to be made to call that one. */
function waysToSay(wanted: WantedChoice, tools: readonly JsonObject[]): readonly WayToSay[] {
  switch (wanted.mode) {
    case 'unsaid':
    case 'none':
      return [];
    case 'auto':
      return [{ form: 'auto', tools, toolChoice: { auto: {} } }];
    case 'required':
      return [anyOf(tools), ...onlyOne(tools)];
    case 'one':
      return [one(wanted.name, tools), anyOf(tools.filter((tool) => nameOf(tool) === wanted.name))];
  }
}

function anyOf(tools: readonly JsonObject[]): WayToSay {
  return { form: 'any', tools, toolChoice: { any: {} } };
}

function one(name: string, tools: readonly JsonObject[]): WayToSay {
  return { form: 'tool', tools, toolChoice: { tool: { name } } };
}

function onlyOne(tools: readonly JsonObject[]): readonly WayToSay[] {
  const [name, second] = tools.flatMap((tool) => nameOf(tool) ?? []);
  return name === undefined || second !== undefined ? [] : [one(name, tools)];
}

function nameOf(tool: JsonObject): string | undefined {
  return stringMember(objectMember(tool, 'toolSpec'), 'name');
}
