import type { EmbeddingsRequest } from './embeddings.ts';

/** The inputs of an embeddings request, one by one: a text or a list of token ids each. The answer has one vector an input. */
export function embeddingInputs({ input }: EmbeddingsRequest): readonly (string | readonly number[])[] {
  return isOneInput(input) ? [input] : input;
}

function isOneInput(input: EmbeddingsRequest['input']): input is string | readonly number[] {
  return typeof input === 'string' || typeof input[0] === 'number';
}
