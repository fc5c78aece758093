import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Prompt } from '../../functions/gateway/core/model/prompt.ts';
import { PROTOCOL_NAMES } from '../../functions/gateway/core/protocols/protocols.ts';
import { protocolFor } from '../../functions/gateway/core/protocols/spoken-protocols.ts';
import { promptFacts } from '../../functions/gateway/core/routing/prompt-facts.ts';
import { loadSurface, surfaceLike } from '../../functions/gateway/core/surfaces/surfaces.ts';
import { jsonBoundsProblem, parseJson } from '../../functions/gateway/core/wire/json.ts';

/*
 * What a request costs the processor grows with its size and no faster, in every API that callers speak and every protocol of vendors: twice
 * the body takes less than three times as long. Processor time of this process and not the clock's, the least of several runs: what else the
 * machine does hardly changes it.
 */
const MOST = 3;
const RUNS = 7;
const SMALL = 300;
/** Chance does not repeat itself; a square does. */
const ATTEMPTS = 4;
/** Less cannot be told from chance. */
const LEAST_MS = 0.5;

const SCHEMA = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'number' } } };
/** Names that Node before its releases of March 2026 gives one hash in a small table: every `INDEX_STEP`th index of a list. */
const INDEX_STEP = 65_536;
/** With what JSON escapes. */
const WORDS = 'He said "now" \\ and \n then: {"a":[1,2,3]} 🙂 '.repeat(4);

type Body = (size: number) => object;

function many<Item>(size: number, item: (index: number) => readonly Item[]): readonly Item[] {
  return Array.from({ length: size }, (_, index) => item(index)).flat();
}

/** Thirty members for each of `size`. */
function colliding(size: number): object {
  return Object.fromEntries(many(30 * size, (index) => [[String(index * INDEX_STEP), {}]]));
}

const BODIES: Readonly<Record<string, Readonly<Record<string, Body>>>> = {
  '/v1/chat/completions': {
    'a long conversation with tools': (size) => ({
      model: 'm',
      tools: many(size / 4, (index) => [{ type: 'function', function: { name: `f${index}`, parameters: SCHEMA } }]),
      messages: many<object>(size, (index) => [
        { role: 'user', content: `${index} ${WORDS}` },
        {
          role: 'assistant',
          tool_calls: [
            { id: `call_${index}`, type: 'function', function: { name: 'f0', arguments: '{"city":"Ulm"}' } },
          ],
        },
        { role: 'tool', tool_call_id: `call_${index}`, content: WORDS },
      ]),
    }),
    'names like numbers whose hashes collide': (size) => ({
      model: 'm',
      messages: [{ role: 'user', content: 'Go.' }],
      tools: [
        { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: colliding(size) } } },
      ],
    }),
    'one long text': (size) => ({ model: 'm', messages: [{ role: 'user', content: WORDS.repeat(4 * size) }] }),
    'many parts': (size) => ({
      model: 'm',
      messages: [{ role: 'user', content: many(4 * size, () => [{ type: 'text', text: WORDS }]) }],
    }),
  },
  '/v1/messages': {
    'a long conversation with tools': (size) => ({
      model: 'm',
      max_tokens: 9,
      tools: many(size / 4, (index) => [{ name: `f${index}`, input_schema: SCHEMA }]),
      messages: many<object>(size, (index) => [
        { role: 'user', content: `${index} ${WORDS}` },
        { role: 'assistant', content: [{ type: 'tool_use', id: `t_${index}`, name: 'f0', input: { city: 'Ulm' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: `t_${index}`, content: WORDS }] },
        { role: 'assistant', content: WORDS },
      ]),
    }),
  },
  '/v1/responses': {
    'a long conversation with tools': (size) => ({
      model: 'm',
      tools: many(size / 4, (index) => [{ type: 'function', name: `f${index}`, parameters: SCHEMA }]),
      input: many<object>(size, (index) => [
        { role: 'user', content: `${index} ${WORDS}` },
        { type: 'function_call', call_id: `c_${index}`, name: 'f0', arguments: '{"city":"Ulm"}' },
        { type: 'function_call_output', call_id: `c_${index}`, output: WORDS },
      ]),
    }),
  },
  '/v1/completions': { 'one long text': (size) => ({ model: 'm', prompt: WORDS.repeat(4 * size) }) },
};

/** The least processor milliseconds of several runs. */
function cpuMs(run: () => void): number {
  let least = Infinity;
  for (let round = 0; round < RUNS; round += 1) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

await Promise.all(Object.keys(BODIES).map((path) => loadSurface(path, {})));

function read(path: string, text: string): Prompt {
  assert.equal(jsonBoundsProblem(Buffer.from(text)), undefined);
  const got = surfaceLike(path, {}).read(parseJson(text));
  assert.ok(got.kind === 'read', JSON.stringify(got).slice(0, 200));
  promptFacts(got.prompt, []);
  return got.prompt;
}

function assertLinear(what: string, small: () => void, large: () => void): void {
  const said: string[] = [];
  while (said.length < ATTEMPTS) {
    const [one, two] = [cpuMs(small), cpuMs(large)];
    if (two < Math.max(one, LEAST_MS) * MOST) {
      return;
    }
    said.push(`${one.toFixed(2)} ms, and ${two.toFixed(2)} ms for twice the size`);
  }
  assert.fail(`${what}: ${said.join('; ')}`);
}

describe('twice the body takes less than three times the processor', () => {
  for (const [path, bodies] of Object.entries(BODIES)) {
    for (const [what, body] of Object.entries(bodies)) {
      const [small, large] = [JSON.stringify(body(SMALL)), JSON.stringify(body(2 * SMALL))];

      it(`to read ${what} at ${path}`, () => {
        assertLinear(
          path,
          () => void read(path, small),
          () => void read(path, large),
        );
      });

      for (const protocol of PROTOCOL_NAMES) {
        it(`to say ${what} of ${path} in the protocol ${protocol}`, () => {
          const target = { model: 'm', streaming: true };
          const say = (prompt: Prompt) => (): void => {
            const encoding = protocolFor(protocol, prompt, target).encode(prompt, target);
            assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
            JSON.stringify(encoding.request.body);
          };
          assertLinear(protocol, say(read(path, small)), say(read(path, large)));
        });
      }
    }
  }
});
