import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from '../../../functions/gateway/config/nearest-name.ts';
import fc from '../../support/property.ts';

test('nearestName finds the name a typo was meant to be, and nothing for another word', () => {
  const known = ['timeouts', 'providers', 'deployments'];
  assert.equal(nearestName('timeout', known), 'timeouts');
  assert.equal(nearestName('Providers', known), 'providers');
  assert.equal(nearestName('deplyoments', known), 'deployments');
  assert.equal(nearestName('pord', ['dev', 'prod']), 'prod');
  assert.equal(nearestName('colour', known), undefined);
  assert.equal(nearestName('x'.repeat(10_000), known), undefined);
});

test('nearestName finds a name with one character left out', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, maxLength: 30 }), fc.nat(), (name, at) => {
      const cut = at % name.length;
      assert.equal(nearestName(name.slice(0, cut) + name.slice(cut + 1), [name]), name);
    }),
  );
});
