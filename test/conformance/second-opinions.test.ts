import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { embeddedMetricLines } from '../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../functions/gateway/core/wire/json.ts';
import type { WireAnswer } from '../../infra/local/simulated/vendor-wire.ts';
import { type CoreAnswer, coreGateway } from '../support/core-gateway.ts';
import { wireOf } from '../support/wire-of.ts';
import { SURFACE_CALLERS } from './surface-callers.ts';

/** A sentence in which no table knows a word; `frobnicator` may be the caller's own. */
const SAYS = 'The frobnicator of this request is odd.';
const OTHER_SAYS = 'We do not care for such a thing.';

/** With which a server says that the request is wrong. The first four are the usual ones. */
const STATUSES = [400, 413, 415, 422, 406, 411, 412, 414, 416, 417, 431] as const;

/** How each vendor wraps what it says. */
const SHAPES: Readonly<Record<ProtocolName, (status: number, message: string) => JsonObject>> = {
  openai: (_, message) => ({ error: { message, type: 'invalid_request_error', param: null, code: null } }),
  'openai-responses': (_, message) => ({ error: { message, type: 'invalid_request_error', param: null, code: null } }),
  anthropic: (_, message) => ({ type: 'error', error: { type: 'invalid_request_error', message } }),
  gemini: (code, message) => ({ error: { code, message, status: 'INVALID_ARGUMENT' } }),
  bedrock: (_, message) => ({ message }),
};

const PROTOCOLS = Object.keys(SHAPES) as readonly ProtocolName[];
const API_NAMES = ['chat', 'responses', 'messages'] as const;

const ANSWER: WireAnswer = {
  id: 'a',
  model: 'm',
  createdSeconds: 1,
  parts: [{ kind: 'text', fragments: ['Served.'] }],
  finish: 'stop',
  usage: { inputTokens: 3, cachedInputTokens: 0, outputTokens: 2 },
};

/** Two providers, and what each refuses with. Absent: it answers. */
interface Fleet {
  readonly first: { readonly protocol: ProtocolName; readonly status: number; readonly says?: string };
  readonly second: { readonly protocol: ProtocolName; readonly status?: number };
  readonly settings?: JsonObject;
}

interface Play {
  readonly ask: (api: (typeof API_NAMES)[number], stream: boolean) => Promise<CoreAnswer>;
  /** The providers that were asked, in order. */
  readonly asked: readonly string[];
  readonly records: readonly RequestRecord[];
}

function play({ first, second, settings = { secondOpinions: 1 } }: Fleet): Play {
  const asked: string[] = [];
  const records: RequestRecord[] = [];
  const region = { region: 'us-east-1' };
  const parsed = parseConfig({
    providers: {
      first: { protocol: first.protocol, baseUrl: 'http://first.test', ...region },
      second: { protocol: second.protocol, baseUrl: 'http://second.test', ...region },
    },
    deployments: { 'first/m': { provider: 'first', model: 'm' }, 'second/m': { provider: 'second', model: 'm' } },
    routes: { all: { strategy: 'ordered', deployments: ['first/m', 'second/m'] } },
    probes: 'off',
    ...settings,
  });
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  const dial: Dial = async ({ deployment, request }) => {
    asked.push(deployment.provider);
    const { protocol, status, says = SAYS } = deployment.provider === 'first' ? first : { ...second, says: OTHER_SAYS };
    const spoken = request.dialect === 'openai-responses' ? 'openai-responses' : protocol;
    const body = status === undefined ? wireOf(spoken).body(ANSWER) : SHAPES[protocol](status, says);
    return {
      kind: 'answered',
      status: status ?? 200,
      headers: { 'content-type': 'application/json' },
      body: (async function* () {
        yield new TextEncoder().encode(JSON.stringify(body));
      })(),
    };
  };
  const onRecord = (record: RequestRecord): void => void records.push(record);
  const ask = coreGateway(dial, undefined, { config: parsed.config, onRecord });
  return {
    asked,
    records,
    ask: (api, stream) => {
      const { path, body } = SURFACE_CALLERS[api];
      return ask(path, new TextEncoder().encode(JSON.stringify({ ...body('all'), stream })));
    },
  };
}

/** The lines of the first attempt in the log. */
function attemptLine(record: RequestRecord | undefined): JsonObject {
  assert.ok(record !== undefined);
  const lines = embeddedMetricLines(record, 'test', 0, '0').map(parseJson).filter(isJsonObject);
  return lines.find(({ line }) => line === 'attempt') ?? {};
}

for (const protocol of PROTOCOLS) {
  for (const status of STATUSES) {
    describe(`a ${status} over ${protocol} in words that nobody knows`, () => {
      for (const api of API_NAMES) {
        for (const stream of [true, false]) {
          const how = `${api}, ${stream ? 'streamed' : 'plain'}`;
          it(`is asked of another provider, without blame: ${how}`, async () => {
            const { ask, asked, records } = play({ first: { protocol, status }, second: { protocol: 'openai' } });
            for (const _ of ['first', 'second']) {
              const answer = await ask(api, stream);
              assert.equal(answer.status, 200, answer.text);
              assert.ok(answer.text.includes('Served.'));
            }
            assert.deepEqual(asked, ['first', 'second', 'first', 'second']);
            assert.ok(records.every(({ candidates }) => candidates.every(({ state }) => state === 'healthy')));
          });

          it(`goes to the caller as the first said it where both refuse, both in the trail: ${how}`, async () => {
            const { ask, asked, records } = play({
              first: { protocol, status },
              second: { protocol: 'anthropic', status: 400 },
            });
            const answer = await ask(api, stream);
            assert.equal(answer.status, status, answer.text);
            assert.ok(answer.text.includes(SAYS) && !answer.text.includes(OTHER_SAYS), answer.text);
            assert.deepEqual(asked, ['first', 'second']);
            assert.equal(answer.headers['x-nemo-attempts'], '2');
            assert.match(answer.headers['server-timing'] ?? '', /first\/m.*second\/m/);
            assert.deepEqual(
              records[0]?.attempts.map(({ provider }) => provider),
              ['first', 'second'],
            );
          });
        }
      }

      it('is in the log by its everyday words', async () => {
        const { ask, records } = play({ first: { protocol, status }, second: { protocol: 'openai' } });
        await ask('chat', false);
        const { unknownWords, vendorStatus } = attemptLine(records[0]);
        assert.match(String(unknownWords), /request/);
        assert.doesNotMatch(JSON.stringify(attemptLine(records[0])), /frobnicator/);
        assert.equal(vendorStatus, status);
      });
    });
  }
}

/** 400s that say of this vendor's API or model that it lacks something. */
const LACKS: readonly (readonly [protocol: ProtocolName, says: string])[] = [
  ['openai', 'Validation: Unsupported parameter(s): `max_completion_tokens`'],
  ['openai', 'Unrecognized request argument supplied: reasoning_effort'],
  ['openai', "Unsupported value: 'temperature' does not support 0.5 with this model."],
  ['openai', '"llama3.2" does not support thinking'],
  ['openai', 'invalid temperature: only 1 is allowed for this model'],
  ['openai', 'body.messages.2.assistant.reasoning_content : property is unsupported'],
  ['openai', 'Last message must have role `user` or `tool`.'],
  ['openai-responses', "Unknown parameter: 'input[0].status'."],
  ['anthropic', '`temperature` and `top_p` cannot both be specified for this model.'],
  ['gemini', 'Invalid JSON payload received. Unknown name "logit_bias": Cannot find field.'],
  ['gemini', 'Budget 0 is invalid. This model only works in thinking mode.'],
  ['bedrock', 'A conversation must start with a user message.'],
  ['bedrock', "This model doesn't support the stopSequences field."],
];

describe('a 400 that says what this vendor lacks', () => {
  for (const [protocol, says] of LACKS) {
    it(`is served by the next one however often, whatever the share of second opinions: ${protocol}, ${says}`, async () => {
      const { ask } = play({ first: { protocol, status: 400, says }, second: { protocol: 'openai' }, settings: {} });
      const statuses = [];
      for (let call = 0; call < 40; call += 1) {
        statuses.push((await ask('chat', call % 2 === 0)).status);
      }
      assert.deepEqual(new Set(statuses), new Set([200]));
    });
  }
});

describe('a second opinion', () => {
  const first = { protocol: 'openai', status: 422 } as const;
  const second = { protocol: 'anthropic' } as const;

  it('is taken within its share of the requests, else the first refusal goes back', async () => {
    const { ask, asked } = play({ first, second, settings: {} });
    const statuses = [];
    for (let request = 0; request < 60; request += 1) {
      statuses.push((await ask('chat', request % 2 === 0)).status);
    }
    const served = statuses.filter((status) => status === 200).length;
    assert.ok(served >= 3 && served <= 4, String(served));
    assert.equal(asked.filter((provider) => provider === 'second').length, served);
    assert.ok(statuses.every((status) => status === 200 || status === 422));
  });

  it('is not taken where the operator gives it no share', async () => {
    const { ask, asked } = play({ first, second, settings: { secondOpinions: 0 } });
    assert.equal((await ask('chat', false)).status, 422);
    assert.deepEqual(asked, ['first']);
  });

  for (const says of ['Your prompt was blocked by our content policy.', "No such file 'file_1'."]) {
    it(`is not taken of what is known to be the caller's: ${says}`, async () => {
      const { ask, asked } = play({ first: { ...first, says }, second });
      assert.equal((await ask('chat', false)).status, 400);
      assert.deepEqual(asked, ['first']);
    });
  }
});
