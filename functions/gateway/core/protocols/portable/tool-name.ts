import type { Prompt } from '../../model/prompt.ts';
import { hexHash } from '../tool-call-id.ts';

/** What a vendor takes as the name of a tool. */
export interface ToolNameRule {
  readonly maxChars: number;
  /** The characters that it refuses, with the flag `g`. */
  readonly refused: RegExp;
  /** How a name must begin. */
  readonly begins: RegExp;
}

/**
 * The name by which a vendor knows the tool. One that it takes is unchanged. Any other keeps what is allowed of its beginning and gets a hash of
 * the whole: names that differ only in what is left out must stay two. Pure, so that the tools, the choice and the calls of the
 * history agree, and a conversation's prompt stays the same from turn to turn.
 */
export function vendorToolName(name: string, { maxChars, refused, begins }: ToolNameRule): string {
  const allowed = name.slice(0, maxChars).replace(refused, '_');
  if (allowed === name && begins.test(name)) {
    return name;
  }
  const suffix = `_${hexHash(name)}`;
  const begun = begins.test(allowed) ? allowed : `_${allowed}`;
  return begun.slice(0, maxChars - suffix.length) + suffix;
}

/** The caller's names of the tools whose names the vendor does not take, by the vendor's: those on offer and those that were called. */
export function wholeNames({ tools, turns }: Prompt, rule: ToolNameRule): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const add = (name: string): void => {
    const known = vendorToolName(name, rule);
    if (known !== name) {
      names.set(known, name);
    }
  };
  for (const tool of tools) {
    if (tool.kind === 'function') {
      add(tool.name);
    }
  }
  for (const { parts } of turns) {
    for (const part of parts) {
      if (part.kind === 'tool-call') {
        add(part.name);
      }
    }
  }
  return names;
}
