import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TOOL_RULES, vendorToolName } from '../../functions/gateway/core/protocols/portable/tool-name.ts';
import { PROTOCOL_NAMES, PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../support/running-gateway.ts';

const NAMES = [`mcp__${'n'.repeat(130)}`, 'files.read:all', '1st tool'];

type Name = (typeof PROTOCOL_NAMES)[number];

/** How each surface is asked with a tool of that name, which has been called before. */
const SURFACES: Readonly<Record<string, { readonly path: string; readonly ask: (name: string) => JsonObject }>> = {
  'chat completions': {
    path: '/v1/chat/completions',
    ask: (name) => ({
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name, arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'done' },
      ],
      tools: [{ type: 'function', function: { name, parameters: { type: 'object', properties: {} } } }],
    }),
  },
  messages: {
    path: '/v1/messages',
    ask: (name) => ({
      max_tokens: 100,
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name, input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'done' }] },
      ],
      tools: [{ name, input_schema: { type: 'object', properties: {} } }],
    }),
  },
  responses: {
    path: '/v1/responses',
    ask: (name) => ({
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'function_call', call_id: 'c', name, arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'done' },
      ],
      tools: [{ type: 'function', name, parameters: { type: 'object', properties: {} } }],
    }),
  },
};

describe('a tool whose name a vendor does not take', () => {
  let gateway: RunningGateway<Name>;
  before(async () => {
    gateway = await runningGateway<Name>({
      fakes: Object.fromEntries(PROTOCOL_NAMES.map((name) => [name, name])) as Record<Name, Name>,
      config: { maxAttempts: 1, routes: {} },
    });
  });
  after(() => gateway.close());

  for (const [surface, { path, ask }] of Object.entries(SURFACES)) {
    for (const protocol of PROTOCOL_NAMES) {
      for (const stream of [true, false]) {
        it(`is called by its own name in ${surface} from ${protocol}, ${stream ? 'streamed' : 'plain'}`, async () => {
          for (const name of NAMES) {
            const known = vendorToolName(name, TOOL_RULES[PROTOCOLS[protocol].dialect].names);
            gateway.fakes[protocol].script({ kind: 'tool-call', calls: [{ name: known, arguments: '{"a":1}' }] });
            const body = JSON.stringify({ ...ask(name), model: deploymentId(protocol), stream });
            const answer = await (await gateway.fetch(path, { method: 'POST', body })).text();
            const [asked] = gateway.fakes[protocol].requests.slice(-1);
            const sent = JSON.stringify(asked?.body);
            assert.ok(sent.split(JSON.stringify(known)).length >= 3, sent);
            assert.ok(known === name || !sent.includes(JSON.stringify(name)), sent);
            assert.ok(answer.includes(JSON.stringify(name)), answer);
            assert.ok(known === name || !answer.includes(JSON.stringify(known)), answer);
          }
        });
      }
    }
  }
});
