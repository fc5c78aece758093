import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { stripTypeScriptTypes } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { optionsOf } from '../../infra/cli/command-options.ts';
import { COMMANDS } from '../../infra/cli/commands.ts';
import { pythonWithSdks } from '../support/python-sdks.ts';
import { PAGES, pageText } from './pages.ts';
import { answered, type Ran, type RunningGateway, startGatewayForSnippets } from './running-gateway.ts';
import { clientsIn, placeOf, programUpTo, SNIPPETS, type Snippet, snippetsIn } from './snippets.ts';

/** Each has a test: here, or for JSON in configurations.test.ts. */
const TRIED = ['bash', 'js', 'json', 'mermaid', 'python', 'sh', 'toml', 'ts'];

const python = pythonWithSdks();

it('every snippet is in a language that is tried', () => {
  assert.deepEqual(
    SNIPPETS.filter(({ language }) => !TRIED.includes(language)).map(placeOf),
    [],
    `write a test for it, or use one of ${TRIED.join(', ')}`,
  );
});

describe('against a running gateway,', { concurrency: 4 }, () => {
  let gateway: RunningGateway;
  before(async () => {
    gateway = await startGatewayForSnippets();
  });
  after(() => gateway.close());

  for (const snippet of snippetsIn('js').filter(isRunHere)) {
    it(`the JavaScript of ${placeOf(snippet)} prints an answer`, async () => {
      answered(await gateway.run(process.execPath, ['--input-type=module', '-e'], programUpTo(snippet)), snippet);
    });
  }

  const programs = snippetsIn('python').filter(isRunHere);
  let printed: Promise<readonly Ran[]> | undefined;
  for (const [index, snippet] of programs.entries()) {
    it(`the Python of ${placeOf(snippet)} prints an answer`, { skip: python.missing }, async () => {
      printed ??= gateway.runPython(python.path, programs.map(programUpTo));
      const ran = (await printed)[index];
      assert.ok(ran);
      answered(ran, snippet);
    });
  }

  for (const snippet of snippetsIn('bash').filter(({ text }) => /^curl .*127\.0\.0\.1/m.test(text))) {
    it(`the curl lines of ${placeOf(snippet)} are answered`, async () => {
      const text = snippet.text.replaceAll('curl ', 'curl --fail-with-body --silent --show-error ');
      const { code, stdout, stderr } = await gateway.run('bash', ['-ec'], text);
      assert.equal(code, 0, stderr + stdout);
      assert.notEqual(stdout, '');
    });
  }
});

describe('without running it,', () => {
  for (const snippet of snippetsIn('bash', 'sh')) {
    it(`the shell of ${placeOf(snippet)} is well-formed`, () => {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: snippet.text, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    });
  }

  for (const snippet of snippetsIn('ts')) {
    it(`the TypeScript of ${placeOf(snippet)} is well-formed`, () => {
      assert.doesNotThrow(() => stripTypeScriptTypes(snippet.text));
    });
  }

  for (const snippet of snippetsIn('toml')) {
    it(`the TOML of ${placeOf(snippet)} is well-formed`, { skip: python.missing }, () => {
      execFileSync(python.path, ['-c', 'import sys, tomllib; tomllib.loads(sys.stdin.read())'], {
        input: snippet.text,
      });
    });
  }

  for (const snippet of snippetsIn('mermaid')) {
    it(`the diagram of ${placeOf(snippet)} closes what it opens`, () => {
      const text = snippet.text.replace(/"[^"]*"/g, '""');
      assert.match(text, /^flowchart (?:LR|TB)\n/);
      assert.doesNotMatch(text.replace(/""/g, ''), /"/);
      for (const [open, close] of [
        [/\(/g, /\)/g],
        [/\[/g, /\]/g],
        [/\{/g, /\}/g],
        [/^ *subgraph /gm, /^ *end$/gm],
      ] as const) {
        assert.equal([...text.matchAll(open)].length, [...text.matchAll(close)].length, String(open));
      }
    });
  }
});

describe('the commands that are named in', () => {
  const { scripts } = JSON.parse(pageText('package.json')) as { scripts: Readonly<Record<string, string>> };
  for (const page of PAGES) {
    it(`${page} are there`, () => {
      const text = pageText(page);
      const named = [...text.matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map(([, name = '']) => name);
      assert.deepEqual(
        named.filter((name) => !(name in scripts)),
        [],
      );
      const operators = [...text.matchAll(/npm run nemo -- ([a-z]+)(?: ([a-z]+))?/g)];
      const unknown = operators.filter(
        ([, one = '', two = '']) => !COMMANDS.has(one) && !COMMANDS.has(`${one} ${two}`),
      );
      assert.deepEqual(
        unknown.map(([whole]) => whole),
        [],
      );
    });
  }
});

it("the page about operating names every one of the operator's commands", () => {
  const text = pageText('infra/OPERATING.md');
  assert.deepEqual(
    [...COMMANDS.keys()].filter((name) => !text.includes(`\`${name}`)),
    [],
  );
});

describe("the options of the operator's commands in", () => {
  for (const page of PAGES) {
    it(`${page} are there`, () => {
      const lines = [...pageText(page).matchAll(/`([^`\n]+)`|^ *(npm run nemo -- [^\n#]*)/gm)];
      const unknown = lines.flatMap(([, span = '', line = span]) => unknownOptions(line.trim()));
      assert.deepEqual(unknown, []);
    });
  }
});

/** Options that the command of the line does not have; none of a line that is no command. */
function unknownOptions(line: string): readonly string[] {
  const words = line.replace(/^(?:npm run )?nemo (?:-- )?/, '');
  const name = [...COMMANDS.keys()].find((one) => words === one || words.startsWith(`${one} `));
  const command = COMMANDS.get(name ?? '');
  if (command === undefined) {
    return [];
  }
  const given = [...words.matchAll(/ --([a-z-]+)/g)].map(([, option = '']) => option);
  return given.filter((option) => !(option in optionsOf(command))).map((option) => `${name} --${option}`);
}

/** Programs for other clients are run by `npm run test:clients`, which has them. */
function isRunHere(snippet: Snippet): boolean {
  return clientsIn(snippet).length === 0;
}
