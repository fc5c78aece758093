import type { Expression } from './expression-tree.ts';

/** A text that grows: `before`, then `pump` many times, then `after`. */
export interface Attack {
  readonly before: string;
  readonly pump: string;
  readonly after: string;
}

/** Characters that one of them is in nearly every set of characters. */
const CHARS = [...'a0 \t-_.,:;/\\"\'<>(){}[]=+*@#%&!?|~$^AzZ9é\n\r\u0000'];
/** What ends a text so that what was repeated does not match to its end. */
const ENDINGS = ['', '\u0000', 'a!'];

/** Texts that make an expression with a repetition without end take as long as it can: each repetition fed with what it takes, alone and with what leads to it. */
export function attacksOn(tree: Expression): readonly Attack[] {
  const places = repetitions(tree, '');
  return places.flatMap(({ before, inner }) => {
    const fed = [0, 1, 2].map((variant) => sample(inner, variant));
    const pumps = new Set([...fed, ...fed.map((text) => before + text), before].filter((text) => text !== ''));
    return [...pumps].flatMap((pump) =>
      ['', before, '\u0000'].flatMap((start) => ENDINGS.map((after) => ({ before: start, pump, after }))),
    );
  });
}

interface Place {
  /** A text that leads to it. */
  readonly before: string;
  readonly inner: Expression;
}

function repetitions(tree: Expression, before: string): readonly Place[] {
  switch (tree.kind) {
    case 'set':
    case 'edge':
      return [];
    case 'look':
      return repetitions(tree.inner, before);
    case 'choice':
      return tree.options.flatMap((option) => repetitions(option, before));
    case 'repeat': {
      const within = repetitions(tree.inner, before);
      return tree.most === Infinity ? [{ before, inner: tree.inner }, ...within] : within;
    }
    case 'sequence':
      return tree.parts.flatMap((part, index) => {
        const led = tree.parts.slice(0, index).map((earlier) => sample(earlier, 0));
        return repetitions(part, before + led.join(''));
      });
  }
}

/** A text that matches, as far as that can be told without looking ahead. */
function sample(tree: Expression, variant: number): string {
  switch (tree.kind) {
    case 'set':
      return charOf(tree, variant);
    case 'edge':
    case 'look':
      return '';
    case 'sequence':
      return tree.parts.map((part) => sample(part, variant)).join('');
    case 'choice':
      return sample(tree.options[variant % tree.options.length] ?? tree, variant);
    case 'repeat':
      return sample(tree.inner, variant).repeat(Math.max(tree.least, Math.min(1, tree.most)));
  }
}

function charOf({ has, source }: Extract<Expression, { kind: 'set' }>, variant: number): string {
  const found = [...source, ...CHARS].filter((char) => char.length === 1 && has(char));
  return found[variant % Math.max(1, found.length)] ?? '';
}
