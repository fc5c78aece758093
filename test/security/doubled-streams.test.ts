import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { WireAnswer, WirePart } from '../../infra/local/simulated/vendor-wire.ts';
import { wireOf } from '../support/wire-of.ts';
import { ASKED, EVERY_PROTOCOL, modelAt, type ProtocolGateway, protocolGateway } from './support/every-protocol.ts';
import { SURFACE_FORMS, type SurfaceForm, waysOfAsking } from './support/surface-forms.ts';

/**
 * A hostile vendor's stream of twice the length costs less than three times the processor's time, whatever it is full of, for every protocol,
 * and whichever surface it is written for, plain and streamed. The least of several runs is compared: what else the machine does only adds.
 */

const MAX_GROWTH = 3;
const RUNS = 3;
const ATTEMPTS = 4;
/** Less than so much is noise: then the larger stream alone has to stay below what would be too much. */
const NOISE_MS = 6;
/** Events, or what else a stream is full of. */
const SIZE = 800;

interface Hostile {
  readonly parts: (size: number) => readonly WirePart[];
  /** What is done to the bytes: more of them, or others cuts. */
  readonly bytes?: (pieces: readonly Uint8Array[], size: number, protocol: ProtocolName) => readonly Uint8Array[];
}

const HELLO: readonly WirePart[] = [{ kind: 'text', fragments: ['Hello'] }];

function repeated<Item>(count: number, item: (index: number) => Item): readonly Item[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

function callOf(index: number, fragments: readonly string[]): WirePart {
  return { kind: 'tool-call', id: `call_${index}`, name: `f${index % 7}`, fragments };
}

const STREAMS: Readonly<Record<string, Hostile>> = {
  'tiny words': { parts: (size) => [{ kind: 'text', fragments: repeated(size, () => 'a ') }] },
  'tiny thoughts': { parts: (size) => [{ kind: 'reasoning', fragments: repeated(size, () => 'a ') }, ...HELLO] },
  'one long line': { parts: (size) => [{ kind: 'text', fragments: ['x'.repeat(200 * size)] }] },
  'one line of escapes': { parts: (size) => [{ kind: 'text', fragments: ['\\"\n\u2028'.repeat(40 * size)] }] },
  'calls of tools': { parts: (size) => repeated(size / 2, (index) => callOf(index, ['{}'])) },
  'one call in pieces': {
    parts: (size) => [callOf(0, ['{"a":"', ...repeated(size, () => 'b'), '"}'])],
  },
  'one call of nested JSON': {
    parts: (size) => [callOf(0, [`{"a":[${'{},'.repeat(10 * size)}{}]}`])],
  },
  'parts of two kinds in turn': {
    parts: (size) =>
      repeated(size / 3, (index) => ({ kind: index % 2 === 0 ? 'reasoning' : 'text', fragments: [`${index}`] })),
  },
  'bytes one by one': {
    parts: () => HELLO,
    bytes: (pieces, size) => {
      const whole = Buffer.concat(pieces);
      // The last event is cut where it is: what is between grows.
      return [
        ...pieces.slice(0, -1),
        ...repeated(whole.length, () => new Uint8Array(0)).slice(0, size),
        pieces.at(-1)!,
      ];
    },
  },
  'one event in many bytes': {
    parts: (size) => [{ kind: 'text', fragments: ['y'.repeat(20 * size)] }],
    bytes: (pieces) =>
      pieces.flatMap((piece) => repeated(Math.ceil(piece.length / 16), (at) => piece.subarray(16 * at, 16 * at + 16))),
  },
  'comments and empty lines': {
    parts: () => HELLO,
    bytes: (pieces, size, protocol) =>
      protocol === 'bedrock'
        ? pieces
        : [
            ...pieces.slice(0, 1),
            ...repeated(size, (index) => Buffer.from(index % 2 === 0 ? ': x\n\n' : '\n')),
            ...pieces.slice(1),
          ],
  },
  'many choices': {
    parts: () => [{ kind: 'text', fragments: ['Hello'] }],
    bytes: (pieces, size) =>
      pieces.flatMap((piece) => {
        const text = Buffer.from(piece).toString();
        return text.includes('"index":0')
          ? [piece, ...repeated(size / 4, (index) => Buffer.from(text.replaceAll('"index":0', `"index":${index + 1}`)))]
          : [piece];
      }),
  },
  'one event again and again': {
    parts: () => HELLO,
    bytes: (pieces, size) => [
      ...pieces.slice(0, 1),
      ...repeated(size, () => pieces[Math.min(1, pieces.length - 1)]!),
      ...pieces.slice(1),
    ],
  },
};

function answerOf(parts: readonly WirePart[]): WireAnswer {
  const usage = { inputTokens: 1, outputTokens: 2 };
  return { id: 'a', model: 'model', createdSeconds: 1, parts, finish: 'stop', usage };
}

function bytesOf(protocol: ProtocolName, { parts, bytes }: Hostile, size: number): readonly Uint8Array[] {
  const { prelude, content, ending } = wireOf(protocol).stream(answerOf(parts(size)), ASKED);
  const pieces = [...prelude, ...content, ...ending];
  return bytes?.(pieces, size, protocol) ?? pieces;
}

async function* body(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

interface Hosted {
  readonly gateway: ProtocolGateway;
  says: readonly Uint8Array[];
}

function hostedBy(protocol: ProtocolName): Hosted {
  const hosted: { says: readonly Uint8Array[] } = { says: [] };
  const dial: Dial = async () => ({ kind: 'answered', status: 200, headers: {}, body: body(hosted.says) });
  return Object.assign(hosted, { gateway: protocolGateway(protocol, { ports: { dial } }) });
}

async function leastMs(hosted: Hosted, form: SurfaceForm, runs: number): Promise<number> {
  const asked = JSON.stringify(form.body(modelAt(form.path), {}));
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const before = process.cpuUsage();
    await hosted.gateway.ask(form.path, asked);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return Math.min(...times);
}

/** How a stream of twice the length did where it cost too much each time, else nothing. Chance does not repeat itself; a square does. */
async function growthOf(
  hosted: Hosted,
  form: SurfaceForm,
  streamOf: (size: number) => readonly Uint8Array[],
): Promise<string | undefined> {
  let said: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // Most need to be looked at once.
    const runs = attempt === 0 ? 1 : RUNS;
    hosted.says = streamOf(SIZE);
    const once = await leastMs(hosted, form, runs);
    hosted.says = streamOf(2 * SIZE);
    const twice = await leastMs(hosted, form, runs);
    if (twice <= MAX_GROWTH * Math.max(once, NOISE_MS)) {
      return undefined;
    }
    said = `${once.toFixed(1)} ms, then ${twice.toFixed(1)} ms`;
  }
  return said;
}

const FORMS = SURFACE_FORMS.filter(({ name }) => !['embeddings', 'count_tokens', 'completions'].includes(name));

for (const [way, form] of FORMS.flatMap(waysOfAsking)) {
  describe(`the cost of a hostile stream for ${form.name}, ${way}`, () => {
    for (const protocol of EVERY_PROTOCOL) {
      it(`grows no faster than the stream of a vendor that speaks ${protocol}`, async () => {
        const hosted = hostedBy(protocol);
        const slow: string[] = [];
        for (const [name, hostile] of Object.entries(STREAMS)) {
          const said = await growthOf(hosted, form, (size) => bytesOf(protocol, hostile, size));
          slow.push(...(said === undefined ? [] : [`${name}: ${said}`]));
        }
        assert.deepEqual(slow, []);
      });
    }
  });
}
