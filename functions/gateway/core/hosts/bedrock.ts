import type { Operation } from '../model/dial.ts';
import type { Host } from './host.ts';
import { bearer } from './openai-paths.ts';

const METHODS: Readonly<Record<Operation, string>> = {
  answer: 'converse',
  'answer-stream': 'converse-stream',
  embed: 'invoke',
  'embed-batch': 'invoke',
  'count-tokens': 'count-tokens',
};

/** Amazon Bedrock in one region: Converse for answers, InvokeModel for embeddings. Source: Amazon Bedrock API reference. */
export const bedrockHost: Host = {
  defaultBaseUrl: ({ region }) =>
    region === undefined ? undefined : `https://bedrock-runtime.${region}.amazonaws.com`,
  // The whole id is one segment: Bedrock answers a bare `/` of an ARN with 2xx and an error (vercel/ai#17523).
  path: ({ model, operation }) => `/model/${encodeURIComponent(model)}/${METHODS[operation]}`,
  credentialHeaders: bearer,
  withoutCredential: 'aws-sigv4',
};
