import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type OpenAI from 'openai';
import { APIError } from 'openai';
import type { EmbeddingCreateParams } from 'openai/resources/embeddings';
import {
  arrayMember,
  member,
  numberMember,
  objectMember,
  parseJson,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { expectedAnswer } from './expected-answer.ts';
import type { Recording } from './recording.ts';
import type { ReplayedGateway } from './replayed-gateway.ts';

/** Replays an embeddings recording through `/v1/embeddings`. */
export function replayEmbeddings({ client, model }: ReplayedGateway, recording: Recording, index: number): void {
  describe(recording.id, () => {
    const request = (form: 'whole' | 'cut'): EmbeddingCreateParams => ({
      ...askedFor(recording),
      model: model(index, form),
    });
    if (recording.status >= 300) {
      it('is an error of the right status and type', () => assertFails(client, request('whole'), recording));
      return;
    }
    const json = parseJson(recording.response.toString('utf8'));
    for (const encoding_format of ['float', 'base64'] as const) {
      it(`gives the recorded vectors to a caller who asks for ${encoding_format}`, async () => {
        const answer = await client.embeddings.create({ ...request('cut'), encoding_format });
        assert.equal(answer.data.length, vectorsOf(json).length);
        for (const [at, vector] of vectorsOf(json).entries()) {
          assert.deepEqual(floats(answer.data[at]?.embedding), vector.map(Math.fround));
        }
        assert.equal(answer.usage.prompt_tokens, tokensOf(json, recording));
      });
    }
  });
}

async function assertFails(client: OpenAI, request: EmbeddingCreateParams, recording: Recording): Promise<void> {
  const expected = expectedAnswer(recording);
  const error: unknown = await client.embeddings.create(request).then(
    () => assert.fail('The client got an answer.'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof APIError && expected.kind === 'failure');
  assert.deepEqual([error.status, error.type], [expected.status, expected.type]);
}

/** The request as OpenAI would have it: of OpenAI's, Gemini's, Cohere's or Titan's own. */
function askedFor({ request }: Recording): { readonly input: string[]; readonly dimensions?: number } {
  const requests = arrayMember(request, 'requests');
  const ofGemini = requests.map((one) => textIn(objectMember(one, 'content')));
  const input = member(request, 'input') ?? member(request, 'inputText');
  const texts = [typeof input === 'string' ? [input] : input, arrayMember(request, 'texts'), ofGemini].find(
    (found) => Array.isArray(found) && found.length > 0,
  );
  const dimensions =
    numberMember(request, 'dimensions') ??
    numberMember(requests[0], 'outputDimensionality') ??
    numberMember(request, 'output_dimension');
  return {
    input: Array.isArray(texts) ? texts.map(String) : ['Hello'],
    ...(dimensions === undefined ? {} : { dimensions }),
  };
}

function textIn(content: unknown): string {
  return arrayMember(content, 'parts')
    .map((part) => stringMember(part, 'text') ?? '')
    .join('');
}

/** OpenAI's `data`, Gemini's `values`, Titan's one, Cohere's list or lists by type. */
function vectorsOf(json: unknown): readonly (readonly number[])[] {
  const lists = [
    ...arrayMember(json, 'data').map((item) => member(item, 'embedding')),
    ...arrayMember(json, 'embeddings').map((item) => member(item, 'values') ?? item),
    ...arrayMember(objectMember(json, 'embeddings'), 'float'),
    ...[member(json, 'embedding')].filter((one) => one !== undefined),
  ];
  return lists.map(floats);
}

/** The SDK decodes base64 itself where it asked for it. */
function floats(vector: unknown): readonly number[] {
  if (typeof vector !== 'string') {
    return Array.isArray(vector) ? vector.map(Math.fround) : [];
  }
  const bytes = Buffer.from(vector, 'base64');
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
}

/** Vendors that do not count are counted as 0. */
function tokensOf(json: unknown, { headers }: Recording): number {
  const stated =
    numberMember(objectMember(json, 'usage'), 'prompt_tokens') ??
    numberMember(objectMember(json, 'usageMetadata'), 'promptTokenCount') ??
    numberMember(json, 'inputTextTokenCount');
  return stated ?? Number(headers['x-amzn-bedrock-input-token-count'] ?? 0);
}
