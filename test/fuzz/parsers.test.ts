import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { amazonEventStreamParser } from '../../functions/gateway/core/wire/amazon-event-stream.ts';
import { sseParser } from '../../functions/gateway/core/wire/sse-parser.ts';
import type { WireEvent } from '../../functions/gateway/core/wire/wire-event.ts';
import fc from '../support/property.ts';
import { wireOf } from '../support/wire-of.ts';
import { mutated } from './mutations.ts';

const RUNS = { numRuns: 1_500, interruptAfterTimeLimit: 3_000 };

interface Parser {
  readonly push: (bytes: Uint8Array) => readonly WireEvent[];
  readonly end: () => readonly WireEvent[];
}

function eventsOf(parser: Parser, chunks: readonly Uint8Array[]): readonly WireEvent[] {
  return [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()];
}

const SSE = [
  'data: {"a":1}\n\n',
  'event: error\r\ndata: x\r\n\r\n',
  ': ping\n\ndata: a\ndata: b\n\ndata: [DONE]\n\n',
  '[{"a":1},\r\n{"b":2}]',
];

const parsers: readonly [string, () => Parser, readonly Uint8Array[]][] = [
  ['server-sent events', sseParser, SSE.map((text) => new TextEncoder().encode(text.repeat(5)))],
  [
    'Amazon’s frames',
    amazonEventStreamParser,
    [wireOf('bedrock').errorEvent('overloaded'), wireOf('bedrock').malformedEvent].map(
      (frame) => new Uint8Array(Buffer.concat([frame, frame, frame])),
    ),
  ],
];

for (const [name, open, samples] of parsers) {
  describe(`the parser of ${name}`, () => {
    test('gives the same events for damaged bytes wherever these are cut, and never fails', () => {
      const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
      fc.assert(
        fc.property(fc.oneof(mutated(samples), fc.uint8Array({ maxLength: 200 })), places, (bytes, shares) => {
          const whole = eventsOf(open(), [bytes]);
          const ends = [...shares.map((share) => Math.floor(share * bytes.length)), bytes.length].sort((a, b) => a - b);
          const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
          assert.deepEqual(eventsOf(open(), pieces), whole);
          assert.ok(whole.every(({ kind, data }) => typeof kind === 'string' && typeof data === 'string'));
        }),
        RUNS,
      );
    });

    test('takes time in proportion to the bytes, whatever they are', () => {
      for (const byte of [0x00, 0x0a, 0x0d, 0x3a, 0x5b, 0x64, 0xff]) {
        const startedMs = performance.now();
        const parser = open();
        const piece = new Uint8Array(1_024).fill(byte);
        for (let count = 0; count < 4_096; count += 1) {
          parser.push(piece);
        }
        parser.end();
        assert.ok(performance.now() - startedMs < 3_000, `4 MB of ${byte}`);
      }
    });
  });
}
