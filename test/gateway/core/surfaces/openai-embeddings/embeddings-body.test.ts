import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromBase64Vector, toBase64Vector } from '../../../../../functions/gateway/core/model/base64-vector.ts';
import { embeddingsBody } from '../../../../../functions/gateway/core/surfaces/openai-embeddings/embeddings-body.ts';
import fc from '../../../../support/property.ts';

/** 1.5 and -2 as little-endian float32. */
const BASE64 = Buffer.from([0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0]).toString('base64');

describe('embeddingsBody', () => {
  const table: readonly [
    format: 'float' | 'base64' | undefined,
    vector: string | number[],
    embedding: string | number[],
  ][] = [
    ['float', [1.5, -2], [1.5, -2]],
    [undefined, [1.5, -2], [1.5, -2]],
    ['base64', [1.5, -2], BASE64],
    ['base64', BASE64, BASE64],
    ['float', BASE64, [1.5, -2]],
  ];
  for (const [format, vector, embedding] of table) {
    it(`answers ${format ?? 'no format'} from ${typeof vector === 'string' ? 'base64' : 'numbers'}`, () => {
      const request = { model: 'asked', input: 'x', ...(format && { encoding_format: format }) };
      assert.deepEqual(embeddingsBody({ kind: 'embedded', vectors: [vector], promptTokens: 3 }, request, 'served'), {
        object: 'list',
        data: [{ object: 'embedding', index: 0, embedding }],
        model: 'served',
        usage: { prompt_tokens: 3, total_tokens: 3 },
      });
    });
  }

  it('counts no tokens where the vendor counts none', () => {
    const body = embeddingsBody(
      { kind: 'embedded', vectors: [], promptTokens: undefined },
      { model: 'm', input: 'x' },
      'm',
    );
    assert.deepEqual(body.usage, { prompt_tokens: 0, total_tokens: 0 });
  });
});

describe('base64 vectors', () => {
  it('come back as the float32 that went in, also long ones', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true }), { maxLength: 5000 }), (vector) => {
        assert.deepEqual(fromBase64Vector(toBase64Vector(vector)), vector);
      }),
      { numRuns: 20 },
    );
  });

  it('are what Buffer makes of the same floats', () => {
    const vector = Array.from({ length: 3072 }, (_, index) => Math.sin(index));
    assert.equal(toBase64Vector(vector), Buffer.from(Float32Array.from(vector).buffer).toString('base64'));
  });

  it('are not read from other text', () => {
    assert.deepEqual(['*', 'AAA=', 'AAAAAAA='].map(fromBase64Vector), [undefined, undefined, undefined]);
  });
});
