import { defined } from '../../model/defined.ts';
import type { AnswerFormat, Reasoning, ToolUse } from '../../model/prompt.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  numberMember,
  objectMember,
  stringMember,
} from '../../wire/json.ts';
import { ownNative } from './own-native.ts';

/** How much to reason: `thinking` and `output_config.effort`. `undefined`: the caller says nothing of it. */
export function reasoningOf(body: JsonObject): Reasoning | undefined {
  const thinking = objectMember(body, 'thinking');
  const effort = stringMember(objectMember(body, 'output_config'), 'effort');
  const show = SHOWN.get(thinking?.display);
  switch (thinking?.type) {
    case undefined:
      return effort === undefined ? undefined : { effort };
    case 'disabled':
      return { effort: 'none' };
    case 'enabled':
      return defined({ effort, budgetTokens: numberMember(thinking, 'budget_tokens'), show });
    default:
      return defined({ effort, show });
  }
}

const SHOWN: ReadonlyMap<unknown, Reasoning['show']> = new Map([
  ['omitted', 'none'],
  ['summarized', 'summary'],
  ['updates', 'summary'],
]);

/** What other vendors call a schema's answer, to which Anthropic gives no name. */
const FORMAT_NAME = 'answer';

/** The answer's format: `output_config.format`, or `output_format` as it was called in its beta. */
export function formatOf(body: JsonObject): AnswerFormat {
  const format = objectMember(objectMember(body, 'output_config'), 'format') ?? objectMember(body, 'output_format');
  if (format === undefined) {
    return { kind: 'text' };
  }
  const schema = objectMember(format, 'schema');
  return format.type === 'json_schema'
    ? { kind: 'schema', name: FORMAT_NAME, strict: true, ...defined({ schema }) }
    : { kind: 'native', what: stringMember(format, 'type') ?? '', native: ownNative(format, 'refuse') };
}

/** `tool_choice`. */
export function toolUseOf(body: JsonObject): ToolUse | undefined {
  const choice = objectMember(body, 'tool_choice');
  if (choice === undefined) {
    return undefined;
  }
  switch (choice.type) {
    case 'auto':
    case 'none':
      return { mode: choice.type };
    case 'any':
      return { mode: 'required' };
    case 'tool':
      return oneTool(body, choice);
    default:
      return { mode: 'native', native: ownNative(choice, 'refuse') };
  }
}

/** A tool of Anthropic's own can be forced nowhere else. */
function oneTool(body: JsonObject, choice: JsonObject): ToolUse {
  const name = stringMember(choice, 'name') ?? '';
  const tool = arrayMember(body, 'tools').find((other) => stringMember(other, 'name') === name);
  const isNative = isJsonObject(tool) && (tool.type ?? 'custom') !== 'custom';
  return isNative ? { mode: 'native', native: ownNative(choice, 'refuse') } : { mode: 'one', name };
}

/** In OpenAI's words; `undefined` for a tier that only Anthropic has. */
export function serviceTierOf(body: JsonObject): string | undefined {
  return SERVICE_TIERS.get(body.service_tier);
}

const SERVICE_TIERS: ReadonlyMap<unknown, string> = new Map([
  ['auto', 'auto'],
  ['standard_only', 'default'],
]);
