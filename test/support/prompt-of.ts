import assert from 'node:assert/strict';
import type { Prompt } from '../../functions/gateway/core/model/prompt.ts';
import { readChatPrompt } from '../../functions/gateway/core/surfaces/openai-chat/read-prompt.ts';

/** The prompt of an OpenAI chat body. A body that is refused fails the test. */
export function promptOf(body: object): Prompt {
  const result = readChatPrompt({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...body });
  assert.equal(result.kind, 'read', JSON.stringify(result));
  return (result as Extract<typeof result, { kind: 'read' }>).prompt;
}
