import assert from 'node:assert/strict';
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat';
import { type JsonObject, member } from '../../functions/gateway/core/wire/json.ts';
import type { ConformanceBench } from './conformance-bench.ts';
import { type Cell, type Feature, NOT_APPLICABLE } from './feature.ts';
import { at } from './request-cells.ts';
import type { Vendor } from './vendors.ts';

const WEATHER: ChatCompletionTool = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: {} } },
};

/** The caller sends an answer back as it came, with a tool's result: the vendor has to find its own reasoning in it. */
function roundTrip(place: string, expected: unknown): Cell {
  return {
    verdict: 'yes',
    check: async (bench, vendor) => {
      bench.fake(vendor).script({
        kind: 'answer',
        reasoning: ['Hm.'],
        text: '',
        chunks: [],
        calls: [{ name: 'weather', id: 'call_1' }],
      });
      const greeting: ChatCompletionMessageParam = { role: 'user', content: 'Hello' };
      const about = { model: bench.model(vendor), reasoning_effort: 'low' as const, tools: [WEATHER] };
      const answer = await bench.client.chat.completions.create({ ...about, messages: [greeting] });
      const said = answer.choices[0]?.message;
      assert.ok(said !== undefined);
      const result = { role: 'tool', tool_call_id: 'call_1', content: 'rain' };
      const { asked } = await bench.chat(vendor, { ...about, messages: [greeting, said, result] });
      assert.deepEqual(at(asked?.body, place), expected, JSON.stringify(asked?.body));
    },
  };
}

const SIGNATURE = 'c2ltdWxhdGVkLXNpZ25hdHVyZQ==';

/** Gemini signs the call, not the thought. */
const GEMINI_ROUND_TRIP: Cell = {
  verdict: 'yes',
  check: async (bench, vendor) => {
    const call = { functionCall: { name: 'weather', args: {}, id: 'call_1' }, thoughtSignature: SIGNATURE };
    const chunk = { candidates: [{ content: { role: 'model', parts: [call] }, finishReason: 'STOP' }] };
    bench.fake(vendor).script({ kind: 'raw', pieces: [`data: ${JSON.stringify(chunk)}\r\n\r\n`] });
    const greeting: ChatCompletionMessageParam = { role: 'user', content: 'Hello' };
    const about = { model: bench.model(vendor), tools: [WEATHER] };
    const answer = await bench.client.chat.completions.create({ ...about, messages: [greeting] });
    const result = { role: 'tool', tool_call_id: 'call_1', content: 'rain' };
    const said = answer.choices[0]?.message;
    const { asked } = await bench.chat(vendor, { ...about, messages: [greeting, said, result] });
    assert.equal(at(asked?.body, 'contents.1.parts.0.thoughtSignature'), SIGNATURE);
  },
};

const THINKING: Feature = {
  name: 'reasoning sent back with a tool’s result',
  cells: {
    openai: { ...NOT_APPLICABLE, note: 'not shown in chat' },
    compatible: { ...NOT_APPLICABLE, note: 'only where it is known to be read' },
    anthropic: roundTrip('messages.1.content.0', { type: 'thinking', thinking: 'Hm.', signature: SIGNATURE }),
    gemini: GEMINI_ROUND_TRIP,
    bedrock: roundTrip('messages.1.content.0.reasoningContent.reasoningText', { text: 'Hm.', signature: SIGNATURE }),
  },
};

type EmbeddingsCheck = (bench: ConformanceBench, vendor: Vendor) => Promise<void>;

function embeddingsRow(name: string, check: EmbeddingsCheck, others: Partial<Record<Vendor, Cell>> = {}): Feature {
  const cell: Cell = { verdict: 'yes', check };
  return {
    name,
    cells: { openai: cell, compatible: cell, anthropic: NOT_APPLICABLE, gemini: cell, bedrock: cell, ...others },
  };
}

async function embedded(bench: ConformanceBench, vendor: Vendor, members: JsonObject): Promise<unknown> {
  const { status, body } = await bench.embed(vendor, members);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

const TOKEN_IDS_REFUSED: Cell = {
  verdict: 'refused',
  check: async (bench, vendor) => {
    const { status, body } = await bench.embed(vendor, { input: [1, 2, 3] });
    assert.equal(status, 400);
    assert.equal(member(member(body, 'error'), 'param'), 'input');
  },
};

/** Rows that take more than one request, and those about embeddings. */
export const OTHER_FEATURES: readonly Feature[] = [
  THINKING,
  embeddingsRow('embeddings: one text and many', async (bench, vendor) => {
    const one = await embedded(bench, vendor, { input: 'red apple', encoding_format: 'float' });
    const many = await embedded(bench, vendor, { input: ['green pear', 'red apple'], encoding_format: 'float' });
    assert.deepEqual(at(many, 'data.1.embedding'), at(one, 'data.0.embedding'));
    assert.notDeepEqual(at(many, 'data.0.embedding'), at(one, 'data.0.embedding'));
  }),
  embeddingsRow('embeddings: dimensions', async (bench, vendor) => {
    const answer = await embedded(bench, vendor, { input: 'a', dimensions: 16, encoding_format: 'float' });
    assert.equal([at(answer, 'data.0.embedding')].flat().length, 16);
  }),
  embeddingsRow('embeddings: base64', async (bench, vendor) => {
    const text = await embedded(bench, vendor, { input: 'a', encoding_format: 'base64' });
    const numbers = await embedded(bench, vendor, { input: 'a', encoding_format: 'float' });
    const bytes = Buffer.from(String(at(text, 'data.0.embedding')), 'base64');
    const floats = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
    assert.deepEqual(
      floats,
      [at(numbers, 'data.0.embedding')].flat().map((value) => Math.fround(Number(value))),
    );
  }),
  embeddingsRow(
    'embeddings: usage',
    async (bench, vendor) => {
      const answer = await embedded(bench, vendor, { input: 'How many tokens are these?' });
      assert.ok(Number(at(answer, 'usage.prompt_tokens')) > 0);
    },
    { gemini: { ...NOT_APPLICABLE, note: 'by model' } },
  ),
  embeddingsRow(
    'embeddings: token ids',
    async (bench, vendor) => {
      await embedded(bench, vendor, { input: [1, 2, 3] });
    },
    { gemini: TOKEN_IDS_REFUSED, bedrock: TOKEN_IDS_REFUSED },
  ),
];
