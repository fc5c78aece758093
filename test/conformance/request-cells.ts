import assert from 'node:assert/strict';
import { isJsonObject, type JsonObject, member, stringMember } from '../../functions/gateway/core/wire/json.ts';
import type { Exchange } from './conformance-bench.ts';
import { type Cell, type Feature, NOT_APPLICABLE } from './feature.ts';
import { VENDOR_NAMES, type Vendor } from './vendors.ts';

/** Where the feature stands in the vendor's request, as `tools.0.name`, and what stands there. `undefined`: nothing. */
export type InRequest = Readonly<Record<string, unknown>>;

/** What a vendor makes of a field: the places where it goes, or that it is left out, refused or unknown there. */
type Fate = InRequest | 'dropped' | 'refused' | 'n.a.';

interface RequestFeature extends Readonly<Record<Vendor, Fate>> {
  /** Members of the caller's request. */
  readonly ask: JsonObject;
  /** What the report of a dropped field, or the `param` of a refusal, begins with. */
  readonly field: string;
  readonly notes?: Readonly<Partial<Record<Vendor, string>>>;
}

/** A row about a field of the request: where it goes at each vendor. */
export function requestFeature(name: string, feature: RequestFeature): Feature {
  const cells = VENDOR_NAMES.map((vendor) => [vendor, cellOf(feature, vendor)]);
  // Every vendor is there.
  return { name, cells: Object.fromEntries(cells) as Feature['cells'] };
}

function cellOf({ ask, field, notes, ...fates }: RequestFeature, vendor: Vendor): Cell {
  const fate = fates[vendor];
  const note = notes?.[vendor] === undefined ? {} : { note: notes[vendor] };
  if (fate === 'n.a.') {
    return { ...NOT_APPLICABLE, ...note };
  }
  const verdict = typeof fate === 'string' ? fate : 'yes';
  return {
    ...note,
    verdict,
    check: async (bench) => {
      const exchange = await bench.chat(vendor, ask);
      switch (verdict) {
        case 'yes':
          return assertHonoured(exchange, field, isJsonObject(fate) ? fate : {});
        case 'dropped':
          return assertDropped(exchange, field);
        case 'refused':
          return assertRefused(exchange, field);
      }
    },
  };
}

function assertHonoured({ status, body, dropped, asked }: Exchange, field: string, places: InRequest): void {
  assert.equal(status, 200, JSON.stringify(body));
  assert.ok(!dropped.includes(field), `${field} was reported as dropped`);
  for (const [path, expected] of Object.entries(places)) {
    assert.deepEqual(at(asked?.body, path), expected, `${path} in ${JSON.stringify(asked?.body)}`);
  }
}

function assertDropped({ status, body, dropped, asked }: Exchange, field: string): void {
  assert.equal(status, 200, JSON.stringify(body));
  assert.ok(dropped.includes(field), `${field} is not among the dropped: ${dropped}`);
  assert.equal(member(asked?.body, field), undefined);
}

/** At once, naming the field and saying why; the vendor is not asked. */
function assertRefused({ status, body, asked }: Exchange, field: string): void {
  const error = member(body, 'error');
  assert.equal(status, 400);
  assert.ok(stringMember(error, 'param')?.startsWith(field), JSON.stringify(error));
  assert.equal(stringMember(error, 'type'), 'invalid_request_error');
  assert.equal(asked, undefined);
}

/** What stands at a path as `messages.0.content`. */
export function at(json: unknown, path: string): unknown {
  return path.split('.').reduce((found: unknown, key) => {
    return Array.isArray(found) ? found.at(Number(key)) : member(found, key);
  }, json);
}
