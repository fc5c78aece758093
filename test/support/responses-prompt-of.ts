import assert from 'node:assert/strict';
import type { Prompt } from '../../functions/gateway/core/model/prompt.ts';
import { readResponsesPrompt } from '../../functions/gateway/core/surfaces/openai-responses/read-responses.ts';

/** The prompt of a body of the Responses API. A body that is refused fails the test. */
export function responsesPromptOf(body: object): Prompt {
  const result = readResponsesPrompt({ model: 'm', input: 'Hi', ...body });
  assert.equal(result.kind, 'read', JSON.stringify(result));
  return (result as Extract<typeof result, { kind: 'read' }>).prompt;
}
