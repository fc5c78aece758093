import { arrayMember, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { ToolChoiceForm } from './bedrock-rules.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** What the caller says of calling tools. `only`: the names that may be called, where the caller restricts them. */
export type WantedChoice = { readonly only?: ReadonlySet<string> } & (
  | { readonly mode: 'unsaid' | 'auto' | 'none' | 'required' }
  | { readonly mode: 'one'; readonly name: string }
);

/** Reads `tool_choice`. */
export function wantedChoice({ request, notes }: BedrockTask): WantedChoice {
  const { tool_choice: asked } = request;
  if (asked === undefined || typeof asked === 'string') {
    return { mode: MODES.get(asked ?? '') ?? 'unsaid' };
  }
  const type = stringMember(asked, 'type');
  const name = stringMember(objectMember(asked, 'function'), 'name');
  if (type === 'function' && name !== undefined) {
    return { mode: 'one', name };
  }
  if (type === 'allowed_tools') {
    const allowed = objectMember(asked, 'allowed_tools') ?? asked;
    return { mode: MODES.get(stringMember(allowed, 'mode') ?? '') ?? 'auto', only: toolNames(allowed) };
  }
  notes.refuse(
    'tool_choice',
    'Bedrock takes a tool_choice of "auto", "none", "required", one function, or allowed_tools.',
  );
  return { mode: 'unsaid' };
}

const MODES: ReadonlyMap<string, 'auto' | 'none' | 'required'> = new Map([
  ['auto', 'auto'],
  ['none', 'none'],
  ['required', 'required'],
]);

function toolNames(allowed: unknown): ReadonlySet<string> {
  const tools = arrayMember(allowed, 'tools');
  return new Set(
    tools.map((tool) => stringMember(objectMember(tool, 'function'), 'name') ?? stringMember(tool, 'name') ?? ''),
  );
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
    notes.refuse('tool_choice', 'This model on Bedrock cannot be made to call a tool: tool_choice must be "auto".');
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
