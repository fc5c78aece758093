import type { Prompt, ToolUse } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';

/** What a caller wants of the tools. */
export interface WantedChoice {
  /** The member `tool_choice`. */
  readonly choice: JsonObject | undefined;
  /** Names of the tools that may be called, where the caller restricts them. */
  readonly only?: ReadonlySet<string>;
}

/** Translates the use of tools, and whether several may be called at once. */
export function toolChoice({ toolUse, parallelToolCalls }: Prompt, notes: EncodingNotes): WantedChoice {
  const wanted = choiceOf(toolUse, notes);
  if (parallelToolCalls !== false || wanted.choice?.type === 'none') {
    return wanted;
  }
  return { ...wanted, choice: { type: 'auto', ...wanted.choice, disable_parallel_tool_use: true } };
}

function choiceOf(toolUse: ToolUse | undefined, notes: EncodingNotes): WantedChoice {
  switch (toolUse?.mode) {
    case undefined:
      return { choice: undefined };
    case 'one':
      return { choice: { type: 'tool', name: toolUse.name } };
    case 'native':
      return { choice: nativeChoice(toolUse.native, notes) };
    case 'auto':
    case 'none':
    case 'required':
      return { choice: { type: TYPES[toolUse.mode] }, ...(toolUse.only && { only: new Set(toolUse.only) }) };
  }
}

const TYPES = { auto: 'auto', none: 'none', required: 'any' } as const;

function nativeChoice(
  native: Extract<ToolUse, { mode: 'native' }>['native'],
  notes: EncodingNotes,
): JsonObject | undefined {
  if (native.dialect === 'anthropic-messages') {
    return native.value;
  }
  if (native.ifForeign === 'refuse') {
    notes.refuseSetting(
      'toolUse',
      'Anthropic takes a tool_choice of "auto", "none", "required", one function, or allowed_tools.',
    );
  } else if (native.ifForeign === 'drop') {
    notes.drop('toolUse');
  }
  return undefined;
}
