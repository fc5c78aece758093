import fc from '../support/property.ts';

/** Bytes that mean something to parsers of JSON, of server-sent events and of HTTP. */
const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  ',',
  ':',
  'null',
  'true',
  '1e999',
  '-0',
  '""',
  '[]',
  '{}',
  '\\u0000',
  '\\ud800',
  '"__proto__":',
  '"constructor":',
  '"type":',
  '"index":',
  '\n',
  '\r',
  '\r\n\r\n',
  '\n\n',
  'data: ',
  'event: error\n',
  '[DONE]',
  '\u0000',
  '\ufeff',
  '\u2028',
  '99999999999999999999',
  '0.1',
  ' ',
  '\t',
].map((token) => new TextEncoder().encode(token));

type Mutation = (bytes: Uint8Array) => Uint8Array;

/** A place in bytes of any length, as a share of it. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function at(bytes: Uint8Array, share: number): number {
  return Math.floor(share * (bytes.length + 1));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  // One byte becomes another.
  fc.tuple(place, fc.nat({ max: 255 })).map(
    ([share, value]): Mutation =>
      (bytes) => {
        const copy = bytes.slice();
        copy[Math.min(bytes.length - 1, at(bytes, share))] = value;
        return copy;
      },
  ),
  // A stretch is lost, or the rest of it.
  fc.tuple(place, place).map(
    ([from, to]): Mutation =>
      (bytes) => {
        const [start, end] = [at(bytes, Math.min(from, to)), at(bytes, Math.max(from, to))];
        return joined(bytes.subarray(0, start), bytes.subarray(end));
      },
  ),
  place.map(
    (share): Mutation =>
      (bytes) =>
        bytes.subarray(0, at(bytes, share)),
  ),
  // A stretch comes twice, or somewhere else.
  fc.tuple(place, place, place).map(
    ([from, to, into]): Mutation =>
      (bytes) => {
        const stretch = bytes.slice(at(bytes, Math.min(from, to)), at(bytes, Math.max(from, to)));
        return joined(bytes.subarray(0, at(bytes, into)), stretch, bytes.subarray(at(bytes, into)));
      },
  ),
  // Something that means something comes in between.
  fc.tuple(place, fc.constantFrom(...TOKENS), fc.integer({ min: 1, max: 40 })).map(
    ([share, token, times]): Mutation =>
      (bytes) => {
        const tokens = Array.from({ length: times }, () => token);
        return joined(bytes.subarray(0, at(bytes, share)), ...tokens, bytes.subarray(at(bytes, share)));
      },
  ),
);

/** Real bytes after some mutations: near enough to the truth to get far, wrong enough to be dangerous. */
export function mutated(samples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([sample, mutations]) => mutations.reduce((bytes, mutate) => mutate(bytes), sample).slice(0, MAX_BYTES));
}

/** Stretches that come twice may come four times: runs stay short. */
const MAX_BYTES = 64 * 1024;

/** Real JSON in which some members have become other JSON: it always parses. */
export function mutatedJson(samples: readonly unknown[]): fc.Arbitrary<unknown> {
  const change = fc.tuple(
    fc.nat({ max: 200 }),
    fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...ODD_VALUES)),
  );
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([sample, changes]) => {
      const copy: unknown = structuredClone(sample);
      for (const [index, value] of changes) {
        replaceMember(copy, index, value);
      }
      return copy;
    });
}

const ODD_VALUES: readonly unknown[] = [
  null,
  '',
  0,
  -1,
  1e308,
  2 ** 53,
  true,
  [],
  {},
  [[]],
  [null],
  [{}],
  '\u0000',
  '\ud800',
  'data:image/png;base64,',
  'data:,',
  'https://a.example/b.png',
  '{"a":',
  Array.from({ length: 50 }, () => ''),
];

/** Puts `value` in place of the member that comes `index`th on a walk through the whole value, counted around. */
function replaceMember(root: unknown, index: number, value: unknown): void {
  const places: (() => void)[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) {
      return;
    }
    for (const key of Object.keys(node)) {
      places.push(() => void Reflect.set(node, key, structuredClone(value)));
      walk(Reflect.get(node, key));
    }
  };
  walk(root);
  places[index % Math.max(1, places.length)]?.();
}
