import type { JsonObject } from '../wire/json.ts';

/** An embeddings request in OpenAI's own shape, after `parseEmbeddingsRequest`. Source: OpenAI API reference, "Create embeddings". */
export interface EmbeddingsRequest extends JsonObject {
  readonly model: string;
  /** One text, several, one list of token ids, or several. */
  readonly input: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  readonly dimensions?: number;
  readonly encoding_format?: 'float' | 'base64';
  readonly user?: string;
}

/** What an embeddings call answers, before it is put in the caller's `encoding_format`. */
export interface EmbeddingsAnswer {
  readonly kind: 'embedded';
  /** One vector an input, in order. A string is base64 of little-endian float32, as OpenAI sends it. */
  readonly vectors: readonly (readonly number[] | string)[];
  /** Tokens of the inputs; `undefined` where the vendor does not say. */
  readonly promptTokens: number | undefined;
}
