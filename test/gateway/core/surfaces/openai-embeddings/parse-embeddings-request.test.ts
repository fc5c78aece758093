import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { embeddingInputs } from '../../../../../functions/gateway/core/model/embedding-inputs.ts';
import { parseEmbeddingsRequest } from '../../../../../functions/gateway/core/surfaces/openai-embeddings/parse-embeddings-request.ts';

describe('parseEmbeddingsRequest', () => {
  const inputs: readonly [input: unknown, count: number][] = [
    ['a', 1],
    [['a', 'b'], 2],
    [[1, 2, 3], 1],
    [[[1], [2, 3]], 2],
  ];
  for (const [input, count] of inputs) {
    it(`reads ${JSON.stringify(input)} as ${count} input(s)`, () => {
      const parsed = parseEmbeddingsRequest({ model: 'm', input, user: null, dimensions: 8, new_member: 1 });
      assert.ok(parsed.kind === 'parsed');
      assert.deepEqual(parsed.request, { model: 'm', input, dimensions: 8, new_member: 1 });
      assert.equal(embeddingInputs(parsed.request).length, count);
    });
  }

  const refused: readonly [members: object, message: string][] = [
    [{ input: '' }, 'input must be a string, an array of strings or arrays of token ids; got an empty string.'],
    [{ input: [] }, 'input must not be empty.'],
    [{ input: ['a', ''] }, 'input[1] must be a string of at least one character; got an empty string.'],
    [{ input: ['a', 1] }, 'input[1] must be a string of at least one character; got a number.'],
    [{ input: [1, 'a'] }, 'input[1] must be a whole number of at least 0; got a string.'],
    [{ input: [[1], []] }, 'input[1] must not be empty.'],
    [{ input: 'a', dimensions: 0 }, 'dimensions must be a whole number of at least 1; got 0.'],
    [{ input: 'a', encoding_format: 'hex' }, 'encoding_format must be one of "float", "base64"; got "hex".'],
    [{ input: Array.from({ length: 2049 }, () => 'a') }, 'input must have at most 2048 items; got 2049.'],
  ];
  for (const [members, message] of refused) {
    it(`says: ${message}`, () => {
      const parsed = parseEmbeddingsRequest({ model: 'm', ...members });
      assert.equal(parsed.kind === 'invalid' && parsed.message, message);
    });
  }
});
