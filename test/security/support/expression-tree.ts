/** A regular expression, taken apart as far as its cost depends on it. */
export type Expression =
  | { readonly kind: 'set'; readonly has: (char: string) => boolean; readonly source: string }
  | { readonly kind: 'edge'; readonly holds: (text: string, at: number) => boolean }
  | { readonly kind: 'look'; readonly inner: Expression; readonly isNegated: boolean; readonly isBehind: boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  | {
      readonly kind: 'repeat';
      readonly inner: Expression;
      readonly least: number;
      readonly most: number;
      readonly isLazy: boolean;
    };

interface Reading {
  readonly tokens: readonly string[];
  readonly flags: string;
  at: number;
}

/** One token each: a class, an escape, the beginning of a group, a quantifier, a sign. */
const TOKENS =
  /\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|\(\?(?:<?[=!]|:|<\w+>)|\{\d+(?:,\d*)?\}|[\s\S]/gu;

/** Takes a literal apart. Throws for what it does not know: back references. */
export function expressionTree(source: string, flags: string): Expression {
  const reading: Reading = { tokens: source.match(TOKENS) ?? [], flags, at: 0 };
  const tree = choice(reading);
  if (reading.at < reading.tokens.length) {
    throw new Error(`Not understood at ${reading.tokens[reading.at]}: /${source}/${flags}`);
  }
  return tree;
}

function choice(reading: Reading): Expression {
  const options = [sequence(reading)];
  while (reading.tokens[reading.at] === '|') {
    reading.at += 1;
    options.push(sequence(reading));
  }
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
}

function sequence(reading: Reading): Expression {
  const parts: Expression[] = [];
  for (let token = reading.tokens[reading.at]; token !== undefined && token !== '|' && token !== ')'; ) {
    parts.push(repeated(reading, atom(reading, token)));
    token = reading.tokens[reading.at];
  }
  return { kind: 'sequence', parts };
}

function atom(reading: Reading, token: string): Expression {
  reading.at += 1;
  if (token.startsWith('(')) {
    const inner = choice(reading);
    reading.at += 1;
    const isLook = /^\(\?<?[=!]$/.test(token);
    return isLook ? { kind: 'look', inner, isNegated: token.endsWith('!'), isBehind: token.includes('<') } : inner;
  }
  if (/^\\(?:[1-9]|k)/.test(token)) {
    throw new Error(`Back references are not understood: ${token}`);
  }
  return EDGES.includes(token) ? edge(token, reading.flags) : set(token, reading.flags);
}

const EDGES: readonly string[] = ['^', '$', '\\b', '\\B'];

function edge(token: string, flags: string): Expression {
  const pattern = new RegExp(token, `${flags.replace(/[gy]/g, '')}y`);
  return {
    kind: 'edge',
    holds: (text, at) => {
      pattern.lastIndex = at;
      return pattern.test(text);
    },
  };
}

function set(token: string, flags: string): Expression {
  const pattern = new RegExp(`^${token}$`, flags.replace(/[gym]/g, ''));
  const known = new Map<string, boolean>();
  const has = (char: string): boolean => {
    const isIn = known.get(char) ?? pattern.test(char);
    known.set(char, isIn);
    return isIn;
  };
  return { kind: 'set', has, source: token };
}

const COUNTS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['*', [0, Infinity]],
  ['+', [1, Infinity]],
  ['?', [0, 1]],
]);

function repeated(reading: Reading, inner: Expression): Expression {
  const token = reading.tokens[reading.at] ?? '';
  const [, from, comma, to] = /^\{(\d+)(,?)(\d*)\}$/.exec(token) ?? [];
  const stated = from === undefined ? undefined : ([Number(from), mostOf(Number(from), comma, to)] as const);
  const counts = COUNTS.get(token) ?? stated;
  if (counts === undefined) {
    return inner;
  }
  reading.at += 1;
  const isLazy = reading.tokens[reading.at] === '?';
  reading.at += isLazy ? 1 : 0;
  return { kind: 'repeat', inner, least: counts[0], most: counts[1], isLazy };
}

function mostOf(least: number, comma: string | undefined, to: string | undefined): number {
  if (comma !== ',') {
    return least;
  }
  return to === undefined || to === '' ? Infinity : Number(to);
}
