import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amazonEventStreamParser } from '../../../../functions/gateway/core/wire/amazon-event-stream.ts';
import type { WireEvent } from '../../../../functions/gateway/core/wire/wire-event.ts';
import {
  amazonFrame,
  errorFrame,
  eventFrame,
  exceptionFrame,
  type FrameHeader,
} from '../../../support/amazon-event-stream-frames.ts';
import fc from '../../../support/property.ts';

function parse(pieces: readonly Uint8Array[], options = {}): readonly WireEvent[] {
  const parser = amazonEventStreamParser(options);
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(frames));
}

/** `bytes` cut after each of `lengths`, and the rest. */
function cut(bytes: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const length of lengths) {
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return [...pieces, bytes.subarray(at)];
}

/** The bytes with one 32-bit number replaced. */
function withU32(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(offset, value);
  return copy;
}

test('An event, an exception and an error frame give their kind, name and text', () => {
  const bytes = joined([
    eventFrame('contentBlockDelta', { delta: { text: 'Grüße 🌍' } }),
    exceptionFrame('throttlingException', { message: 'slow down' }),
    errorFrame('InternalFailure', 'it broke'),
  ]);
  assert.deepEqual(parse([bytes]), [
    { kind: 'event', name: 'contentBlockDelta', data: '{"delta":{"text":"Grüße 🌍"}}' },
    { kind: 'exception', name: 'throttlingException', data: '{"message":"slow down"}' },
    { kind: 'error', name: 'InternalFailure', data: 'it broke' },
  ]);
});

test('Header values of every type are stepped over', () => {
  const headers: readonly FrameHeader[] = [
    ['true', { type: 0, bytes: new Uint8Array() }],
    ['false', { type: 1, bytes: new Uint8Array() }],
    ['byte', { type: 2, bytes: new Uint8Array(1) }],
    ['short', { type: 3, bytes: new Uint8Array(2) }],
    ['integer', { type: 4, bytes: new Uint8Array(4) }],
    ['long', { type: 5, bytes: new Uint8Array(8) }],
    ['bytes', { type: 6, bytes: Uint8Array.of(0, 3, 1, 2, 3) }],
    ['timestamp', { type: 8, bytes: new Uint8Array(8) }],
    ['uuid', { type: 9, bytes: new Uint8Array(16) }],
    [':message-type', 'event'],
    [':event-type', 'metadata'],
  ];
  assert.deepEqual(parse([amazonFrame(headers, '{}')]), [{ kind: 'event', name: 'metadata', data: '{}' }]);
});

test('A header of an unknown type, a header that overruns and a missing message type make the frame malformed', () => {
  const unreadable: readonly (readonly FrameHeader[])[] = [
    [['what', { type: 10, bytes: new Uint8Array(2) }]],
    [['long', { type: 7, bytes: Uint8Array.of(255, 255, 1) }]],
    [['cut', { type: 6, bytes: Uint8Array.of(0) }]],
    [[':event-type', 'messageStart']],
    [],
  ];
  for (const headers of unreadable) {
    assert.deepEqual(namesOf(parse([amazonFrame(headers, '{}')])), ['error malformed-frame']);
  }
});

test('A frame of an unknown message type is left out and the next one is read', () => {
  const unknown = amazonFrame([[':message-type', 'heartbeat']], '');
  assert.deepEqual(namesOf(parse([joined([unknown, eventFrame('messageStop', {})])])), ['event messageStop']);
});

test('Nothing after a malformed frame is read', () => {
  const good = eventFrame('messageStart', { role: 'assistant' });
  const bad = good.slice();
  bad[bad.length - 1] = (bad[bad.length - 1] ?? 0) ^ 1;
  assert.deepEqual(namesOf(parse([joined([good, bad, good]), good])), ['event messageStart', 'error malformed-frame']);
});

test('A frame larger than the limit is malformed before its bytes are held', () => {
  const frame = eventFrame('contentBlockDelta', { delta: { text: 'x'.repeat(100) } });
  assert.deepEqual(namesOf(parse([frame.subarray(0, 12)], { maxFrameBytes: 100 })), ['error malformed-frame']);
  assert.deepEqual(namesOf(parse([frame], { maxFrameBytes: frame.length })), ['event contentBlockDelta']);
});

test('A JSON body in place of frames is malformed, not waited for', () => {
  const body = Buffer.from('{"Output":{"__type":"UnknownOperationException"},"Version":"1.0"}');
  assert.deepEqual(namesOf(parse([body])), ['error malformed-frame']);
});

test('A changed length is noticed by the checksum of the prelude', () => {
  const frame = eventFrame('messageStart', { role: 'assistant' });
  for (const [offset, value] of [
    [0, 0],
    [0, 0xffffffff],
    [4, 0xffffffff],
  ] as const) {
    assert.deepEqual(namesOf(parse([withU32(frame, offset, value)])), ['error malformed-frame']);
  }
});

test('An end between frames says nothing, and an end inside a frame says that it was cut', () => {
  const frame = eventFrame('messageStop', { stopReason: 'end_turn' });
  assert.deepEqual(namesOf(parse([frame])), ['event messageStop']);
  for (const length of [1, 11, 12, frame.length - 1]) {
    assert.deepEqual(namesOf(parse([frame.subarray(0, length)])), ['error truncated-frame']);
  }
});

const frames = fc.array(
  fc.oneof(
    fc
      .tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme', maxLength: 3000 }))
      .map(([name, text]) => eventFrame(name, { text })),
    fc.string({ unit: 'grapheme' }).map((message) => exceptionFrame('modelStreamErrorException', { message })),
    fc.string({ unit: 'grapheme' }).map((message) => errorFrame('InternalFailure', message)),
  ),
  { minLength: 1, maxLength: 8 },
);

test('The events are the same wherever the bytes are cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(700)), (sent, lengths) => {
      const bytes = joined(sent);
      assert.deepEqual(parse(cut(bytes, lengths)), parse([bytes]));
      assert.deepEqual(
        parse(
          cut(
            bytes,
            Array.from(bytes.subarray(0, 200), () => 1),
          ),
        ),
        parse([bytes]),
      );
    }),
  );
});

test('The parser keeps no view of what it was given', () => {
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 50 }), (sent, size) => {
      const bytes = joined(sent);
      const parser = amazonEventStreamParser();
      const reused = new Uint8Array(size);
      const events: WireEvent[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        const piece = bytes.subarray(at, at + size);
        reused.set(piece);
        events.push(...parser.push(reused.subarray(0, piece.length)));
      }
      assert.deepEqual(events, parse([bytes]));
    }),
  );
});

test('A flipped bit never passes as data: what came before it stands and the rest is malformed or cut', () => {
  fc.assert(
    fc.property(frames, fc.nat(), fc.nat(7), (sent, position, bit) => {
      const bytes = joined(sent);
      const at = position % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      const events = parse([bytes]);
      const untouched = framesBefore(sent, at);
      assert.deepEqual(events.slice(0, -1), parse([joined(sent.slice(0, untouched))]));
      assert.match(namesOf(events).at(-1) ?? '', /^error (malformed|truncated)-frame$/);
    }),
  );
});

test('Bytes that are no frames never crash the parser', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (pieces) => {
      assert.ok(parse(pieces).length <= 1);
    }),
  );
});

function framesBefore(sent: readonly Uint8Array[], at: number): number {
  let end = 0;
  return sent.findIndex((frame) => {
    end += frame.length;
    return at < end;
  });
}

function namesOf(events: readonly WireEvent[]): readonly string[] {
  return events.map((event) => `${event.kind} ${event.name}`);
}
