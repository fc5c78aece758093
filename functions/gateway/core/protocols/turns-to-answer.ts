import type { Part } from '../model/part.ts';
import type { Prompt, Turn } from '../model/prompt.ts';

/**
 * The turns of a prompt with what has been answered already as the assistant's last words, to go on with. Where the caller had begun the
 * answer, it goes on from there: two turns would be two answers.
 */
export function turnsToAnswer({ turns, begun, names }: Prompt): readonly Turn[] {
  if (begun === undefined || begun.text === '') {
    return turns;
  }
  const words: Part = { kind: 'text', text: begun.text, path: names.turns };
  const last = turns.at(-1);
  return last?.role === 'assistant'
    ? [...turns.slice(0, -1), { ...last, parts: withText(last.parts, words) }]
    : [...turns, { role: 'assistant', parts: [words], path: names.turns }];
}

function withText(parts: readonly Part[], words: Extract<Part, { kind: 'text' }>): readonly Part[] {
  const last = parts.at(-1);
  return last?.kind === 'text' ? [...parts.slice(0, -1), { ...last, text: last.text + words.text }] : [...parts, words];
}
