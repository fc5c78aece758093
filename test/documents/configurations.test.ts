import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { problemLine } from '../../functions/gateway/config/config-problem.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { placeOf, type Snippet, snippetsIn } from './snippets.ts';

type Settings = Readonly<Record<string, unknown>>;

const WHOLE = snippetsIn('json').filter(({ text }) => 'providers' in settingsOf(text) && 'routes' in settingsOf(text));

/** What fragments are put into: the README's example. */
const [EXAMPLE] = WHOLE;

describe('the configuration that stands in', () => {
  for (const snippet of snippetsIn('json')) {
    it(`${placeOf(snippet)} is accepted`, () => {
      const parsed = parseConfig(configurationWith(snippet));
      assert.deepEqual(parsed.kind === 'invalid' ? parsed.problems.map(problemLine) : [], []);
    });
  }

  it('the README is whole, and has at most 25 lines', () => {
    assert.ok(EXAMPLE);
    assert.equal(EXAMPLE.page, 'README.md');
    assert.ok(EXAMPLE.text.trimEnd().split('\n').length <= 25);
  });
});

/** The example with all that the page has said up to here: a fragment may speak of providers that the one before it names. */
function configurationWith(snippet: Snippet): Settings {
  const sofar = snippetsIn('json').filter(({ page, line }) => page === snippet.page && line <= snippet.line);
  return [EXAMPLE, ...sofar].reduce((whole, next) => merged(whole, settingsOf(next?.text ?? '{}')), {});
}

function merged(whole: Settings, part: Settings): Settings {
  const members = Object.entries(part).map(([name, value]) => [
    name,
    isSettings(value) ? { ...asSettings(whole[name]), ...value } : value,
  ]);
  return { ...whole, ...Object.fromEntries(members) };
}

/** Members as pages show them: a whole object, the members alone, or the routes' own members. */
function settingsOf(text: string): Settings {
  const json: unknown = JSON.parse(text.trimStart().startsWith('{') ? text : `{${text}}`);
  const settings = asSettings(json);
  return Object.values(settings).every((value) => isSettings(value) && 'strategy' in value)
    ? { routes: settings }
    : settings;
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asSettings(value: unknown): Settings {
  return isSettings(value) ? value : {};
}
