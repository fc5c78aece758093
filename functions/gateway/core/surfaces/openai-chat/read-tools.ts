import { defined } from '../../model/defined.ts';
import type { Tool } from '../../model/prompt.ts';
import { objectMember } from '../../wire/json.ts';
import { cacheMarkOf } from './cache-mark.ts';
import type { ChatTool } from './chat-request.ts';

/** The tools of a chat request. Only functions have a neutral form. */
export function toolsOf(tools: readonly ChatTool[]): readonly Tool[] {
  return tools.map((tool, index) => toolOf(tool, `tools[${index}]`));
}

function toolOf(tool: ChatTool, path: string): Tool {
  const called = tool.type === 'function' ? tool.function : undefined;
  if (called === undefined) {
    return {
      kind: 'native',
      what: tool.type,
      native: { dialect: 'openai-chat', value: tool, ifForeign: 'refuse' },
      path,
    };
  }
  const { name, description, parameters: schema, strict } = called;
  // Clients put the mark on the tool or on its function.
  const cache = cacheMarkOf(tool) ?? cacheMarkOf(objectMember(tool, 'function') ?? {});
  return {
    kind: 'function',
    name,
    path,
    namePath: `${path}.function.name`,
    ...defined({ description, schema, strict, cache }),
  };
}
