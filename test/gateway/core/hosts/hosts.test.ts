import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressOf, hostOf } from '../../../../functions/gateway/core/hosts/hosts.ts';
import type { Operation } from '../../../../functions/gateway/core/model/dial.ts';
import type { ProtocolName } from '../../../../functions/gateway/core/model/gateway-config.ts';

describe('the address of a call', () => {
  const rows: readonly (readonly [ProtocolName, string, Operation, string])[] = [
    ['openai', 'gpt-5.5', 'answer-stream', 'https://api.openai.com/v1/chat/completions'],
    ['openai', 'gpt-5.5', 'answer', 'https://api.openai.com/v1/chat/completions'],
    ['openai', 'text-embedding-3-small', 'embed', 'https://api.openai.com/v1/embeddings'],
    ['anthropic', 'claude-sonnet-5', 'answer-stream', 'https://api.anthropic.com/v1/messages'],
    ['anthropic', 'claude-sonnet-5', 'count-tokens', 'https://api.anthropic.com/v1/messages/count_tokens'],
    ['gemini', 'gemini-2.5-pro', 'answer-stream', '/models/gemini-2.5-pro:streamGenerateContent?alt=sse'],
    ['gemini', 'gemini-2.5-pro', 'answer', '/models/gemini-2.5-pro:generateContent'],
    ['gemini', 'models/gemini-2.5-pro', 'answer', '/models/gemini-2.5-pro:generateContent'],
    ['gemini', 'tunedModels/my tune', 'answer', '/tunedModels/my%20tune:generateContent'],
    [
      'gemini',
      'publishers/google/models/gemini-3?x',
      'answer',
      '/publishers/google/models/gemini-3%3Fx:generateContent',
    ],
    ['gemini', 'gemini-embedding-001', 'embed-batch', '/models/gemini-embedding-001:batchEmbedContents'],
    ['bedrock', 'us.amazon.nova-2-lite-v1:0', 'answer-stream', '/model/us.amazon.nova-2-lite-v1%3A0/converse-stream'],
    ['bedrock', 'arn:aws:bedrock:x/y', 'answer', '/model/arn%3Aaws%3Abedrock%3Ax%2Fy/converse'],
    ['bedrock', 'amazon.titan-embed-text-v2:0', 'embed', '/model/amazon.titan-embed-text-v2%3A0/invoke'],
  ];
  for (const [protocol, model, operation, end] of rows) {
    it(`for ${operation} of ${model} at ${protocol} ends with ${end}`, () => {
      const address = addressOf({ model, providerSettings: { protocol, region: 'eu-north-1' } }, { operation });
      assert.ok(`${address?.baseUrl}${address?.path}`.endsWith(end), `${address?.baseUrl}${address?.path}`);
    });
  }

  it("begins with the provider's own base URL where it has one", () => {
    const providerSettings = { protocol: 'openai', baseUrl: 'http://10.0.0.5:8000/v1' } as const;
    assert.deepEqual(addressOf({ model: 'm', providerSettings }, { operation: 'answer' }), {
      baseUrl: 'http://10.0.0.5:8000/v1',
      path: '/chat/completions',
    });
  });

  it('is unknown for Bedrock without a region', () => {
    assert.equal(
      addressOf({ model: 'm', providerSettings: { protocol: 'bedrock' } }, { operation: 'answer' }),
      undefined,
    );
  });
});

describe('what proves who we are', () => {
  const rows: readonly (readonly [ProtocolName, object])[] = [
    ['openai', { authorization: 'Bearer key' }],
    ['anthropic', { 'x-api-key': 'key' }],
    ['gemini', { 'x-goog-api-key': 'key' }],
    ['bedrock', { authorization: 'Bearer key' }],
  ];
  for (const [protocol, headers] of rows) {
    it(`is ${Object.keys(headers)} at ${protocol}`, () => {
      assert.deepEqual(hostOf({ protocol }).credentialHeaders('key'), headers);
    });
  }

  it('is a signature of the AWS role on Bedrock without a key, and nothing elsewhere', () => {
    assert.deepEqual(
      rows.map(([protocol]) => hostOf({ protocol }).withoutCredential),
      ['nothing', 'nothing', 'nothing', 'aws-sigv4'],
    );
  });
});
