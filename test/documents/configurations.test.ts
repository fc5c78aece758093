import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { problemLine } from '../../functions/gateway/config/config-problem.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { mergedSettings, type Settings, settingsOf } from './shown-settings.ts';
import { placeOf, type Snippet, snippetsIn } from './snippets.ts';

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
  return [EXAMPLE, ...sofar].reduce((whole, next) => mergedSettings(whole, settingsOf(next?.text ?? '{}')), {});
}
