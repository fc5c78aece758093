import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { SAVED_QUERIES } from '../../../infra/constructs/saved-queries.ts';
import { pathsOf, type RealLogLines, realLogLines } from '../../support/real-log-lines.ts';
import { shipped, templateOf } from '../synthesised.ts';

/** Made by Logs Insights itself. */
const SYSTEM_FIELDS = ['@timestamp', '@message'];
/** Of a line that tells of DynamoDB's failure. */
const STATE_FIELDS = ['line', 'message', 'error'];
/** Words of the language. Source: CloudWatch Logs Insights, "Query syntax". */
const COMMANDS = ['fields', 'filter', 'stats', 'sort', 'limit'];
const WORDS = new Set([...COMMANDS, 'as', 'by', 'and', 'or', 'asc', 'desc']);
const FUNCTIONS = new Set(['count', 'sum', 'avg', 'max', 'latest', 'pct', 'ispresent']);

/** The fields that a query reads: what is neither a word, a function, a text, a number nor a name that it gives itself. */
function fieldsOf(query: string): readonly string[] {
  const bare = query.replaceAll(/"[^"]*"/g, ' ');
  const own = new Set([...bare.matchAll(/\bas (\w+)/g)].map(([, name]) => name ?? ''));
  const names = [...bare.matchAll(/@?[a-z_][\w.]*/gi)].map(([name]) => name);
  return names.filter((name) => !WORDS.has(name) && !FUNCTIONS.has(name) && !own.has(name));
}

describe('the saved queries', () => {
  let lines: RealLogLines;
  before(async () => {
    lines = await realLogLines();
  });

  for (const [name, commands] of Object.entries(SAVED_QUERIES)) {
    const query = commands.join(' | ');

    test(`"${name}" reads only fields that lines of real requests carry`, () => {
      const [, kind] = /line = "(\w+)"/.exec(query) ?? [];
      const of = [...(kind === 'attempt' ? [] : lines.request), ...(kind === 'request' ? [] : lines.attempt)];
      const ofState = kind === 'state' ? STATE_FIELDS : [];
      const carried = new Set([...ofState, ...of.flatMap((line) => pathsOf(line)), ...SYSTEM_FIELDS]);
      const fields = fieldsOf(query);
      assert.ok(fields.length > 0);
      assert.deepEqual(
        fields.filter((field) => !carried.has(field)),
        [],
      );
    });

    test(`"${name}" is made of commands that Logs Insights knows, and filters`, () => {
      const begun: readonly string[] = commands.map((command) => command.slice(0, command.indexOf(' ')));
      assert.deepEqual(
        begun.filter((command) => !COMMANDS.includes(command)),
        [],
      );
      assert.ok(begun.includes('filter'));
      const called = [...query.matchAll(/(\w+)\(/g)].map(([, called]) => called ?? '');
      assert.deepEqual(
        called.filter((call) => !FUNCTIONS.has(call)),
        [],
      );
    });
  }

  test('stand in a folder of their environment, over its log group', () => {
    const template = templateOf(shipped('dev'));
    const definitions = Object.values(template.findResources('AWS::Logs::QueryDefinition'));
    assert.deepEqual(
      definitions.map(({ Properties }) => Properties.Name).sort(),
      Object.keys(SAVED_QUERIES)
        .map((name) => `nemorouter-dev/${name}`)
        .sort(),
    );
    const [logGroup] = Object.keys(
      template.findResources('AWS::Logs::LogGroup', { Properties: { LogGroupName: '/nemorouter/dev/gateway' } }),
    );
    for (const { Properties } of definitions) {
      assert.deepEqual(Properties.LogGroupNames, [{ Ref: logGroup }]);
    }
  });
});
