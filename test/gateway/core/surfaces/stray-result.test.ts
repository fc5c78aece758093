import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anthropicMessages } from '../../../../functions/gateway/core/surfaces/anthropic-messages/anthropic-messages.ts';
import { openAiChat } from '../../../../functions/gateway/core/surfaces/openai-chat/openai-chat.ts';
import { openAiResponses } from '../../../../functions/gateway/core/surfaces/openai-responses/openai-responses.ts';
import type { Surface } from '../../../../functions/gateway/core/surfaces/surface.ts';
import { strayResult } from '../../../../functions/gateway/core/surfaces/surfaces.ts';

function strayIn(surface: Surface, body: object): string | null | undefined {
  const read = surface.read({ model: 'm', ...body });
  assert.ok(read.kind === 'read', JSON.stringify(read));
  return strayResult(read.prompt)?.param;
}

const inMessages = (...messages: readonly object[]) => strayIn(anthropicMessages, { messages });
const inChat = (...messages: readonly object[]) => strayIn(openAiChat, { messages });
const inResponses = (...input: readonly object[]) => strayIn(openAiResponses, { input });

function user(...content: readonly object[]): object {
  return { role: 'user', content };
}

function assistant(...content: readonly object[]): object {
  return { role: 'assistant', content };
}

function use(id: string): object {
  return { type: 'tool_use', id, name: 'f', input: {} };
}

function result(id: string): object {
  return { type: 'tool_result', tool_use_id: id, content: 'x' };
}

function calling(id: string): object {
  return { role: 'assistant', tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{}' } }] };
}

function told(id: string): object {
  return { role: 'tool', tool_call_id: id, content: 'x' };
}

function functionCall(id: string): object {
  return { type: 'function_call', call_id: id, name: 'f', arguments: '{}' };
}

function output(id: string): object {
  return { type: 'function_call_output', call_id: id, output: 'x' };
}

describe('a result of a tool', () => {
  it('is refused by the place of its id where nothing before it has called', () => {
    assert.equal(inMessages(user(result('a'))), 'messages[0].content[0].tool_use_id');
    assert.equal(inChat(told('a')), 'messages[0].tool_call_id');
    assert.equal(inResponses(output('a')), 'input[0].call_id');
    assert.equal(inChat({ role: 'function', name: 'f', content: 'x' }), 'messages[0].tool_call_id');
    const custom = { type: 'custom_tool_call_output', call_id: 'a', output: 'x' };
    assert.equal(inResponses(custom), 'input[0].call_id');
  });

  it('is refused where another id was called, or its call stands after it', () => {
    assert.equal(inMessages(assistant(use('a')), user(result('a'), result('b'))), 'messages[1].content[1].tool_use_id');
    assert.equal(inMessages(user(result('a')), assistant(use('a'))), 'messages[0].content[0].tool_use_id');
    assert.equal(inChat(calling('a'), told('a'), told('b')), 'messages[2].tool_call_id');
    assert.equal(inChat(told('a'), calling('a')), 'messages[0].tool_call_id');
    assert.equal(inResponses(functionCall('a'), output('a'), output('b')), 'input[2].call_id');
    assert.equal(inResponses(output('a'), functionCall('a')), 'input[0].call_id');
  });

  it('is taken after its call, in the next message or in a later one', () => {
    const hello = { type: 'text', text: 'Hi' };
    assert.equal(inMessages(assistant(use('a'), use('b')), user(result('b'), result('a'), hello)), undefined);
    assert.equal(inMessages(assistant(use('a')), user(hello), user(result('a'))), undefined);
    assert.equal(inChat(calling('a'), { role: 'user', content: 'Hi' }, told('a')), undefined);
    assert.equal(inResponses(functionCall('a'), { role: 'user', content: 'Hi' }, output('a')), undefined);
  });

  it('is taken where the call is of an old function, or of a kind that its API alone has', () => {
    const old = { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } };
    assert.equal(inChat(old, { role: 'function', name: 'f', content: 'x' }), undefined);
    const shell = { type: 'local_shell_call', id: 'lsh', call_id: 'a', status: 'completed', action: { type: 'exec' } };
    assert.equal(inResponses(shell, output('a')), undefined);
  });

  it('is not what a tool of the server has found', () => {
    const found = { type: 'web_search_tool_result', tool_use_id: 'srv', content: [] };
    const ofMcp = { type: 'mcp_tool_result', tool_use_id: 'mcp', content: [] };
    assert.equal(inMessages(assistant(found, ofMcp), user({ type: 'text', text: 'Hi' })), undefined);
  });
});
