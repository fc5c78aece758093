import type { Dialect } from '../model/dialect.ts';
import type { Prompt, Setting, SettingNames } from '../model/prompt.ts';
import type { Encoding } from './protocol.ts';

type Unsupported = Extract<Encoding, { kind: 'unsupported' }>;

/** What an encoder could not carry over, gathered while it goes on, so that the pieces of an encoder return values and not verdicts. */
export interface EncodingNotes {
  /** What the caller calls each setting, for messages. */
  readonly names: SettingNames;
  /** Notes a setting that is left out, once, under the caller's name for it. */
  readonly drop: (setting: Setting) => void;
  /** Notes a member of the request that is left out, once, by its name. */
  readonly dropMember: (name: string) => void;
  /** Notes what makes the request impossible here, by where the caller wrote it. The first one stands. */
  readonly refuse: (path: string, message: string) => void;
  /** The same for a setting, under the caller's name for it. */
  readonly refuseSetting: (setting: Setting, message: string) => void;
  readonly dropped: () => readonly string[];
  readonly refusal: () => Unsupported | undefined;
}

/** Empty notes. `names`: what the caller calls each setting. */
export function encodingNotes(names: SettingNames): EncodingNotes {
  const dropped = new Set<string>();
  let refusal: Unsupported | undefined;
  const refuse = (param: string, message: string): void => {
    refusal ??= { kind: 'unsupported', param, message };
  };
  return {
    names,
    drop: (setting) => void dropped.add(names[setting]),
    dropMember: (name) => void dropped.add(name),
    refuse,
    refuseSetting: (setting, message) => refuse(names[setting], message),
    dropped: () => [...dropped],
    refusal: () => refusal,
  };
}

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
