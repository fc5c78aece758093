import type { ExpectedChoice } from './expectation.ts';

/** A choice while a reader puts it together. */
export interface DraftChoice {
  content: string;
  reasoning: string;
  refusal: string;
  readonly calls: DraftCall[];
  /** The vendor's own word, `''` before there is one. */
  finish: string;
}

export interface DraftCall {
  id: string | undefined;
  name: string;
  arguments: string;
}

export function draftChoice(): DraftChoice {
  return { content: '', reasoning: '', refusal: '', calls: [], finish: '' };
}

/** The choice as OpenAI would have it: `finish` replaced, and `{}` for calls without arguments. */
export function expectedChoice(draft: DraftChoice, finish: string): ExpectedChoice {
  const calls = draft.calls.map(({ id, name, arguments: text }) => ({
    id,
    name,
    arguments: text.trim() === '' ? '{}' : text,
  }));
  return { ...draft, calls, finish };
}
