import { type JsonObject, stringMember } from '../wire/json.ts';

/** What a text is embedded for. */
export type EmbeddingPurpose = 'query' | 'document';

/**
 * What the texts of a request are embedded for, by its `input_type` in whichever vendor's word: an extension that OpenAI does not have.
 * `undefined` where it says nothing that has an equal elsewhere.
 */
export function embeddingPurpose(request: JsonObject): EmbeddingPurpose | undefined {
  return PURPOSES.get(stringMember(request, 'input_type')?.toLowerCase());
}

/** Those of NVIDIA, Cohere, Google and Amazon. */
const PURPOSES: ReadonlyMap<string | undefined, EmbeddingPurpose> = new Map([
  ['query', 'query'],
  ['search_query', 'query'],
  ['retrieval_query', 'query'],
  ['generic_retrieval', 'query'],
  ['passage', 'document'],
  ['document', 'document'],
  ['search_document', 'document'],
  ['retrieval_document', 'document'],
  ['generic_index', 'document'],
]);
