import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Part } from '../../../../functions/gateway/core/model/part.ts';
import {
  type Conversation,
  type ConversationTurn,
  conversationTurns as turnsOf,
} from '../../../../functions/gateway/core/protocols/conversation-turns.ts';
import { promptOf } from '../../../support/prompt-of.ts';
import fc from '../../../support/property.ts';

type Message = Record<string, unknown> & { role: string };

/** The turns of an OpenAI chat's messages. */
function conversationTurns(messages: readonly Message[], nativeSystem: boolean): Conversation {
  return turnsOf(promptOf({ messages }).turns, nativeSystem);
}

function texts(parts: readonly Part[]): readonly string[] {
  return parts.flatMap((part) => (part.kind === 'text' ? part.text : []));
}

/** A conversation in one line a turn, as `user: <results>texts`. */
function outline(conversation: Conversation): readonly string[] {
  return conversation.turns.map(line);
}

function line(turn: ConversationTurn): string {
  switch (turn.role) {
    case 'system':
      return `system: ${texts(turn.parts).join(' ')}`;
    case 'user':
      return `user: ${turn.results.map((result) => `<${result.id}>`).join('')}${texts(turn.parts).join(' ')}`;
    case 'assistant':
      return `assistant: ${texts(turn.parts).join(' ')}`;
  }
}

const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } } as const;

describe('the turns of a conversation', () => {
  it('hoists only the system and developer messages before anything else', () => {
    const conversation = conversationTurns(
      [
        { role: 'system', content: 'a' },
        { role: 'developer', content: [{ type: 'text', text: 'b' }] },
        { role: 'user', content: 'q' },
        { role: 'system', content: 'later' },
      ],
      false,
    );
    assert.deepEqual(texts(conversation.system), ['a', 'b']);
    assert.deepEqual(outline(conversation), ['user: q later']);
  });

  it('keeps the last system message as the user side where there is nothing else', () => {
    const conversation = conversationTurns(
      [
        { role: 'system', content: 'a' },
        { role: 'system', content: 'b' },
      ],
      true,
    );
    assert.deepEqual(texts(conversation.system), ['a']);
    assert.deepEqual(outline(conversation), ['user: b']);
  });

  it('puts all results of a turn together and before the text, whatever came between', () => {
    const conversation = conversationTurns(
      [
        { role: 'user', content: 'q' },
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c1', content: 'r1' },
        { role: 'user', content: 'and' },
        { role: 'tool', tool_call_id: 'c2', content: 'r2' },
      ],
      false,
    );
    assert.deepEqual(outline(conversation), ['user: q', 'assistant: ', 'user: <c1><c2>and']);
  });

  it('leaves out an assistant message without content and merges its neighbours', () => {
    const messages: Message[] = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: ' \n' },
      { role: 'user', content: 'b' },
    ];
    assert.deepEqual(outline(conversationTurns(messages, false)), ['user: a b']);
  });

  it('keeps the place of a user turn of nothing but blanks', () => {
    const messages: Message[] = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: '  ' },
    ];
    assert.deepEqual(outline(conversationTurns(messages, false)), ['user: a', 'assistant: b', 'user: ']);
  });

  it('reads a refusal, in either form, as what the assistant said', () => {
    const messages: Message[] = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: null, refusal: 'no' },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'never' }] },
    ];
    assert.deepEqual(outline(conversationTurns(messages, false)), ['user: a', 'assistant: no never']);
  });

  it('gives a cache mark on a message to the one part its string becomes', () => {
    const mark = { type: 'ephemeral' };
    const { system } = conversationTurns(
      [
        { role: 'system', content: 'a', cache_control: mark },
        { role: 'user', content: 'q' },
      ],
      false,
    );
    assert.deepEqual(system[0]?.cache, {});
  });

  it('keeps what the assistant said in the order in which it was said, over several messages', () => {
    const said = { role: 'assistant', reasoning_content: 'hm', content: 'Let me look.', tool_calls: [call] };
    const { turns } = conversationTurns([{ role: 'user', content: 'q' }, said, { ...said, content: null }], false);
    const kinds = turns.flatMap((turn) => (turn.role === 'assistant' ? turn.parts.map(({ kind }) => kind) : []));
    assert.deepEqual(kinds, ['reasoning', 'text', 'tool-call', 'reasoning', 'tool-call']);
    assert.equal(turns[1]?.role === 'assistant' && turns[1].path, 'messages[2]');
  });

  it('leaves out an assistant message of reasoning alone', () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: null, reasoning_content: 'hm' },
      { role: 'user', content: 'b' },
    ];
    assert.deepEqual(outline(conversationTurns(messages, false)), ['user: a b']);
  });

  it('leaves blanks out of what a tool answered', () => {
    const content = [
      { type: 'text', text: ' ' },
      { type: 'text', text: 'r' },
    ];
    const { turns } = conversationTurns([{ role: 'tool', tool_call_id: 'c1', content }], false);
    assert.deepEqual(turns[0]?.role === 'user' && texts(turns[0].results[0]?.parts ?? []), ['r']);
  });

  it('keeps the cache mark of a refusal', () => {
    const content = [{ type: 'refusal', refusal: 'no', cache_control: { type: 'ephemeral', ttl: '1h' } }];
    const { turns } = conversationTurns([{ role: 'assistant', content }], false);
    assert.deepEqual(turns[0]?.role === 'assistant' && turns[0].parts[0]?.cache, { ttl: '1h' });
  });

  it('takes as many parts in a turn as a caller sends', () => {
    const content = Array.from({ length: 10_000 }, () => ({ type: 'text', text: 'x' }));
    const { turns } = conversationTurns(
      Array.from({ length: 15 }, () => ({ role: 'user', content })),
      false,
    );
    assert.equal(turns[0]?.role === 'user' && turns[0].parts.length, 150_000);
  });

  it('says where the caller wrote each part', () => {
    const { system, turns } = conversationTurns(
      [
        { role: 'system', content: 'a' },
        {
          role: 'user',
          content: [
            { type: 'text', text: ' ' },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          ],
        },
      ],
      false,
    );
    assert.equal(system[0]?.path, 'messages[0].content');
    assert.equal(turns[0]?.role === 'user' && turns[0].parts[0]?.path, 'messages[1].content[1]');
  });

  describe('with native system turns', () => {
    const cases: readonly { name: string; roles: string; expected: readonly string[] }[] = [
      {
        name: 'stands after the user turn it follows',
        roles: 'u s a u',
        expected: ['user', 'system', 'assistant', 'user'],
      },
      { name: 'slides past user messages that follow it', roles: 'u s u a', expected: ['user', 'system', 'assistant'] },
      {
        name: 'slides past the tool results it precedes',
        roles: 'u c s t',
        expected: ['user', 'assistant', 'user', 'system'],
      },
      { name: 'may come last', roles: 'u s s', expected: ['user', 'system'] },
      {
        name: 'is user text between two assistant turns',
        roles: 'u a s a',
        expected: ['user', 'assistant', 'user', 'assistant'],
      },
      { name: 'is user text after the last assistant turn', roles: 'u a s', expected: ['user', 'assistant', 'user'] },
    ];
    for (const { name, roles, expected } of cases) {
      it(`a later system message ${name}`, () => {
        const turns = conversationTurns(roles.split(' ').map(messageOf), true).turns;
        assert.deepEqual(
          turns.map((turn) => turn.role),
          expected,
        );
      });
    }
  });

  it('never has two turns of one side in a row, and a system turn only between a user turn and an assistant turn or the end', () => {
    const roles = fc.array(fc.constantFrom('s', 'u', 'a', 'c', 't', 'blank'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(roles, fc.boolean(), (letters, native) => {
        const order = conversationTurns(letters.map(messageOf), native)
          .turns.map((turn) => turn.role[0])
          .join('');
        assert.doesNotMatch(order, /uu|aa|ss|^s|^$|as|su/);
        assert.ok(native || !order.includes('s'));
      }),
    );
  });

  it('keeps every text that is not blank', () => {
    const roles = fc.array(fc.constantFrom('s', 'u', 'a', 'c', 't'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(roles, fc.boolean(), (letters, native) => {
        const messages = letters.map((letter, index) => ({ ...messageOf(letter), content: `text ${index}` }));
        const written = JSON.stringify(conversationTurns(messages, native));
        assert.ok(messages.every((message) => written.includes(`"text":"${message.content}"`)));
      }),
    );
  });
});

function messageOf(letter: string): Message {
  switch (letter) {
    case 's':
      return { role: 'system', content: 'instruction' };
    case 'a':
      return { role: 'assistant', content: 'answer' };
    case 'c':
      return { role: 'assistant', tool_calls: [call] };
    case 't':
      return { role: 'tool', tool_call_id: 'c1', content: 'result' };
    case 'blank':
      return { role: 'assistant', content: ' ' };
    default:
      return { role: 'user', content: 'question' };
  }
}
