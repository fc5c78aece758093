import assert from 'node:assert/strict';
import type { Prompt } from '../../functions/gateway/core/model/prompt.ts';
import { readMessagesPrompt } from '../../functions/gateway/core/surfaces/anthropic-messages/read-prompt.ts';

/** The prompt of a Messages body. A body that is refused fails the test. */
export function messagesPrompt(body: object, headers: Readonly<Record<string, string>> = {}): Prompt {
  const messages = [{ role: 'user', content: 'Hi' }];
  const result = readMessagesPrompt({ model: 'm', max_tokens: 100, messages, ...body }, headers);
  assert.ok(result.kind === 'read', JSON.stringify(result));
  return result.prompt;
}
