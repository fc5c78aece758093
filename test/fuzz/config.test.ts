import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { problemLine } from '../../functions/gateway/config/config-problem.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { modelDirectory } from '../../functions/gateway/core/routing/model-directory.ts';
import fc from '../support/property.ts';
import { mutated, mutatedJson } from './mutations.ts';

const FOLDER = new URL('../../infra/environments/', import.meta.url);
const FILES = readdirSync(FOLDER).map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));
const RUNS = { numRuns: 600, interruptAfterTimeLimit: 4_000 };

/** Either a configuration that can be worked with, or sentences about what is wrong. */
function assertJudged(json: unknown): void {
  const parsed = parseConfig(json);
  if (parsed.kind === 'parsed') {
    assert.ok(modelDirectory(parsed.config).routes.size > 0);
    return;
  }
  assert.ok(parsed.problems.length > 0);
  for (const problem of parsed.problems) {
    assert.match(problemLine(problem), /. .*\. Example: ./s);
  }
}

describe('any configuration is judged in sentences', () => {
  test('as the shipped ones are', () => {
    for (const file of FILES) {
      assert.equal(parseConfig(JSON.parse(file)).kind, 'parsed');
    }
  });

  test('when its members are anything', () => {
    fc.assert(fc.property(mutatedJson(FILES.map((file) => JSON.parse(file))), assertJudged), RUNS);
  });

  test('when its text is damaged and still JSON', () => {
    const damaged = mutated(FILES.map((file) => new TextEncoder().encode(file)));
    fc.assert(
      fc.property(damaged, (bytes) => {
        const json = jsonOf(new TextDecoder().decode(bytes));
        return json === undefined || assertJudged(json);
      }),
      RUNS,
    );
  });

  test('when it is any JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), assertJudged), RUNS);
  });
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
