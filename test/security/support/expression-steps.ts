import type { Expression } from './expression-tree.ts';

interface Search {
  readonly text: string;
  steps: number;
}

type Then = (at: number) => boolean;

/** Counted no further: what takes more is not linear in texts of some hundred characters. */
const MAX_STEPS = 300_000;

/**
 * The steps that a backtracking engine takes to search all of `text`: one for each place of the expression tried at a place of the text. As V8
 * works, without its short cuts: a count, so that no machine's speed decides. Infinity: too many to be linear.
 */
export function searchSteps(tree: Expression, text: string, isGlobal: boolean): number {
  const search: Search = { text, steps: 0 };
  let from = 0;
  while (from <= text.length && search.steps < MAX_STEPS) {
    let end = -1;
    const isFound = step(search, tree, from, (at) => {
      end = at;
      return true;
    });
    if (isFound && !isGlobal) {
      break;
    }
    from = isFound && end > from ? end : from + 1;
  }
  return search.steps < MAX_STEPS ? search.steps : Infinity;
}

function step(search: Search, tree: Expression, at: number, then: Then): boolean {
  search.steps += 1;
  if (search.steps > MAX_STEPS) {
    return false;
  }
  switch (tree.kind) {
    case 'set':
      return at < search.text.length && tree.has(search.text.charAt(at)) && then(at + 1);
    case 'edge':
      return tree.holds(search.text, at) && then(at);
    case 'look':
      return looks(search, tree, at) && then(at);
    case 'sequence':
      return inOrder(search, { parts: tree.parts, index: 0, then }, at);
    case 'choice':
      return tree.options.some((option) => step(search, option, at, then));
    case 'repeat':
      return again(search, { ...tree, then, count: 0 }, at);
  }
}

/** Behind: the expressions of this project look back over a few characters only, so that every beginning among the last ones is tried. */
function looks(search: Search, tree: Extract<Expression, { kind: 'look' }>, at: number): boolean {
  const starts = tree.isBehind ? Array.from({ length: Math.min(at, 8) + 1 }, (_, back) => at - back) : [at];
  const isThere = starts.some((start) => step(search, tree.inner, start, (end) => !tree.isBehind || end === at));
  return isThere !== tree.isNegated;
}

interface InOrder {
  readonly parts: readonly Expression[];
  readonly index: number;
  readonly then: Then;
}

function inOrder(search: Search, { parts, index, then }: InOrder, at: number): boolean {
  const part = parts[index];
  return part === undefined
    ? then(at)
    : step(search, part, at, (end) => inOrder(search, { parts, index: index + 1, then }, end));
}

interface Again {
  readonly inner: Expression;
  readonly least: number;
  readonly most: number;
  readonly isLazy: boolean;
  readonly then: Then;
  readonly count: number;
}

function again(search: Search, repeat: Again, at: number): boolean {
  const { inner, least, most, isLazy, then, count } = repeat;
  const more = (): boolean =>
    count < most && step(search, inner, at, (end) => end > at && again(search, { ...repeat, count: count + 1 }, end));
  if (count < least) {
    return more();
  }
  return isLazy ? then(at) || more() : more() || then(at);
}
