import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { member, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { EVERY_PROTOCOL, protocolGateway } from './support/every-protocol.ts';

/**
 * Whoever has a key speaks to vendors with the operator's account. What that account has there (files, stores, containers, prompts, buckets),
 * and what a vendor's tool takes for a model, an address or a credential, is nobody's to name unless the operator lists it: on every
 * surface, whatever the vendor speaks, plain and streamed.
 */

/** Where the request would go as it is. */
interface Naming {
  readonly path: '/v1/chat/completions' | '/v1/messages' | '/v1/responses';
  readonly body: object;
  /** What lets it pass. */
  readonly listed: string;
  /** Where it stands, as the refusal tells. */
  readonly at: string;
}

const SECRET = 'operator-only';
const GO = [{ role: 'user', content: 'Go.' }];

function chat(body: object): Pick<Naming, 'path' | 'body'> {
  return { path: '/v1/chat/completions', body: { messages: GO, ...body } };
}

function chatPart(part: object): Pick<Naming, 'path' | 'body'> {
  return chat({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Read.' }, part] }] });
}

function messages(body: object): Pick<Naming, 'path' | 'body'> {
  return { path: '/v1/messages', body: { max_tokens: 50, messages: GO, ...body } };
}

function block(content: object): Pick<Naming, 'path' | 'body'> {
  return messages({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Read.' }, content] }] });
}

function responses(body: object): Pick<Naming, 'path' | 'body'> {
  return { path: '/v1/responses', body: { input: 'Go.', ...body } };
}

function inputPart(part: object): Pick<Naming, 'path' | 'body'> {
  return responses({ input: [{ role: 'user', content: [{ type: 'input_text', text: 'Read.' }, part] }] });
}

const CHAT_PART = 'messages[0].content[1]';
const INPUT_PART = 'input[0].content[1]';
const MCP = { type: 'mcp', server_label: 'a' };

const NAMINGS: Readonly<Record<string, Naming>> = {
  'a file in chat': { ...chatPart({ type: 'file', file: { file_id: SECRET } }), listed: 'file_id', at: CHAT_PART },
  'a file in Messages': {
    ...block({ type: 'document', source: { type: 'file', file_id: SECRET } }),
    listed: 'file_id',
    at: CHAT_PART,
  },
  'an image in Messages': {
    ...block({ type: 'image', source: { type: 'file', file_id: SECRET } }),
    listed: 'file_id',
    at: CHAT_PART,
  },
  'an upload for a container': {
    ...block({ type: 'container_upload', file_id: SECRET }),
    listed: 'file_id',
    at: CHAT_PART,
  },
  'a file in the result of a tool': {
    ...messages({
      messages: [
        ...GO,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'c1',
              content: [{ type: 'document', source: { type: 'file', file_id: SECRET } }],
            },
          ],
        },
      ],
    }),
    listed: 'file_id',
    at: 'messages[2].content[0].content[0]',
  },
  'a file in Responses': { ...inputPart({ type: 'input_file', file_id: SECRET }), listed: 'file_id', at: INPUT_PART },
  'an image in Responses': {
    ...inputPart({ type: 'input_image', file_id: SECRET }),
    listed: 'file_id',
    at: INPUT_PART,
  },
  'a bucket of Google in chat': {
    ...chatPart({ type: 'image_url', image_url: { url: `gs://${SECRET}/a.png` } }),
    listed: 'file_uri',
    at: CHAT_PART,
  },
  'a bucket of Google in Messages': {
    ...block({ type: 'document', source: { type: 'url', url: `GS://${SECRET}/a.pdf` } }),
    listed: 'file_uri',
    at: CHAT_PART,
  },
  'a bucket of Google in Responses': {
    ...inputPart({ type: 'input_image', image_url: `gs://${SECRET}/a.png` }),
    listed: 'file_uri',
    at: INPUT_PART,
  },
  'a bucket of AWS in Messages': {
    ...block({ type: 'image', source: { type: 'url', url: `s3://${SECRET}/a.png` } }),
    listed: 'file_uri',
    at: CHAT_PART,
  },
  "a file of Google's in chat": {
    ...chatPart({
      type: 'image_url',
      image_url: { url: `https://generativelanguage.googleapis.com/v1beta/files/${SECRET}` },
    }),
    listed: 'file_uri',
    at: CHAT_PART,
  },
  'a prompt in Responses': { ...responses({ prompt: { id: SECRET } }), listed: 'prompt', at: 'prompt' },
  'a store in Responses': {
    ...responses({ tools: [{ type: 'file_search', vector_store_ids: [SECRET] }] }),
    listed: 'vector_store_ids',
    at: 'tools[0].vector_store_ids',
  },
  'a container in Responses': {
    ...responses({ tools: [{ type: 'code_interpreter', container: SECRET }] }),
    listed: 'container',
    at: 'tools[0].container',
  },
  'files in a container in Responses': {
    ...responses({ tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: [SECRET] } }] }),
    listed: 'code_interpreter',
    at: 'tools[0].container.file_ids',
  },
  'a container in Messages': { ...messages({ container: SECRET }), listed: 'container', at: 'container' },
  'a container by its id in Messages': {
    ...messages({ container: { id: SECRET } }),
    listed: 'container',
    at: 'container',
  },
  'a skill in Messages': {
    ...messages({ container: { skills: [{ type: 'custom', skill_id: SECRET, version: 'latest' }] } }),
    listed: 'container',
    at: 'container',
  },
  'a server of tools in Messages': {
    ...messages({
      mcp_servers: [{ type: 'url', name: 'a', url: `https://${SECRET}.test`, authorization_token: SECRET }],
    }),
    listed: 'mcp_servers',
    at: 'mcp_servers',
  },
  'a server of tools in chat': {
    ...chat({ mcp_servers: [{ type: 'url', name: 'a', url: `https://${SECRET}.test` }] }),
    listed: 'mcp_servers',
    at: 'mcp_servers',
  },
  'a server of tools in Responses': {
    ...responses({ tools: [{ ...MCP, server_url: `https://${SECRET}.test` }] }),
    listed: 'mcp',
    at: 'tools[0].server_url',
  },
  'a credential for a server of tools': {
    ...responses({ tools: [{ ...MCP, authorization: SECRET }] }),
    listed: 'mcp',
    at: 'tools[0].authorization',
  },
  'headers for a server of tools': {
    ...responses({ tools: [{ ...MCP, headers: { authorization: SECRET } }] }),
    listed: 'mcp',
    at: 'tools[0].headers',
  },
  'a connector': {
    ...responses({ tools: [{ ...MCP, connector_id: SECRET }] }),
    listed: 'mcp',
    at: 'tools[0].connector_id',
  },
  'another model for pictures': {
    ...responses({ tools: [{ type: 'image_generation', model: SECRET }] }),
    listed: 'image_generation',
    at: 'tools[0].model',
  },
  'another model for advice': {
    ...messages({ tools: [{ type: 'advisor_20260301', name: 'advisor', model: SECRET }] }),
    listed: 'advisor',
    at: 'tools[0].model',
  },
  'an address in a tool of chat': {
    ...chat({ tools: [{ type: 'retrieval', retrieval: { base_url: SECRET, apiKey: SECRET } }] }),
    listed: 'retrieval',
    at: 'tools[0].retrieval.base_url',
  },
  'a credential beside a function': {
    ...chat({
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } }, api_key: SECRET }],
    }),
    listed: 'api_key',
    at: 'tools[0].api_key',
  },
};

function gatewayWith(protocol: ProtocolName, passMembers: readonly string[]): ReturnType<typeof protocolGateway> {
  return protocolGateway(protocol, { provider: { passMembers } });
}

for (const [what, { path, body, listed, at }] of Object.entries(NAMINGS)) {
  describe(what, () => {
    for (const protocol of EVERY_PROTOCOL) {
      it(`does not reach a vendor that speaks ${protocol} unless the operator lists it`, async () => {
        for (const stream of [false, true]) {
          const asked = JSON.stringify({ model: 'all', stream, ...body });
          const gateway = gatewayWith(protocol, []);
          const { status, text } = await gateway.ask(path, asked);
          assert.equal(status, 400, text);
          assert.equal(gateway.sent.length, 0);
          assert.ok(!text.includes(SECRET), text);
          const error = member(parseJson(text), 'error');
          assert.ok(String(member(error, 'message')).includes(` ${at} names something of the operator's`), text);
          // Listed, it is the vendor's to take or not.
          const told = await gatewayWith(protocol, [listed]).ask(path, asked);
          assert.ok(!told.text.includes('passMembers'), told.text);
        }
      });
    }
  });
}

describe('what looks like it and is the caller’s own', () => {
  const own = {
    parameters: { type: 'object', properties: { model: { type: 'string' }, api_key: { type: 'string' }, url: {} } },
  };
  const OWN: readonly Pick<Naming, 'path' | 'body'>[] = [
    chat({ tools: [{ type: 'function', function: { name: 'f', ...own } }] }),
    messages({ tools: [{ name: 'f', input_schema: own.parameters, input_examples: [{ model: 'a', url: 'b' }] }] }),
    responses({ tools: [{ type: 'function', name: 'f', ...own }] }),
    responses({ tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'f', ...own }] }] }),
    chatPart({ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }),
  ];
  for (const { path, body } of OWN) {
    it(`passes at ${path}: ${JSON.stringify(body).slice(0, 90)}`, async () => {
      for (const protocol of EVERY_PROTOCOL) {
        const { text } = await gatewayWith(protocol, []).ask(path, JSON.stringify({ model: 'all', ...body }));
        assert.ok(!text.includes('passMembers'), text);
      }
    });
  }
});
