import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sseParser } from '../../../../functions/gateway/core/wire/sse-parser.ts';
import type { WireEvent } from '../../../../functions/gateway/core/wire/wire-event.ts';
import fc from '../../../support/property.ts';

const encoder = new TextEncoder();

function parse(text: string, cuts: readonly number[] = []): WireEvent[] {
  const bytes = encoder.encode(text);
  const parser = sseParser();
  const bounds = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const pieces = bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
}

function message(data: string): WireEvent {
  return { kind: 'event', name: 'message', data };
}

describe('sseParser', () => {
  const table: readonly [claim: string, text: string, events: readonly WireEvent[]][] = [
    ['reads events that a blank line closes', 'data: a\n\ndata: b\n\n', [message('a'), message('b')]],
    ['takes data without a space after the colon', 'data:{"a":1}\n\n', [message('{"a":1}')]],
    ['keeps all but the first space', 'data:  a \n\n', [message(' a ')]],
    ['joins several data lines', 'data: a\ndata:\ndata\ndata: b\n\n', [message('a\n\n\nb')]],
    ['names an event', 'event: ping\ndata: {}\n\n', [{ kind: 'event', name: 'ping', data: '{}' }]],
    ['forgets the name with the event', 'event: x\n\ndata: a\n\n', [message('a')]],
    ['reads CRLF line ends', 'data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n', [message('a\nb'), message('c')]],
    ['reads CR line ends', 'data: a\r\rdata: b\r\r', [message('a'), message('b')]],
    ['reads mixed line ends', 'data: a\r\n\ndata: b\r\r\ndata: c\n\r', [message('a'), message('b'), message('c')]],
    ['drops comments, ids and retries', ': hi\nid: 7\nretry: 5\ndata: a\nunknown: x\n\n', [message('a')]],
    ['ignores an event of comments only', ': ping\n\n: ping\n\n', []],
    ['drops a byte order mark', '\u{feff}data: a\n\n', [message('a')]],
    ['flushes the last event without its blank line', 'data: a\n\ndata: [DONE]', [message('a'), message('[DONE]')]],
    [
      'takes U+2028, U+2029 and U+0085 as data',
      'data: a\u2028b\u2029c\u0085d\n\n',
      [message('a\u2028b\u2029c\u0085d')],
    ],
    [
      'reads JSON without data: over several lines',
      'data: a\r\n\r\n{\r\n  "error": {\r\n    "data": 1\r\n  }\r\n}\r\n',
      [message('a'), message('{\n  "error": {\n    "data": 1\n  }\n}')],
    ],
    [
      'closes an event where JSON without data: begins',
      'data: a\n{"error":1}\n\n',
      [message('a'), message('{"error":1}')],
    ],
    [
      'closes JSON without data: where a field follows',
      '{"error":1}\ndata: a\n\n',
      [message('{"error":1}'), message('a')],
    ],
    ['says nothing of nothing', '', []],
  ];
  for (const [claim, text, events] of table) {
    it(claim, () => assert.deepEqual(parse(text), events));
  }

  it('gives the same events wherever the bytes are cut', () => {
    const line = fc.constantFrom(
      'data: grüße 👋',
      'data:x',
      'event: e',
      ': c',
      '',
      '{"a":',
      ' 1}',
      '[1]',
      'data: ',
      'id: 1',
    );
    const text = fc
      .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 30 })
      .map((lines) => lines.flat().join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(500), { maxLength: 20 }), (source, cuts) => {
        assert.deepEqual(parse(source, cuts), parse(source));
      }),
    );
  });

  it('replaces bytes that are not UTF-8', () => {
    const parser = sseParser();
    const bytes = Uint8Array.of(...encoder.encode('data: a'), 0xff, ...encoder.encode('b\n\n'));
    assert.deepEqual(parser.push(bytes), [message('a\ufffdb')]);
  });

  it('reads an event that comes byte by byte', () => {
    const parser = sseParser();
    const events = [...encoder.encode('data: é👋\r\n\r\ndata: b\r\n\r\n')].flatMap((byte) =>
      parser.push(Uint8Array.of(byte)),
    );
    assert.deepEqual(events, [message('é👋'), message('b')]);
  });

  it('reports an event over the limit once and then reads nothing, whether in one line or in many', () => {
    for (const line of [
      'data: 0123456789ABCDEF',
      'data: 0\ndata: 0\ndata: 0\ndata: 0\ndata: 0\n',
      '{0123456789ABCDEF',
    ]) {
      const parser = sseParser({ maxEventChars: 8 });
      const events = [parser.push(encoder.encode('data: a\n\n')), parser.push(encoder.encode(line))].flat();
      assert.deepEqual(
        events.map(({ kind, name }) => [kind, name]),
        [
          ['event', 'message'],
          ['error', 'event-too-large'],
        ],
      );
      assert.deepEqual([...parser.push(encoder.encode('\n\ndata: b\n\n')), ...parser.end()], []);
    }
  });
});
