import assert from 'node:assert/strict';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { FakeProvider } from '../support/fake-provider.ts';
import type { Step } from '../support/fake-provider-step.ts';
import { type Asked, type Clients, type Seen, SURFACE_CALLERS, type SurfaceName } from './surface-callers.ts';

/** A gateway over a fake of each protocol. */
export interface SurfaceBench {
  readonly clients: Clients;
  readonly fake: (protocol: ColumnName) => FakeProvider;
  /** What a request's `model` is for a deployment of a protocol. */
  readonly model: (protocol: ColumnName) => string;
  readonly post: (path: string, body: object) => Promise<Response>;
}

/** The columns: the protocols in which vendors are asked, and those that clouds have for Claude. */
export const PROTOCOL_TITLES = {
  openai: 'OpenAI chat',
  'openai-responses': 'OpenAI Responses',
  anthropic: 'Anthropic Messages',
  gemini: 'Gemini',
  bedrock: 'Bedrock Converse',
  invokeModel: 'Claude by InvokeModel',
  rawPredict: 'Claude by rawPredict',
} as const satisfies Readonly<Record<ProtocolName | 'invokeModel' | 'rawPredict', string>>;

/** The name of a column. */
export type ColumnName = keyof typeof PROTOCOL_TITLES;

/** The names of the columns, in order. `Object.keys` cannot say that it gives exactly these. */
export const PROTOCOL_NAMES = Object.keys(PROTOCOL_TITLES) as readonly ColumnName[];

/** The rows' APIs, in order. */
export const SURFACE_NAMES: readonly SurfaceName[] = ['chat', 'responses', 'messages', 'completions'];

/** One capability of an API over a protocol. */
interface Crossing {
  readonly bench: SurfaceBench;
  readonly surface: SurfaceName;
  readonly protocol: ColumnName;
}

/** What is held against every pair of an API and a protocol. */
export interface SurfaceFeature {
  readonly name: string;
  /** APIs that have nothing of the kind. */
  readonly notIn?: readonly SurfaceName[];
  readonly check: (crossing: Crossing) => Promise<void>;
}

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Of old completions. */
const TEXT_ALONE: readonly SurfaceName[] = ['completions'];

/** Asks streamed and plain: both must see the same. Gives what the plain caller saw. */
async function bothSee(
  { bench, surface, protocol }: Crossing,
  asked: Omit<Asked, 'model' | 'stream'>,
  { step, sees }: { readonly step: Step; readonly sees: (seen: Seen) => void },
): Promise<Seen> {
  const ask = (stream: boolean): Promise<Seen> => {
    bench.fake(protocol).script(step);
    return SURFACE_CALLERS[surface].ask(bench.clients, { ...asked, model: bench.model(protocol), stream });
  };
  sees(await ask(true));
  const plain = await ask(false);
  sees(plain);
  return plain;
}

function asked({ bench, protocol }: Crossing): string {
  return JSON.stringify(bench.fake(protocol).requests.at(-1)?.body);
}

const ANSWER: Step = { kind: 'answer', text: 'Four.' };

/** Every row, for each API. */
export const SURFACE_FEATURES: readonly SurfaceFeature[] = [
  {
    name: 'text and its tokens',
    check: async (crossing) => {
      const step: Step = { kind: 'answer', text: 'Zwei – 三.', usage: { inputTokens: 7, outputTokens: 3 } };
      await bothSee(
        crossing,
        { text: 'Count?' },
        {
          step,
          sees: ({ text, tokens }) => assert.deepEqual([text, tokens], ['Zwei – 三.', { input: 7, output: 3 }]),
        },
      );
      assert.match(asked(crossing), /Count\?/);
    },
  },
  {
    name: 'instructions',
    notIn: TEXT_ALONE,
    check: async (crossing) => {
      await bothSee(
        crossing,
        { text: 'Hi', instructions: 'Be brief.' },
        {
          step: ANSWER,
          sees: ({ text }) => assert.equal(text, 'Four.'),
        },
      );
      assert.match(asked(crossing), /Be brief\./);
    },
  },
  {
    name: 'a picture',
    notIn: TEXT_ALONE,
    check: async (crossing) => {
      await bothSee(
        crossing,
        { text: 'What is it?', png: PNG },
        {
          step: ANSWER,
          sees: ({ text }) => assert.equal(text, 'Four.'),
        },
      );
      assert.ok(asked(crossing).includes(PNG));
    },
  },
  {
    name: 'a loop of tool calls',
    notIn: TEXT_ALONE,
    check: async (crossing) => {
      const calls = [
        { name: 'weather', arguments: '{"city":"Oslo"}' },
        { name: 'weather', arguments: '{"city":"Rome"}' },
      ];
      const request = { text: 'Weather?', tool: 'weather' };
      const answer = await bothSee(crossing, request, {
        step: { kind: 'tool-call', text: 'I look.', calls },
        sees: (seen) => {
          const made = seen.calls.map(({ name, input }) => [name, input]);
          assert.deepEqual(made, [
            ['weather', { city: 'Oslo' }],
            ['weather', { city: 'Rome' }],
          ]);
          assert.equal(new Set(seen.calls.map(({ id }) => id)).size, 2);
        },
      });
      await bothSee(
        crossing,
        { ...request, told: { answer, result: 'It pours.' } },
        {
          step: ANSWER,
          sees: ({ text }) => assert.equal(text, 'Four.'),
        },
      );
      assert.match(asked(crossing), /Weather\?.*Oslo.*Rome.*It pours\.|It pours\./s);
    },
  },
  {
    name: 'JSON by a schema',
    notIn: TEXT_ALONE,
    check: async (crossing) => {
      await bothSee(
        crossing,
        { text: 'A number.', json: true },
        {
          step: { kind: 'answer', text: '{"n":4}' },
          sees: ({ text }) => assert.deepEqual(JSON.parse(text), { n: 4 }),
        },
      );
      assert.match(asked(crossing), /"n\\*"/);
    },
  },
  {
    name: 'reasoning that is shown',
    notIn: TEXT_ALONE,
    check: async (crossing) => {
      await bothSee(
        crossing,
        { text: 'Think.', thinks: true },
        {
          step: { kind: 'answer', reasoning: ['Let me ', 'think.'], text: 'Four.' },
          sees: ({ text, reasoning }) => assert.deepEqual([text, reasoning], ['Four.', 'Let me think.']),
        },
      );
    },
  },
  {
    name: 'an answer that was too long',
    check: async (crossing) => {
      await bothSee(
        crossing,
        { text: 'Go on.' },
        {
          step: { kind: 'answer', text: 'And so', finish: 'length' },
          sees: ({ text, isCut }) => assert.deepEqual([text, isCut], ['And so', true]),
        },
      );
    },
  },
  {
    name: 'a failure before the first token, in the API’s shape',
    check: async ({ bench, surface, protocol }) => {
      const { path, body, isError } = SURFACE_CALLERS[surface];
      for (const stream of [true, false]) {
        bench.fake(protocol).script({ kind: 'status', status: 500 });
        const response = await bench.post(path, { ...body(bench.model(protocol)), stream });
        assert.ok(response.status >= 500, String(response.status));
        assert.equal(response.headers.get('x-should-retry'), 'false');
        const json = JSON.parse(await response.text());
        assert.ok(isError(json), JSON.stringify(json));
      }
    },
  },
  {
    name: 'a failure after it, unlike a whole answer',
    check: async ({ bench, surface, protocol }) => {
      const { path, body, isBroken } = SURFACE_CALLERS[surface];
      bench.fake(protocol).script({ kind: 'cut', afterChunks: 1, chunks: ['One', ' two'] });
      const response = await bench.post(path, { ...body(bench.model(protocol)), stream: true });
      const text = await response.text();
      assert.equal(response.status, 200);
      assert.ok(isBroken(text), text);
    },
  },
];

/** The table in markdown, between its markers: a row an API and feature, a column a protocol. */
export function surfaceMatrixMarkdown(): string {
  const header = ['callers speak', 'feature', ...PROTOCOL_NAMES.map((name) => PROTOCOL_TITLES[name])];
  const rows = SURFACE_NAMES.flatMap((surface) =>
    SURFACE_FEATURES.map(({ name, notIn = [] }) => {
      const verdict = notIn.includes(surface) ? 'n.a.' : 'yes';
      return [SURFACE_CALLERS[surface].title, name, ...PROTOCOL_NAMES.map(() => verdict)];
    }),
  );
  const lines = [header, header.map(() => '---'), ...rows].map((columns) => `| ${columns.join(' | ')} |`);
  return ['<!-- surfaces:begin -->', ...lines, '<!-- surfaces:end -->', ''].join('\n');
}
