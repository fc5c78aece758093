import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Vendor } from '../../../../functions/gateway/core/model/vendor.ts';
import { modelRules } from '../../../../functions/gateway/core/protocols/model-rules.ts';
import type { JsonObject } from '../../../../functions/gateway/core/wire/json.ts';
import fc from '../../../support/property.ts';

interface Rules {
  readonly sampling: string;
  readonly limit: number;
}

const LINES = [
  { match: /^gpt/, rules: { limit: 2 }, source: 'a' },
  { match: /5$/, vendors: ['azure'], rules: { limit: 3, sampling: 'none' }, source: 'b' },
] as const;
const DEFAULTS: readonly Rules[] = [
  { sampling: 'any', limit: 1 },
  { sampling: 'some', limit: 0 },
];
const CONFIGURED: readonly (JsonObject | undefined)[] = [undefined, { limit: 9 }, { baseModel: 'gpt-5' }];
const MODELS = ['gpt-4', 'gpt-5', 'claude-5'];
const VENDORS: readonly Vendor[] = ['openai', 'azure'];

describe('the rules of a model', () => {
  it('are those of its table and its configuration, whoever was asked for before', () => {
    const asked = fc.record({
      defaults: fc.constantFrom(...DEFAULTS),
      configured: fc.constantFrom(...CONFIGURED),
      model: fc.constantFrom(...MODELS),
      vendor: fc.constantFrom(...VENDORS),
    });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 20 }), (all) => {
        for (const { defaults, configured, model, vendor } of all) {
          const name = configured?.baseModel ?? model;
          const expected = {
            ...defaults,
            ...(String(name).startsWith('gpt') && { limit: 2 }),
            ...(String(name).endsWith('5') && vendor === 'azure' && { limit: 3, sampling: 'none' }),
            ...configured,
          };
          assert.deepEqual(modelRules({ defaults, lines: LINES }, model, configured, vendor), expected);
        }
      }),
    );
  });
});
