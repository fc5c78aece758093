import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseSync } from 'oxc-parser';

const FUNCTIONS = new URL('../functions/', import.meta.url);

/** The exports of a source that no docstring stands directly before, as `file:line: first line`. Re-exports are not asked for one. */
function undocumented(file: string, source: string): readonly string[] {
  const { program, comments } = parseSync(file, source);
  const docstrings = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'));
  return program.body
    .filter((node) => isExport(node.type) && (!('declaration' in node) || node.declaration !== null))
    .filter(({ start }) => !docstrings.some(({ end }) => end <= start && source.slice(end, start).trim() === ''))
    .map(({ start }) => {
      const lines = source.slice(0, start).split('\n').length;
      return `${file}:${lines}: ${source.slice(start).split('\n')[0]}`;
    });
}

function isExport(type: string): boolean {
  return type === 'ExportNamedDeclaration' || type === 'ExportDefaultDeclaration';
}

describe('every export of functions/', () => {
  it('has a docstring', () => {
    const files = readdirSync(FUNCTIONS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const missing = files.flatMap((file) => undocumented(file, readFileSync(new URL(file, FUNCTIONS), 'utf8')));
    assert.deepEqual(missing, []);
  });

  it('counts as undocumented where a line comment or another declaration stands between', () => {
    const source =
      '/** A. */\nconst a = 1;\nexport const b = 2;\n// c\nexport function c() {}\n/** D. */\nexport type D = 1;\n';
    assert.deepEqual(undocumented('x.ts', source), ['x.ts:3: export const b = 2;', 'x.ts:5: export function c() {}']);
  });
});
