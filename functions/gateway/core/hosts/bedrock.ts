import type { Operation } from '../model/dial.ts';
import type { Host, HostedCall } from './host.ts';
import { bearer, openAiPath } from './key-hosts.ts';
import { missingPath } from './missing-path.ts';

const METHODS: Readonly<Record<Operation, string>> = {
  answer: 'converse',
  'answer-stream': 'converse-stream',
  embed: 'invoke',
  'embed-batch': 'invoke',
  'count-tokens': 'count-tokens',
};

/** Claude in Anthropic's own words. */
const INVOKE_METHODS: Readonly<Record<Operation, string>> = {
  ...METHODS,
  answer: 'invoke',
  'answer-stream': 'invoke-with-response-stream',
};

/**
 * Amazon Bedrock in one region: Converse for answers, InvokeModel for embeddings and for Claude in Anthropic's own words, and its
 * OpenAI-compatible endpoint. Source: Amazon Bedrock API reference, and its user guide on the Chat Completions and Responses APIs; read
 * 2026-11.
 */
export const bedrockHost: Host = {
  defaultBaseUrl: ({ region }) =>
    region === undefined
      ? undefined
      : `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
  path: (call) => {
    switch (call.dialect) {
      case 'openai-chat':
      case 'openai-responses':
        return `${missingPath(call.provider, '/openai/v1')}${openAiPath(call)}`;
      default:
        return modelPath(call);
    }
  },
  proof: ({ apiKey }) => (apiKey === undefined ? 'aws-sigv4' : 'credential'),
  credentialHeaders: bearer,
};

/** The whole id is one segment: Bedrock answers a bare `/` of an ARN with 2xx and an error (vercel/ai#17523). */
function modelPath({ dialect, model, operation }: HostedCall): string {
  const methods = dialect === 'anthropic-messages' ? INVOKE_METHODS : METHODS;
  return `/model/${encodeURIComponent(model)}/${methods[operation]}`;
}
