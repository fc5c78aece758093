import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { addressOf } from '../../functions/gateway/core/hosts/hosts.ts';
import { KNOWN_HOSTS } from '../../functions/gateway/core/hosts/known-hosts.ts';
import type { EmbeddingsRequest } from '../../functions/gateway/core/model/embeddings.ts';
import type { Vendor } from '../../functions/gateway/core/model/vendor.ts';
import { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import { protocolAt } from '../../functions/gateway/core/protocols/spoken-protocols.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';

interface Place {
  readonly vendor: Vendor;
  readonly protocol: keyof typeof PROTOCOLS;
  readonly model: string;
}

function place(vendor: Vendor, model: string, protocol: Place['protocol'] = 'openai'): Place {
  return { vendor, protocol, model };
}

function encoded({ vendor, protocol, model }: Place, request: Partial<EmbeddingsRequest>) {
  const codec = protocolAt(protocol, vendor).embeddings ?? assert.fail();
  const encoding = codec.encode({ model: 'route', input: ['a'], ...request }, { model, vendor, streaming: false });
  assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
  return encoding;
}

function bodiesOf(at: Place, request: Partial<EmbeddingsRequest>): readonly JsonObject[] {
  return encoded(at, request).requests.map(({ body }) => body);
}

const OPENAI = place('openai', 'text-embedding-3-small');
const AZURE = place('azure', 'my-embeddings');
const NVIDIA = place('nvidia', 'nvidia/nv-embedqa-e5-v5');
const MISTRAL = place('mistral', 'mistral-embed');
const PERPLEXITY = place('perplexity', 'pplx-embed-v1-4b');
const DASHSCOPE = place('dashscope', 'text-embedding-v4');
const ZHIPU = place('zhipu', 'embedding-3');
const OLLAMA = place('ollama', 'nomic-embed-text');
const VLLM = place('vllm', 'BAAI/bge-m3');
const GEMINI = place('google-ai', 'gemini-embedding-001', 'gemini');
const VERTEX = place('vertex', 'text-embedding-005', 'gemini');
const TITAN = place('bedrock', 'amazon.titan-embed-text-v2:0', 'bedrock');
const COHERE = place('bedrock', 'cohere.embed-v4:0', 'bedrock');
const NOVA = place('bedrock', 'amazon.nova-2-multimodal-embeddings-v1:0', 'bedrock');

/** How many requests 300 inputs of a few letters become. */
const BATCHES: readonly (readonly [Place, number])[] = [
  [OPENAI, 1],
  [AZURE, 1],
  [NVIDIA, 2],
  [MISTRAL, 2],
  [PERPLEXITY, 1],
  [DASHSCOPE, 30],
  [place('dashscope', 'text-embedding-v1'), 12],
  [ZHIPU, 5],
  [place('huggingface', 'BAAI/bge-m3'), 10],
  [place('google-ai', 'gemini-embedding-001'), 3],
  [OLLAMA, 1],
  [VLLM, 1],
  [place('compatible', 'bge-m3'), 1],
  [GEMINI, 3],
  [VERTEX, 19],
  [place('vertex', 'gemini-embedding-001', 'gemini'), 300],
  [TITAN, 300],
  [COHERE, 4],
  [NOVA, 300],
];

/** Requests for 100 inputs of 12,000 letters, about 4,000 tokens each. */
const LONG: readonly (readonly [Place, number])[] = [
  [OPENAI, 2],
  [AZURE, 2],
  [MISTRAL, 25],
  [PERPLEXITY, 4],
  [VLLM, 1],
];

const PURPOSES: readonly (readonly [Place, string | undefined, JsonObject])[] = [
  [NVIDIA, undefined, { input_type: 'passage' }],
  [NVIDIA, 'query', { input_type: 'query' }],
  [NVIDIA, 'search_query', { input_type: 'query' }],
  [NVIDIA, 'search_document', { input_type: 'passage' }],
  [NVIDIA, 'something-new', { input_type: 'something-new' }],
  [COHERE, undefined, { input_type: 'search_document' }],
  [COHERE, 'query', { input_type: 'search_query' }],
  [COHERE, 'passage', { input_type: 'search_document' }],
  [COHERE, 'clustering', { input_type: 'clustering' }],
  [VLLM, 'query', { input_type: 'query' }],
];

/** Vendors without embeddings in OpenAI's words: told before any call. */
const NONE: readonly Vendor[] = ['cerebras', 'deepseek', 'groq', 'moonshot', 'bedrock', 'vertex'];

const TOKEN_IDS: readonly (readonly [Place, 'taken' | 'refused'])[] = [
  [OPENAI, 'taken'],
  [AZURE, 'taken'],
  [VLLM, 'taken'],
  [place('compatible', 'bge-m3'), 'taken'],
  [MISTRAL, 'refused'],
  [NVIDIA, 'refused'],
  [PERPLEXITY, 'refused'],
  [DASHSCOPE, 'refused'],
  [ZHIPU, 'refused'],
  [OLLAMA, 'refused'],
  [place('together', 'BAAI/bge-base-en-v1.5'), 'refused'],
  [GEMINI, 'refused'],
  [VERTEX, 'refused'],
  [TITAN, 'refused'],
  [NOVA, 'refused'],
];

function named({ vendor, model }: Place): string {
  return `${vendor} (${model})`;
}

describe('embeddings', () => {
  for (const [at, count] of BATCHES) {
    it(`of 300 inputs are asked of ${named(at)} in ${count}`, () => {
      const input = Array.from({ length: 300 }, (_, index) => `text ${index}`);
      assert.equal(bodiesOf(at, { input }).length, count);
    });
  }

  for (const [at, count] of LONG) {
    it(`of 100 long inputs are asked of ${named(at)} in ${count}, each of them once`, () => {
      const input = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(12_000, 'x'));
      const bodies = bodiesOf(at, { input });
      assert.equal(bodies.length, count);
      assert.deepEqual(
        bodies.flatMap((body) => body.input),
        input,
      );
    });
  }

  for (const [at, asked, sent] of PURPOSES) {
    it(`with input_type ${asked} are asked of ${named(at)} with ${JSON.stringify(sent)}`, () => {
      const [body] = bodiesOf(at, asked === undefined ? {} : { input_type: asked });
      assert.deepEqual({ input_type: body?.input_type }, sent);
    });
  }

  it('for a question are asked so of Google and of Nova', () => {
    const asked = { input_type: 'search_query' };
    const [gemini] = bodiesOf(GEMINI, asked);
    assert.match(JSON.stringify(gemini), /"taskType":"RETRIEVAL_QUERY"/);
    const [vertex] = bodiesOf(VERTEX, asked);
    assert.match(JSON.stringify(vertex), /"task_type":"RETRIEVAL_QUERY"/);
    const [nova] = bodiesOf(NOVA, { ...asked, dimensions: 256 });
    assert.deepEqual(nova, {
      schemaVersion: 'nova-multimodal-embed-v1',
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: 'GENERIC_RETRIEVAL',
        embeddingDimension: 256,
        text: { truncationMode: 'NONE', value: 'a' },
      },
    });
    const codec = PROTOCOLS.bedrock.embeddings ?? assert.fail();
    const json = { embeddings: [{ embeddingType: 'TEXT', embedding: [0.5, 1] }] };
    const target = { model: NOVA.model, streaming: false };
    assert.deepEqual(codec.decode([{ json, headers: {} }], { model: 'route', input: 'a' }, target), {
      kind: 'embedded',
      vectors: [[0.5, 1]],
      promptTokens: undefined,
    });
  });

  for (const [at, fate] of TOKEN_IDS) {
    it(`of token ids are ${fate} at ${named(at)}`, () => {
      const codec = protocolAt(at.protocol, at.vendor).embeddings ?? assert.fail();
      const request = { model: 'route', input: [1, 2, 3] };
      const { kind } = codec.encode(request, { model: at.model, vendor: at.vendor, streaming: false });
      assert.equal(kind, fate === 'taken' ? 'encoded' : 'unsupported');
    });
  }

  it('of Mistral have its names of members and no others, which are named as dropped', () => {
    const { requests, dropped } = encoded(MISTRAL, { dimensions: 512, user: 'u', encoding_format: 'float' });
    assert.deepEqual(requests[0]?.body, {
      input: ['a'],
      model: 'mistral-embed',
      output_dimension: 512,
      encoding_format: 'float',
    });
    assert.deepEqual(dropped, ['user']);
  });

  it('of Perplexity come as bytes and are numbers to the caller, at a path of their own', () => {
    const [body] = bodiesOf(PERPLEXITY, { encoding_format: 'base64', user: 'u' });
    assert.deepEqual(body, { encoding_format: 'base64_int8', input: ['a'], model: 'pplx-embed-v1-4b' });
    const json = { data: [{ index: 0, embedding: 'AX+A/w==' }], usage: { prompt_tokens: 3 } };
    const target = { model: PERPLEXITY.model, vendor: 'perplexity', streaming: false } as const;
    const codec = PROTOCOLS.openai.embeddings ?? assert.fail();
    assert.deepEqual(codec.decode([{ json, headers: {} }], { model: 'm', input: ['a'] }, target), {
      kind: 'embedded',
      vectors: [[1, 127, -128, -1]],
      promptTokens: 3,
    });
    const addresses = ['https://api.perplexity.ai', 'https://api.perplexity.ai/v1', undefined].map((baseUrl) => {
      const provider = { protocol: 'openai', host: 'perplexity', ...(baseUrl !== undefined && { baseUrl }) } as const;
      const found = addressOf({ model: 'm', providerSettings: provider }, { operation: 'embed' });
      return `${found?.baseUrl}${found?.path}`;
    });
    assert.deepEqual([...new Set(addresses)], ['https://api.perplexity.ai/v1/embeddings']);
  });

  for (const vendor of NONE) {
    it(`are refused of ${vendor} by the configuration and before a call`, () => {
      const known: { readonly region?: string } = vendor === 'bedrock' ? { region: 'us-east-1' } : {};
      const provider = { host: vendor, protocol: 'openai', apiKey: 'KEY', project: 'p', ...known };
      const { project: _, ...plain } = provider;
      const parsed = parseConfig({
        providers: { there: vendor === 'vertex' ? provider : plain },
        deployments: { d: { provider: 'there', model: 'some-embed', kind: 'embeddings' } },
      });
      assert.ok(parsed.kind === 'invalid', JSON.stringify(parsed));
      assert.match(parsed.problems[0]?.message ?? '', /does not have/);
      const codec = protocolAt('openai', vendor).embeddings ?? assert.fail();
      const refused = codec.encode({ model: 'm', input: 'a' }, { model: 'some-embed', vendor, streaming: false });
      assert.ok(refused.kind === 'unsupported');
      assert.match(refused.message, /no embeddings/);
    });
  }

  it('are asked of every known host at an address that ends with embeddings', () => {
    for (const [vendor, known] of Object.entries(KNOWN_HOSTS)) {
      if (known.protocol === 'openai' && 'baseUrl' in known) {
        const provider = { protocol: 'openai', host: vendor as Vendor } as const;
        const found = addressOf({ model: 'm', providerSettings: provider }, { operation: 'embed' });
        assert.match(`${found?.baseUrl}${found?.path}`, /^https?:\/\/[^/]+\/([a-z0-9-]+\/){0,4}embeddings$/);
      }
    }
  });
});
