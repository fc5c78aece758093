import { PAGES, pageText } from './pages.ts';

/** A fenced block of a page. */
export interface Snippet {
  readonly page: string;
  /** Of its first line, from 1. */
  readonly line: number;
  /** What stands behind the fence. */
  readonly language: string;
  readonly text: string;
}

/** Every fenced block of every page that names its language, in order. */
export const SNIPPETS: readonly Snippet[] = PAGES.flatMap(snippetsOf);

function snippetsOf(page: string): readonly Snippet[] {
  const text = pageText(page);
  return [...text.matchAll(/^ *```([a-z]+)\n([\s\S]*?)^ *```$/gm)].map((match) => {
    const [, language = '', block = ''] = match;
    return { page, line: text.slice(0, match.index).split('\n').length + 1, language, text: block };
  });
}

export function snippetsIn(...languages: readonly string[]): readonly Snippet[] {
  return SNIPPETS.filter(({ language }) => languages.includes(language));
}

/** As a test names it. */
export function placeOf({ page, line }: Snippet): string {
  return `${page}:${line}`;
}

/** A program that a reader who pastes the page's blocks one after the other would have: the last block that imports, and what follows it. */
export function programUpTo(snippet: Snippet): string {
  const before = snippetsIn(snippet.language).filter(({ page, line }) => page === snippet.page && line <= snippet.line);
  const start = before.findLastIndex(({ text }) => /^(?:import|from) /m.test(text));
  return before
    .slice(Math.max(start, 0))
    .map(({ text }) => text)
    .join('\n');
}

/** What comes with Python, or with `.ci/python-sdks`. */
const PYTHON_HERE = ['anthropic', 'asyncio', 'openai'];

/** Packages of a program that `npm test` does not have: `npm run test:clients` runs it. */
export function clientsIn(snippet: Snippet): readonly string[] {
  if (snippet.language === 'python') {
    const modules = [...snippet.text.matchAll(/^(?:from|import) (\w+)/gm)].map(([, name = '']) => name);
    return [...new Set(modules)].filter((name) => !PYTHON_HERE.includes(name));
  }
  const { dependencies, devDependencies } = JSON.parse(pageText('package.json')) as Readonly<Record<string, object>>;
  const packages = [...snippet.text.matchAll(/ from '([^']+)';$/gm)].map(([, name = '']) => name);
  return packages.filter((name) => !(name in { ...dependencies, ...devDependencies }));
}
