import { readBedrockFailure } from '../bedrock-converse/bedrock-failure.ts';
import type { Protocol } from '../protocol.ts';
import { openai } from './openai.ts';
import { readOpenAiFailure } from './openai-failure.ts';

/** Bedrock's OpenAI-compatible endpoint. What AWS itself refuses, before a model is asked, it refuses in its own words. */
export const openAiOnBedrock: Protocol = {
  ...openai,
  readFailure: (response) =>
    response.headers['x-amzn-errortype'] === undefined ? readOpenAiFailure(response) : readBedrockFailure(response),
};
