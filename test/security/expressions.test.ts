import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { attacksOn } from './support/expression-attacks.ts';
import { searchSteps } from './support/expression-steps.ts';
import { type Expression, expressionTree } from './support/expression-tree.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Characters of an attack; then twice as many. More than the counted repetitions that follow an endless one here. */
const CHARS = 400;
/** Of the steps when the text doubles: 2 is linear, 4 quadratic. */
const MAX_GROWTH = 3;

/** Literals that are not linear, with what bounds the text that they see. */
const BOUNDED: ReadonlyMap<string, string> = new Map([
  ['\\/+$', "an address in the operator's own file"],
  ['(\\d+(?:\\.\\d+)?)(h|ms|m|s)', 'a text that an anchored expression of the same parts has taken whole'],
]);

interface Literal {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

function literalsIn(file: string): readonly Literal[] {
  const literals: Literal[] = [];
  const { program, errors } = parseSync(file, readFileSync(ROOT + file, 'utf8'));
  assert.deepEqual(errors, [], file);
  new Visitor({
    Literal: (node) => {
      if ('regex' in node && node.regex !== undefined) {
        literals.push({ file, source: node.regex.pattern, flags: node.regex.flags });
      }
    },
  }).visit(program);
  return literals;
}

function worstGrowth(tree: Expression, isGlobal: boolean): { readonly growth: number; readonly attack: string } {
  const growths = attacksOn(tree).map(({ before, pump, after }) => {
    const times = Math.ceil(CHARS / pump.length);
    const [once, twice] = [times, 2 * times].map((count) =>
      searchSteps(tree, before + pump.repeat(count) + after, isGlobal),
    );
    const growth = twice === Infinity ? Infinity : (twice ?? 1) / (once ?? 1);
    return { growth, attack: JSON.stringify([before, pump, after]) };
  });
  return growths.reduce((worst, other) => (other.growth > worst.growth ? other : worst), { growth: 1, attack: '' });
}

const FILES = globSync('functions/**/*.ts', { cwd: ROOT });

describe('the regular expressions of what runs in Lambda', () => {
  const literals = FILES.flatMap(literalsIn);

  it('are found in the source', () => assert.ok(literals.length > 100, String(literals.length)));

  it('cost no more than in proportion to the text, whatever the text', () => {
    const slow = literals
      .filter(({ source }) => !BOUNDED.has(source))
      .map(({ file, source, flags }) => ({
        place: `${file} /${source}/${flags}`,
        ...worstGrowth(expressionTree(source, flags), flags.includes('g')),
      }))
      .filter(({ growth }) => growth > MAX_GROWTH);
    assert.deepEqual(slow, []);
  });

  it('are excepted from that only while they are there', () => {
    const known = new Set(literals.map(({ source }) => source));
    assert.deepEqual(
      [...BOUNDED.keys()].filter((source) => !known.has(source)),
      [],
    );
  });

  it('are literals, which this can find, but for those of the page, which see our own text when the stack is built', () => {
    const built = FILES.filter((file) => /\bRegExp\(/.test(readFileSync(ROOT + file, 'utf8')));
    assert.deepEqual(built, ['functions/gateway/page/page-answer.ts']);
  });
});

describe('the search for slow expressions', () => {
  const slow = [
    /^[ \t]+|[ \t]+$/g,
    /(a+)+b/,
    /\/+$/,
    /(?:x|y)*.*z/s,
    /exceed\w*\b.{0,80}context/,
    /(\d+(?:\.\d+)?)(h|m)/,
  ];
  for (const { source, flags } of slow) {
    it(`finds /${source}/`, () => {
      const { growth } = worstGrowth(expressionTree(source, flags), flags.includes('g'));
      assert.ok(growth > MAX_GROWTH, String(growth));
    });
  }

  const quick = [
    /^[ \t]+/,
    /^(?:a|b)*$/,
    /[a-z]{1,64}x/,
    /\bsk-[a-z-]{6,}/gi,
    /^https?:\/\/[^/]*/i,
    /"(?:[^"\\]|\\.)*"/y,
  ];
  for (const { source, flags } of quick) {
    it(`lets /${source}/ pass`, () => {
      const { growth } = worstGrowth(expressionTree(source, flags), flags.includes('g'));
      assert.ok(growth <= MAX_GROWTH, String(growth));
    });
  }
});
