import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Calls with a list spread into their arguments, each with what bounds the list. Past some hundred thousand arguments such a call throws:
 * whoever makes the list long, a caller or a vendor, makes a bug of it.
 */
const BOUNDED: Readonly<Record<string, string>> = {
  'functions/gateway/core/routing/expected-latency.ts Math.min(...known)': "the route's candidates",
  'functions/gateway/core/race/race.ts Math.min(...times)': "the request's attempts",
  'functions/gateway/core/race/final-error.ts Math.min(...waits)': "the request's attempts",
  'functions/gateway/core/race/contender-limits.ts Math.min(...waits)': "the route's candidates",
  'functions/gateway/core/race/contender-limits.ts Math.min(...all.map((other) => other.expectedTtftMs))':
    "the route's candidates",
  'functions/gateway/core/probe/due-looks.ts Math.min(...healthy.map(({ expectedTtftMs }) => expectedTtftMs))':
    "the route's candidates",
  'functions/gateway/core/serve/head.ts Math.min(...caller.map((ms) => startedAtMs + ms))': 'three headers',
  'functions/gateway/core/status/decision-log.ts Math.max(...cursors.map((cursor) => seenBy(cursor, instance, added)))':
    'the cursors that are read of one request',
  'functions/gateway/core/protocols/model-rules.ts Object.assign(...known)': "the lines of a protocol's rules",
  'functions/gateway/core/model/base64-vector.ts String.fromCharCode(...bytes.subarray(start, start + SLICE_CHARS))':
    'a slice of fixed length',
  'functions/gateway/core/protocols/retry-after.ts Math.max(...waits)': 'the headers that name a wait',
  'functions/gateway/core/protocols/openai-chat/media-of-users.ts written.push(...(isShown(message) ? withoutMedia(message) : [message]))':
    'a message, or the parts of one: ten thousand at the most',
  'functions/gateway/core/protocols/openai-chat/media-of-users.ts shown.push(...mediaOf(message))':
    'the parts of a message: ten thousand at the most',
  'functions/gateway/core/serve/call-record.ts Math.max(...spent)': "the request's attempts",
};

function spreadsIn(file: string): readonly string[] {
  const source = readFileSync(ROOT + file, 'utf8');
  const { program, errors } = parseSync(file, source);
  assert.deepEqual(errors, [], file);
  const found: string[] = [];
  new Visitor({
    CallExpression: ({ callee, arguments: given }) => {
      for (const argument of given) {
        if (argument.type === 'SpreadElement') {
          const [called, spread] = [callee, argument].map(({ start, end }) => source.slice(start, end));
          found.push(`${file} ${called}(${spread})`);
        }
      }
    },
  }).visit(program);
  return found;
}

describe('calls in the core', () => {
  const found = globSync('functions/gateway/core/**/*.ts', { cwd: ROOT }).flatMap(spreadsIn);

  it('have no list of unknown length spread into their arguments', () => {
    assert.deepEqual(
      found.filter((place) => BOUNDED[place] === undefined),
      [],
    );
  });

  it('are excepted from that only while they are there', () => {
    assert.deepEqual(
      Object.keys(BOUNDED).filter((place) => !found.includes(place)),
      [],
    );
  });
});
