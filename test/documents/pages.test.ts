import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { PAGES, pageText, treePath } from './pages.ts';

/** Of a line of a page, in characters. */
const WIDTH = 140;
/** A row of a table, and a link without anything else. */
const UNBREAKABLE = /^ *\||^[ (!]*\[[^\]]*\]\([^)]*\)[).,:]*$/;

const FENCED = /^ *```[\s\S]*?^ *```/gm;

it('the README has at most 220 lines', () => {
  const lines = pageText('README.md').trimEnd().split('\n').length;
  assert.ok(lines <= 220, `it has ${lines}: move detail to the page where it belongs`);
});

it('the README says that the form "web" is not verified, and leads to how to try it', () => {
  assert.match(
    pageText('README.md'),
    /"form": "web".*\[what is not verified[^\]]*\]\(infra\/DEPLOYING\.md#the-form-web\)/,
  );
});

it('every page of the tree is among those that are tested', { skip: !existsSync(treePath('.git')) }, () => {
  const kept = execFileSync('git', ['ls-files', '*.md'], { cwd: treePath(''), encoding: 'utf8' })
    .trim()
    .split('\n');
  const untested = kept.filter((page) => !PAGES.includes(page) && !page.startsWith('.github/PULL_REQUEST'));
  assert.deepEqual(untested, [], 'add them to pages.ts');
});

it('the error codes that pages for operators name are given by the gateway', () => {
  const sources = globSync('functions/gateway/core/**/*.ts', { cwd: treePath('') })
    .map(pageText)
    .join('\n');
  for (const page of ['infra/TROUBLESHOOTING.md', 'infra/RUNBOOK.md']) {
    const codes = [...pageText(page).matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code = '']) => code);
    assert.ok(codes.length >= 4, page);
    assert.deepEqual(
      codes.filter((code) => !sources.includes(`'${code}'`)),
      [],
      page,
    );
  }
});

it('who wants to report a vulnerability as an issue is led to how it is reported', () => {
  const { contact_links: links } = parse(pageText('.github/ISSUE_TEMPLATE/config.yml')) as {
    readonly contact_links: readonly { readonly url: string; readonly about: string }[];
  };
  assert.equal(links.length, 1);
  assert.match(links[0]?.about ?? '', /privately.*\.github\/SECURITY\.md/);
  assert.ok(pageText('.github/SECURITY.md').includes(links[0]?.url ?? 'none'));
});

describe('the lines of', () => {
  for (const page of PAGES) {
    it(`${page} have at most ${WIDTH} characters, but for tables and links that are longer by themselves`, () => {
      const lines = pageText(page).split('\n');
      const wide = lines.flatMap((line, index) =>
        line.length <= WIDTH || UNBREAKABLE.test(line) ? [] : [`${page}:${index + 1}`],
      );
      assert.deepEqual(wide, []);
    });
  }
});

it('the page that tells how to read the headers names every client of the README', () => {
  const [, table = ''] = /\| client \| the line \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(pageText('README.md')) ?? [];
  const [, section = ''] =
    /\n### How to read the headers\n([\s\S]*?)\n## /.exec(pageText('functions/CALLING.md')) ?? [];
  const names = table
    .split('\n')
    .map((row) => row.split(' | ')[0] ?? '')
    .flatMap((cell) => cell.replace(/^\| |\\\*|'s SDKs$/g, '').split(/, | \(|\)/))
    .filter((name) => name !== '' && !name.startsWith('clients that'));
  assert.ok(names.length >= 15, names.join());
  assert.deepEqual(
    names.filter((name) => !section.toLowerCase().includes(name.toLowerCase())),
    [],
  );
});

describe('the links of', () => {
  for (const page of PAGES) {
    it(`${page} lead somewhere`, () => {
      assert.deepEqual(brokenLinks(page), []);
    });
  }
});

/** Links to files that are not there, or to headings that the page there does not have. */
function brokenLinks(page: string): readonly string[] {
  const text = pageText(page).replace(FENCED, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(page, target));
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : posix.join(posix.dirname(page), path);
  if (!existsSync(treePath(file))) {
    return false;
  }
  return anchor === undefined || !file.endsWith('.md') || anchorsOf(pageText(file)).has(anchor);
}

/** As GitHub makes them: lower case, without punctuation, dashes for spaces. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.replace(FENCED, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
