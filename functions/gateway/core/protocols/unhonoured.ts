import type { Dialect } from '../model/dialect.ts';
import type { Prompt } from '../model/prompt.ts';
import type { EncodingNotes } from './encoding-notes.ts';

/** An API as its errors call it. */
export interface Vendor {
  readonly dialect: Dialect;
  /** As in "Anthropic gives one choice". */
  readonly name: string;
}

/** Refuses or names as dropped each member of the request that only another dialect has. */
export function noteForeignMembers(prompt: Prompt, vendor: Vendor, notes: EncodingNotes): void {
  for (const [name, { dialect, ifForeign }] of prompt.native) {
    if (dialect === vendor.dialect || ifForeign === 'ignore') {
      continue;
    }
    if (ifForeign === 'refuse') {
      notes.refuse(name, `${vendor.name} has no ${name}: leave it out.`);
    } else {
      notes.dropMember(name);
    }
  }
}

/** Refuses what would change the shape of the answer of an API that gives one choice of text without log probabilities. */
export function noteOtherShapes({ limits, logprobs }: Prompt, vendor: Vendor, notes: EncodingNotes): void {
  if (limits.choices > 1) {
    notes.refuseSetting('choices', `${vendor.name} gives one choice: ask for 1.`);
  }
  if (logprobs !== undefined) {
    notes.refuseSetting('logprobs', `${vendor.name} gives no log probabilities.`);
  }
}
