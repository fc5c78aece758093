import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { jsonBoundsProblem } from '../../../../functions/gateway/core/wire/json.ts';
import fc from '../../../support/property.ts';

function problemOf(text: string): string | undefined {
  return jsonBoundsProblem(new TextEncoder().encode(text));
}

function depthOf(value: unknown): number {
  const inner = typeof value === 'object' && value !== null ? Object.values(value) : undefined;
  return inner === undefined ? 0 : 1 + Math.max(0, ...inner.map(depthOf));
}

describe('the bounds of a body of JSON', () => {
  test('let 200 levels pass and no more, whatever they are of', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
      ['{"a":[', ']}'],
    ] as const) {
      const levels = open.length > 5 ? 100 : 200;
      assert.equal(problemOf(`${open.repeat(levels)}1${close.repeat(levels)}`), undefined);
      assert.match(problemOf(`[${open.repeat(levels)}1${close.repeat(levels)}]`) ?? '', /deeper than 200 levels/);
    }
  });

  test('count no bracket inside a string, however its quotes are escaped', () => {
    const texts = ['[[[', '\\', '\\\\', '"', '\\"[', '\n[', '\u2028{', '[{'.repeat(500), '\\\\"['.repeat(300)];
    for (const text of texts) {
      assert.equal(problemOf(JSON.stringify({ [text]: [text, text] })), undefined, text);
    }
  });

  test('let every value pass that nests less', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        assert.ok(depthOf(JSON.parse(text)) < 200);
        assert.equal(problemOf(text), undefined);
      }),
    );
  });

  test('do without the text being JSON, or whole', () => {
    for (const text of ['', '"', '"\\', '"\\"', ']]]]', '{"a', '\u0000', 'null']) {
      assert.equal(problemOf(text), undefined, text);
    }
    assert.match(problemOf('['.repeat(201)) ?? '', /deeper/);
    assert.match(problemOf(`]]]]${'['.repeat(205)}`) ?? '', /deeper/);
  });

  test('let many small values pass and not millions', () => {
    assert.equal(problemOf(`[${'{},'.repeat(100_000)}{}]`), undefined);
    assert.match(problemOf(`[${'{},'.repeat(300_000)}{}]`) ?? '', /more than 250000 objects and arrays/);
    assert.equal(problemOf(`[${'1,'.repeat(1_000_000)}1]`), undefined);
    assert.match(problemOf(`[${'1,'.repeat(2_500_000)}1]`) ?? '', /more than 2000000 members/);
  });

  test('take time in proportion to the text where strings are full of backslashes', () => {
    const text = JSON.stringify('\\'.repeat(2_000_000));
    const startedMs = performance.now();
    assert.equal(problemOf(text), undefined);
    assert.ok(performance.now() - startedMs < 2_000);
  });
});
