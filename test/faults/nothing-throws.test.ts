import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { settledIn, virtualTime } from '../bench/routing/virtual-time.ts';
import { movesOf } from '../support/fake-provider-moves.ts';
import type { Step } from '../support/fake-provider-step.ts';
import fc from '../support/property.ts';
import { wireOf } from '../support/wire-of.ts';
import { readAnswer, type SeenContent } from './support/seen-answer.ts';
import { PLAIN_REQUEST } from './support/stream-places.ts';
import { askVirtually, virtualGateway } from './support/virtual-fleet.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'anthropic', 'gemini', 'bedrock'];
const START_MS = 1_800_000_000_000;
const RUNS = 120;
const WHOLE = 'One two three.';

/** How a provider's connection behaves: these bytes, and then an end, a break or silence. */
interface Behaviour {
  readonly pieces: readonly Uint8Array[];
  readonly ending: 'ends' | 'breaks' | 'stays silent';
}

/** What a caller got, and what was recorded. */
interface Course {
  readonly status: number;
  readonly content: SeenContent;
  readonly records: readonly RequestRecord[];
}

/** Asks a gateway whose first provider behaves so; the second is well. */
async function play(
  protocol: ProtocolName,
  behaviour: Behaviour,
  stream: boolean,
  onStreamCut: string,
): Promise<Course> {
  const time = virtualTime(START_MS);
  const records: RequestRecord[] = [];
  const well: Behaviour = { pieces: [bytesOf(protocol, { kind: 'answer', text: WHOLE })], ending: 'ends' };
  const dial: Dial = async ({ deployment, signal }) => ({
    kind: 'answered',
    status: 200,
    headers: {},
    body: bodyOf(deployment.id === 'first' ? behaviour : well, signal),
  });
  const gateway = virtualGateway({
    config: configOf(protocol, onStreamCut),
    clock: time.clock,
    dial,
    store: memoryStore(time.clock),
    seed: 1,
    onRecord: (record) => records.push(record),
  });
  const asked = askVirtually(gateway, 'key', { model: 'all', ...(stream ? { stream } : {}) });
  const answer = await settledIn(time, asked);
  return { status: answer.status, content: readAnswer(answer.text, stream && answer.status === 200), records };
}

function configOf(protocol: ProtocolName, onStreamCut: string): object {
  const provider = { protocol, baseUrl: 'http://provider.test', apiKey: 'KEY', region: 'us-east-1' };
  const { region: _, ...others } = provider;
  const deployment = { model: 'model', prefill: true };
  return {
    providers: {
      first: protocol === 'bedrock' ? provider : others,
      second: protocol === 'bedrock' ? provider : others,
    },
    deployments: { first: { provider: 'first', ...deployment }, second: { provider: 'second', ...deployment } },
    routes: { all: { strategy: 'ordered', deployments: ['first', 'second'], onStreamCut } },
  };
}

async function* bodyOf({ pieces, ending }: Behaviour, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
    await new Promise(setImmediate);
  }
  if (ending === 'breaks') {
    throw Object.assign(new Error('broken'), { code: 'ECONNRESET' });
  }
  if (ending === 'stays silent') {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  }
}

function bytesOf(protocol: ProtocolName, step: Step): Uint8Array {
  const scene = { wire: wireOf(protocol), request: PLAIN_REQUEST, ordinal: 1 };
  return Buffer.concat(movesOf(step, scene).flatMap((move) => (move.do === 'write' ? [move.bytes] : [])));
}

/** The bytes cut at places that a property chooses. */
function split(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const bounds = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
}

/** One wound to a stream of bytes. */
type Wound = (bytes: Uint8Array) => Uint8Array;

const place = fc.nat(4000);
const wound: fc.Arbitrary<Wound> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(
    ([at, value]): Wound =>
      (bytes) =>
        bytes.with(at % bytes.length, value),
  ),
  fc.tuple(place, fc.nat(60)).map(
    ([at, length]): Wound =>
      (bytes) =>
        without(bytes, at % bytes.length, length),
  ),
  fc.tuple(place, fc.uint8Array({ maxLength: 40 })).map(
    ([at, noise]): Wound =>
      (bytes) =>
        inserted(bytes, at, noise),
  ),
  fc.tuple(place, fc.nat(200)).map(
    ([at, length]): Wound =>
      (bytes) => {
        const from = at % bytes.length;
        return inserted(bytes, from, bytes.slice(from, from + length));
      },
  ),
  fc
    .constantFrom(
      'null',
      '[]',
      '{}',
      '-1e999',
      '"__proto__"',
      '[[[[',
      ',"choices":null',
      '\n\n',
      '\ndata: ',
      '"\\ud800"',
    )
    .chain((text) =>
      place.map(
        (at): Wound =>
          (bytes) =>
            inserted(bytes, at, new TextEncoder().encode(text)),
      ),
    ),
);

function without(bytes: Uint8Array, from: number, length: number): Uint8Array {
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
}

function inserted(bytes: Uint8Array, at: number, more: Uint8Array): Uint8Array {
  const from = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, from), more, bytes.subarray(from)]);
}

const STEPS: readonly Step[] = [
  { kind: 'answer', text: WHOLE },
  { kind: 'answer', text: WHOLE, reasoning: ['Hm', '.'] },
  { kind: 'tool-call', calls: [{ name: 'look', fragments: ['{"a"', ':[1]}'] }] },
  { kind: 'answer', text: WHOLE, as: 'body' },
];

const endings = fc.constantFrom('ends' as const, 'breaks' as const, 'stays silent' as const);
const onStreamCut = fc.constantFrom('error', 'continue');
const places = fc.array(fc.nat(4000), { maxLength: 8 });

/** Whole or visibly broken, and recorded once: nothing between. */
function assertSound({ status, content, records }: Course): void {
  assert.equal(records.length, 1);
  const isRefused = status >= 400;
  assert.ok(isRefused || status === 200);
  assert.equal(content.error === undefined, content.isDone, 'either an error or a whole answer');
  assert.equal(records[0]?.ending === 'complete', content.isDone);
}

for (const protocol of PROTOCOLS) {
  describe(`an answer in the ${protocol} protocol`, () => {
    it('that is wounded anywhere throws nothing, and ends whole or with an error', async () => {
      const wounds = fc.array(wound, { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            step: fc.constantFrom(...STEPS),
            wounds,
            places,
            ending: endings,
            onStreamCut,
            stream: fc.boolean(),
          }),
          async ({ step, wounds: all, places: cuts, ending, onStreamCut: cut, stream }) => {
            const bytes = all.reduce(
              (wounded, hurt) => (wounded.length === 0 ? wounded : hurt(wounded)),
              bytesOf(protocol, step),
            );
            assertSound(await play(protocol, { pieces: split(bytes, cuts), ending }, stream, cut));
          },
        ),
        { numRuns: RUNS },
      );
    });

    it('that breaks off at any byte is never taken for a whole one with missing text', async () => {
      const whole = bytesOf(protocol, { kind: 'answer', text: WHOLE });
      await fc.assert(
        fc.asyncProperty(
          fc.record({ at: fc.nat(whole.length), places, ending: endings, onStreamCut, stream: fc.boolean() }),
          async ({ at, places: cuts, ending, onStreamCut: cut, stream }) => {
            const course = await play(protocol, { pieces: split(whole.subarray(0, at), cuts), ending }, stream, cut);
            assertSound(course);
            if (course.content.isDone && cut === 'error') {
              assert.equal(course.content.text, WHOLE);
            }
            assert.ok(stream || course.content.isDone, 'a plain call is served by the other one');
          },
        ),
        { numRuns: RUNS },
      );
    });
  });
}

describe('a stream that its consumer leaves', () => {
  for (const leave of ['return', 'throw'] as const) {
    for (const after of [0, 1, 2]) {
      it(`by ${leave} after ${after} pieces aborts the provider and is recorded as left`, async () => {
        const time = virtualTime(START_MS);
        const records: RequestRecord[] = [];
        const signals: AbortSignal[] = [];
        const bytes = bytesOf('openai', { kind: 'answer', text: 'One two three four five.' });
        const gateway = virtualGateway({
          config: configOf('openai', 'error'),
          clock: time.clock,
          dial: async ({ signal }) => {
            signals.push(signal);
            const pieces = split(bytes.subarray(0, bytes.length - 400), [500, 700, 900]);
            return {
              kind: 'answered',
              status: 200,
              headers: {},
              body: bodyOf({ pieces, ending: 'stays silent' }, signal),
            };
          },
          store: memoryStore(time.clock),
          seed: 1,
          onRecord: (record) => records.push(record),
        });
        const body = { model: 'all', stream: true, messages: [{ role: 'user', content: 'Hello' }] };
        const answering = gateway({
          method: 'POST',
          path: '/v1/chat/completions',
          headers: { authorization: 'Bearer key' },
          readBody: async () => new TextEncoder().encode(JSON.stringify(body)),
          signal: new AbortController().signal,
        });
        const answer = await settledIn(time, answering);
        assert.ok(typeof answer.body !== 'string');
        const pieces = answer.body[Symbol.asyncIterator]();
        for (let piece = 0; piece < after; piece += 1) {
          await pieces.next();
        }
        await (leave === 'return' ? pieces.return?.() : pieces.throw?.(new Error('The pipe broke.')))?.catch(
          () => undefined,
        );
        await settledIn(time, answer.afterEnd());
        assert.ok(signals[0]?.aborted);
        assert.deepEqual(
          records.map(({ ending }) => ending),
          ['hung-up'],
        );
      });
    }
  }
});
