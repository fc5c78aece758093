import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { JsonObject } from '../../../functions/gateway/core/wire/json.ts';
import { canaryLine } from '../../../functions/probe/core/canary-line.ts';
import { probeLines } from '../../../functions/probe/core/probe-lines.ts';
import { PROBER_QUERIES, SAVED_QUERIES } from '../../../infra/constructs/saved-queries.ts';
import { pathsOf, type RealLogLines, realLogLines } from '../../support/real-log-lines.ts';
import { shipped, templateOf } from '../synthesised.ts';

/** Made by Logs Insights itself. */
const SYSTEM_FIELDS = ['@timestamp', '@message'];
/** Of a line that tells of DynamoDB's failure. */
const STATE_FIELDS = ['line', 'message', 'error'];

/** The lines of a run, and of calls from outside with and without a problem. */
const PROBER_LINES: readonly JsonObject[] = [
  ...probeLines({ records: [], skipped: [], storeFailures: ['read'], tookMs: 1 }, 'dev', 0),
  canaryLine({ totalMs: 1, status: 503, problem: 'status 503', note: 'no key' }, 'dev', 0),
].map((line) => JSON.parse(line));
/** Words of the language. Source: CloudWatch Logs Insights, "Query syntax". */
const COMMANDS = ['fields', 'filter', 'stats', 'sort', 'limit'];
const WORDS = new Set([...COMMANDS, 'as', 'by', 'and', 'or', 'not', 'asc', 'desc']);
const FUNCTIONS = new Set(['count', 'sum', 'avg', 'max', 'latest', 'pct', 'ispresent']);

/** The fields that a query reads: what is neither a word, a function, a text, a number nor a name that it gives itself. */
function fieldsOf(query: string): readonly string[] {
  const bare = query.replaceAll(/"[^"]*"/g, ' ');
  const own = new Set([...bare.matchAll(/\bas (\w+)/g)].map(([, name]) => name ?? ''));
  const names = [...bare.matchAll(/@?[a-z_][\w.]*/gi)].map(([name]) => name);
  return names.filter((name) => !WORDS.has(name) && !FUNCTIONS.has(name) && !own.has(name));
}

/** Whose lines a query reads; `all`: of requests and of attempts. */
function kindIn(query: string): string {
  return /line = "(\w+)"/.exec(query)?.[1] ?? 'all';
}

function carriedBy(kind: string, { request, attempt }: RealLogLines): readonly string[] {
  const fieldsIn = (lines: readonly JsonObject[]): readonly string[] => lines.flatMap((line) => pathsOf(line));
  switch (kind) {
    case 'prober':
      return fieldsIn(PROBER_LINES);
    case 'request':
      return fieldsIn(request);
    case 'attempt':
      return fieldsIn(attempt);
    case 'state':
      return STATE_FIELDS;
    default:
      return fieldsIn([...request, ...attempt]);
  }
}

describe('the saved queries', () => {
  let lines: RealLogLines;
  before(async () => {
    lines = await realLogLines();
  });

  for (const [name, commands] of Object.entries({ ...SAVED_QUERIES, ...PROBER_QUERIES })) {
    const query = commands.join(' | ');

    test(`"${name}" reads only fields that lines of real requests carry`, () => {
      const carried = new Set([
        ...carriedBy(name in PROBER_QUERIES ? 'prober' : kindIn(query), lines),
        ...SYSTEM_FIELDS,
      ]);
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
    const template = templateOf(shipped('prod'));
    const definitions = Object.values(template.findResources('AWS::Logs::QueryDefinition'));
    assert.deepEqual(
      definitions.map(({ Properties }) => Properties.Name).sort(),
      Object.keys({ ...SAVED_QUERIES, ...PROBER_QUERIES })
        .map((name) => `nemorouter-prod/${name}`)
        .sort(),
    );
    const logGroup = (of: string): string | undefined =>
      Object.keys(
        template.findResources('AWS::Logs::LogGroup', { Properties: { LogGroupName: `/nemorouter/prod/${of}` } }),
      )[0];
    for (const { Properties } of definitions) {
      const isOfProber = Properties.Name.replace('nemorouter-prod/', '') in PROBER_QUERIES;
      assert.deepEqual(Properties.LogGroupNames, [{ Ref: logGroup(isOfProber ? 'prober' : 'gateway') }]);
    }
  });

  test('of the prober are not there where it is not', () => {
    const definitions = templateOf(shipped('dev')).findResources('AWS::Logs::QueryDefinition');
    assert.equal(Object.keys(definitions).length, Object.keys(SAVED_QUERIES).length);
  });
});
