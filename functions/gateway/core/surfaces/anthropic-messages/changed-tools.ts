import { defined } from '../../model/defined.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';

/** A tool's declaration as the caller wrote it, and where. */
export interface DeclaredTool {
  readonly tool: JsonObject;
  readonly path: string;
}

/**
 * The tools of a request as they stand at the end of its conversation: those of `tools`, with what instructions in mid-conversation add
 * and take away. Source: Anthropic API reference, blocks `tool_addition` and `tool_removal`.
 */
export function toolsInForce(body: JsonObject): readonly DeclaredTool[] {
  const declared = arrayMember(body, 'tools').flatMap((tool, index) =>
    isJsonObject(tool) ? [{ tool, path: `tools[${index}]` }] : [],
  );
  const changes = toolChanges(body);
  return changes.length === 0 ? declared : changed(declared, changes);
}

interface ToolChange {
  readonly kind: 'added' | 'removed';
  readonly name: string;
  /** Absent: a tool that is declared already. */
  readonly definition?: JsonObject;
  readonly path: string;
}

function toolChanges(body: JsonObject): readonly ToolChange[] {
  return arrayMember(body, 'messages').flatMap((message, index) =>
    isJsonObject(message) && message.role === 'system'
      ? arrayMember(message, 'content').flatMap((block, place) =>
          changeOf(block, `messages[${index}].content[${place}].tool.definition`),
        )
      : [],
  );
}

function changeOf(block: unknown, path: string): readonly ToolChange[] {
  const type = stringMember(block, 'type');
  const tool = isJsonObject(block) ? objectMember(block, 'tool') : undefined;
  const definition = objectMember(tool, 'definition');
  const name = stringMember(definition ?? tool, 'name');
  if (name === undefined || (type !== 'tool_addition' && type !== 'tool_removal')) {
    return [];
  }
  const kind = type === 'tool_addition' ? 'added' : 'removed';
  return [{ kind, name, path, ...defined({ definition }) }];
}

/** By name: an addition takes the place of the tool that had it, and one that was taken away may come back. */
function changed(declared: readonly DeclaredTool[], changes: readonly ToolChange[]): readonly DeclaredTool[] {
  const known = new Map(declared.map((each) => [stringMember(each.tool, 'name') ?? each.path, each]));
  const inForce = new Map(known);
  for (const { kind, name, definition, path } of changes) {
    const tool = definition === undefined ? known.get(name) : { tool: definition, path };
    inForce.delete(name);
    if (kind === 'added' && tool !== undefined) {
      known.set(name, tool);
      inForce.set(name, tool);
    }
  }
  return [...inForce.values()];
}
