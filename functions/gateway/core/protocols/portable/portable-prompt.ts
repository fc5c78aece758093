import type { Dialect } from '../../model/dialect.ts';
import type { Part } from '../../model/part.ts';
import { kindsOf, type Prompt, type Tool, type ToolUse, type Turn } from '../../model/prompt.ts';
import { changedItems, wellFormedEscapes } from '../../wire/json.ts';
import { distinctCallIds } from './distinct-call-ids.ts';
import { type ToolWords, withToolWords } from './own-tool-words.ts';
import { TOOL_RULES, type ToolRule, vendorToolName } from './tool-name.ts';

/**
 * The prompt in words that vendors of `dialect` take: tools by names within its limits, each call with an id of its own, arguments without halves of
 * surrogate pairs. Of a prompt in the vendor's own dialect the caller's body too. The very same prompt where there is nothing to change,
 * as nearly always. `wholeNames` has the way back.
 */
export function portablePrompt(prompt: Prompt, dialect: Dialect): Prompt {
  const { tools, toolUse, turns } = prompt;
  const kinds = kindsOf(turns);
  const hasTools = tools.length > 0 || toolUse !== undefined || kinds.has('tool-call') || kinds.has('tool-result');
  return hasTools ? withPortableTools(prompt, dialect) : prompt;
}

function withPortableTools(prompt: Prompt, dialect: Dialect): Prompt {
  const rule = TOOL_RULES[dialect];
  const turns = portableTurns(prompt.turns, toolWords(rule));
  const tools = changedItems(prompt.tools, (tool) => portableTool(tool, rule));
  const toolUse = portableUse(prompt.toolUse, rule);
  const { original } = prompt;
  const body = original.dialect === dialect ? withToolWords(dialect, original.body, toolWords(rule)) : original.body;
  const isSame =
    turns === prompt.turns && tools === prompt.tools && toolUse === prompt.toolUse && body === original.body;
  return isSame ? prompt : { ...prompt, turns, tools, ...(toolUse && { toolUse }), original: { ...original, body } };
}

function toolWords({ names, callId = (id) => id }: ToolRule): ToolWords {
  const ids = distinctCallIds();
  return {
    name: (name) => vendorToolName(name, names),
    call: (id) => callId(ids.call(id)),
    result: (id) => callId(ids.result(id)),
    input: wellFormedEscapes,
  };
}

function portableTurns(turns: readonly Turn[], words: ToolWords): readonly Turn[] {
  return changedItems(turns, (turn) => {
    const parts = changedItems(turn.parts, (part) => portablePart(part, words));
    return parts === turn.parts ? turn : { ...turn, parts };
  });
}

function portablePart(part: Part, words: ToolWords): Part {
  if (part.kind === 'tool-result') {
    const id = words.result(part.id);
    return id === part.id ? part : { ...part, id };
  }
  if (part.kind !== 'tool-call') {
    return part;
  }
  const id = words.call(part.id);
  const name = words.name(part.name);
  const input = part.isCustom === true ? part.input : words.input(part.input);
  return id === part.id && name === part.name && input === part.input ? part : { ...part, id, name, input };
}

function portableTool(tool: Tool, { names }: ToolRule): Tool {
  if (tool.kind === 'native') {
    return tool;
  }
  const name = vendorToolName(tool.name, names);
  return name === tool.name ? tool : { ...tool, name };
}

function portableUse(toolUse: ToolUse | undefined, { names }: ToolRule): ToolUse | undefined {
  switch (toolUse?.mode) {
    case undefined:
    case 'native':
      return toolUse;
    case 'one': {
      const name = vendorToolName(toolUse.name, names);
      return name === toolUse.name ? toolUse : { ...toolUse, name };
    }
    case 'auto':
    case 'none':
    case 'required': {
      const only = toolUse.only && changedItems(toolUse.only, (name) => vendorToolName(name, names));
      return only === toolUse.only || only === undefined ? toolUse : { ...toolUse, only };
    }
  }
}
