import type { Prompt } from '../model/prompt.ts';

/** Nothing of a stream is kept, and Lambda's responses end here. */
const MAX_BYTES = 200 * 1024 * 1024;
/** Of a plain call all is kept until it is whole: far above any model's longest answer of words. */
const MAX_PLAIN_BYTES = 64 * 1024 * 1024;

/** Bytes that are read of one answer's body at the most. Log probabilities are some two thousand bytes a token, and several answers as many times one. */
export function maxAnswerBytes({ stream, logprobs, limits }: Pick<Prompt, 'stream' | 'logprobs' | 'limits'>): number {
  return stream || logprobs !== undefined || limits.choices > 1 ? MAX_BYTES : MAX_PLAIN_BYTES;
}
