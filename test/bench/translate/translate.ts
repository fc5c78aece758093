import { responseDecoder } from '../../../functions/gateway/core/attempt/response-body.ts';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { PROTOCOL_NAMES, PROTOCOLS } from '../../../functions/gateway/core/protocols/protocols.ts';
import { openAiChat } from '../../../functions/gateway/core/surfaces/openai-chat/openai-chat.ts';
import type { WireAnswer, WireChat } from '../../../infra/local/simulated/vendor-wire.ts';
import { promptOf } from '../../support/prompt-of.ts';
import { wireOf } from '../../support/wire-of.ts';

/**
 * What translating a stream costs a chunk: a vendor's bytes in, the caller's server-sent events out, one read a chunk. The cost should not
 * grow with the stream. `npm run bench:translate` gives it a heap in which nothing is collected meanwhile, so that growth is allocation.
 */
const LENGTHS = [100, 1_000, 10_000];
/** The least chunks that one measurement goes through: short streams are read again and again. */
const CHUNKS_A_ROUND = 20_000;
const ROUNDS = 7;

interface Cost {
  readonly microseconds: number;
  readonly bytes: number;
}

const REQUEST: WireChat = {
  kind: 'chat',
  model: 'bench',
  streaming: true,
  includeUsage: true,
  prompt: {
    lastUserText: '',
    toolResult: undefined,
    tools: [],
    toolChoice: 'auto',
    json: undefined,
    inputTokens: 10,
    maxTokens: undefined,
  },
};

const PROMPT = promptOf({ stream: true, stream_options: { include_usage: true } });

console.log(`node ${process.version}, median of ${ROUNDS} rounds`);
const [first = 0, last = 0] = [LENGTHS[0], LENGTHS.at(-1)];
const header = [
  'vendor',
  ...LENGTHS.flatMap((length) => [`µs/chunk of ${length}`, `bytes/chunk of ${length}`]),
  `µs, ${last} to ${first}`,
];
console.log(row(header));
console.log(row(header.map(() => '---')));
for (const protocol of PROTOCOL_NAMES) {
  const costs = LENGTHS.map((length) => median(measure(protocol, length)));
  const growth = (costs.at(-1)?.microseconds ?? 0) / (costs[0]?.microseconds ?? 1);
  const cells = costs.flatMap(({ microseconds, bytes }) => [microseconds.toFixed(2), bytes.toFixed(0)]);
  console.log(row([protocol, ...cells, `${growth.toFixed(2)} x`]));
}

function measure(protocol: ProtocolName, length: number): readonly Cost[] {
  const reads = streamOf(protocol, length);
  const streams = Math.ceil(CHUNKS_A_ROUND / length);
  translate(protocol, reads);
  return Array.from({ length: ROUNDS + 2 }, () => {
    globalThis.gc?.();
    const heap = process.memoryUsage().heapUsed;
    const began = performance.now();
    for (let stream = 0; stream < streams; stream += 1) {
      translate(protocol, reads);
    }
    const elapsedMs = performance.now() - began;
    const chunks = streams * length;
    return {
      microseconds: (elapsedMs * 1000) / chunks,
      bytes: (process.memoryUsage().heapUsed - heap) / chunks,
    };
  }).slice(2);
}

/** The whole way of a stream's bytes, but for the sockets. Gives the number of characters, so that nothing can be left out. */
function translate(protocol: ProtocolName, reads: readonly Uint8Array[]): number {
  const { framing, decoder: newDecoder } = PROTOCOLS[protocol];
  const decoder = responseDecoder(framing, newDecoder({ model: 'bench', streaming: true }));
  const stream = openAiChat.stream({ requestId: 'bench', created: 1, model: 'bench/bench', prompt: PROMPT });
  let characters = 0;
  for (const bytes of reads) {
    characters += stream.write(decoder.push(bytes)).length;
  }
  return characters + stream.write(decoder.end()).length + stream.end('').length;
}

function streamOf(protocol: ProtocolName, length: number): readonly Uint8Array[] {
  const answer: WireAnswer = {
    id: 'bench',
    model: 'bench',
    createdSeconds: 1_700_000_000,
    parts: [{ kind: 'text', fragments: Array.from({ length }, (_, index) => ` word${index % 10}`) }],
    finish: 'stop',
    usage: { inputTokens: 10, outputTokens: length },
  };
  const { prelude, content, ending } = wireOf(protocol).stream(answer, REQUEST);
  return [...prelude, ...content, ...ending];
}

function median(costs: readonly Cost[]): Cost {
  const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  return {
    microseconds: middle(costs.map(({ microseconds }) => microseconds)),
    bytes: middle(costs.map(({ bytes }) => bytes)),
  };
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
