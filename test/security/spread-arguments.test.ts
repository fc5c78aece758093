import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Calls with a list spread into their arguments, each with what bounds the list. Past some hundred thousand arguments such a call throws:
 * whoever makes the list long, a caller or a vendor, makes a bug of it.
 */
const BOUNDED: Readonly<Record<string, string>> = {
  'Math.min(...known)': "the route's candidates",
  'Math.min(...times)': "the request's attempts",
  'Math.min(...waits)': "the request's attempts, or the route's candidates",
  'Math.min(...all.map((other) => other.expectedTtftMs))': "the route's candidates",
  'Math.min(...healthy.map(({ expectedTtftMs }) => expectedTtftMs))': "the route's candidates",
  'Math.min(...caller.map((ms) => startedAtMs + ms))': 'three headers',
  'Math.max(...cursors.map((cursor) => seenBy(cursor, instance, added)))': 'the cursors that are read of one request',
  'String.fromCharCode(...bytes.subarray(start, start + SLICE_CHARS))': 'a slice of fixed length',
  'Math.max(...waits)': 'the headers that name a wait',
  'written.push(...(isShown(message) ? withoutMedia(message) : [message]))':
    'a message, or the parts of one: ten thousand at the most',
  'shown.push(...mediaOf(message))': 'the parts of a message: ten thousand at the most',
  'Math.min(...last)': 'the last two calls of a deployment',
  'Math.max(...last)': 'the last two calls of a deployment',
  'Math.max(...spent)': "the request's attempts",
  'Math.max(...fresh.map(({ ttftMs, isBound }) => (isBound ? 0 : ttftMs)))': 'the last four sights of a deployment',
  'Math.min(...last.slice(0, ENOUGH_LAST))': 'the last calls of a deployment',
  'Math.max(...newest)': 'the last calls of a deployment',
};

/** What is called with as many arguments as a list has items. */
const TAKES_MANY = /^(?:Math\.(?:min|max)|String\.fromCharCode|[\w.]+\.(?:push|unshift|splice))\(/;

interface Spread {
  readonly file: string;
  readonly call: string;
}

function spreadsIn(file: string): readonly Spread[] {
  const source = readFileSync(ROOT + file, 'utf8');
  const { program, errors } = parseSync(file, source);
  assert.deepEqual(errors, [], file);
  const found: Spread[] = [];
  new Visitor({
    CallExpression: ({ callee, arguments: given }) => {
      for (const argument of given) {
        if (argument.type === 'SpreadElement' && argument.argument.type !== 'ArrayExpression') {
          const [called, spread] = [callee, argument].map(({ start, end }) => source.slice(start, end));
          found.push({ file, call: `${called}(${spread})` });
        }
      }
    },
  }).visit(program);
  return found;
}

describe('calls in the core', () => {
  const found = globSync('functions/gateway/core/**/*.ts', { cwd: ROOT }).flatMap(spreadsIn);

  it('have no list of unknown length spread into their arguments', () => {
    assert.deepEqual(
      found.filter(({ call }) => TAKES_MANY.test(call) && BOUNDED[call] === undefined),
      [],
    );
  });
});
