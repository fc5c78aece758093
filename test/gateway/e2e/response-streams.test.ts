import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { arrayMember, isJsonObject, type JsonObject, parseJson } from '../../../functions/gateway/core/wire/json.ts';
import type { Step } from '../../support/fake-provider-step.ts';
import { responseStreamProblems } from '../../support/response-stream-problems.ts';
import { type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } } };
const WEATHER = { type: 'function', name: 'weather', strict: false, parameters: SCHEMA };
const PATCH = { type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' } };
const AGENTS = {
  type: 'namespace',
  name: 'agents',
  description: 'Agents.',
  tools: [{ type: 'function', name: 'wait', strict: false, parameters: { type: 'object', properties: {} } }],
};
const TWO_CALLS = [
  { name: 'weather', fragments: ['{"ci', 'ty":"Oslo"}'] },
  { name: 'weather', arguments: '{"city":"Rome"}' },
];

/** What a demanding client asks, and what the model does. `notIn`: where the fake calls tools in its own words alone. */
const CASES: readonly {
  readonly name: string;
  readonly more: object;
  readonly step: Step;
  readonly types: readonly string[];
  readonly notIn?: ProtocolName;
}[] = [
  { name: 'text', more: {}, step: { kind: 'answer', chunks: ['One', ' – two', ' 三'] }, types: ['message'] },
  {
    name: 'reasoning, text and parallel calls',
    more: { tools: [WEATHER], reasoning: { effort: 'low', summary: 'auto' } },
    step: { kind: 'answer', reasoning: ['H', 'm.'], text: 'I look.', calls: TWO_CALLS },
    types: ['reasoning', 'message', 'function_call', 'function_call'],
  },
  {
    name: 'calls of a custom tool and of one in a namespace',
    more: { tools: [PATCH, AGENTS] },
    step: {
      kind: 'tool-call',
      calls: [{ name: 'patch', fragments: ['{"input":"*** ', 'Begin"}'] }, { name: 'agents__wait' }],
    },
    types: ['custom_tool_call', 'function_call'],
    notIn: 'openai-responses',
  },
  {
    name: 'an answer that was too long',
    more: {},
    step: { kind: 'answer', text: 'And so', finish: 'length' },
    types: ['message'],
  },
  {
    name: 'an answer that was filtered',
    more: {},
    step: { kind: 'answer', text: 'No', finish: 'content-filter' },
    types: ['message'],
  },
];

for (const protocol of PROTOCOLS) {
  describe(`a stream of the Responses API over a provider of the ${protocol} protocol`, () => {
    let gateway: RunningGateway<'only'>;
    before(async () => {
      gateway = await runningGateway({ fakes: { only: protocol } });
    });
    after(() => gateway.close());

    for (const { name, more, step, types } of CASES.filter(({ notIn }) => notIn !== protocol)) {
      it(`has every event in its order, and is the same as the whole response: ${name}`, async () => {
        gateway.fakes.only.script(step, step, step);
        const body = { model: 'all', input: 'Hi', ...more };
        const events = await eventsOf(gateway, body);
        assert.deepEqual(responseStreamProblems(events), []);
        const streamed = arrayMember(events.at(-1)?.response, 'output').filter(isJsonObject);
        assert.deepEqual(
          streamed.map(({ type }) => type),
          types,
        );
        const { responses } = gateway.openai();
        const whole = await responses.create(body);
        assert.deepEqual(withoutIds(whole.output), withoutIds(streamed));
        const assembled = await responses.stream(body).finalResponse();
        assert.equal(assembled.status, whole.status);
        assert.equal(assembled.output_text, whole.output_text);
        assert.deepEqual(assembled.incomplete_details, whole.incomplete_details);
      });
    }
  });
}

async function eventsOf(gateway: RunningGateway<'only'>, body: object): Promise<readonly JsonObject[]> {
  const sent = JSON.stringify({ ...body, stream: true });
  const response = await gateway.fetch('/v1/responses', { method: 'POST', body: sent });
  const blocks = (await response.text()).split('\n\n');
  return blocks.flatMap((block) => {
    const event = parseJson(/^data: (.*)$/m.exec(block)?.[1] ?? '');
    return isJsonObject(event) ? [event] : [];
  });
}

/** A fake names each answer's items anew. */
function withoutIds(items: readonly object[]): readonly object[] {
  return items.map((item) => ({ ...item, id: undefined, call_id: undefined, encrypted_content: undefined }));
}
