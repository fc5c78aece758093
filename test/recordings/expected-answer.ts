import { parseJson } from '../../functions/gateway/core/wire/json.ts';
import { readAnthropicAnswer } from './anthropic-reader.ts';
import { readBedrockAnswer } from './bedrock-reader.ts';
import type { Expectation } from './expectation.ts';
import { expectedFailure } from './failure-reader.ts';
import { readGeminiAnswer } from './gemini-reader.ts';
import { readOpenAiAnswer } from './openai-reader.ts';
import { recordedResponse } from './recorded-response.ts';
import type { Recording } from './recording.ts';
import { readResponsesAnswer } from './responses-reader.ts';

/** What the caller should see of a recording, read from its raw bytes without any code of the gateway's protocols. */
export function expectedAnswer(recording: Recording): Expectation {
  const { use, framing } = recording;
  const response = recordedResponse(recording);
  if (use.kind === 'skipped') {
    throw new Error(`${recording.id} is not replayed.`);
  }
  if (response.status >= 300) {
    const body = parseJson(new TextDecoder().decode(response.bytes));
    return expectedFailure({ status: response.status, body, headers: recording.headers });
  }
  const isStream = framing !== 'json';
  switch (use.protocol) {
    case 'openai':
      return readOpenAiAnswer(response, isStream);
    case 'openai-responses':
      return readResponsesAnswer(response, isStream);
    case 'anthropic':
      return readAnthropicAnswer(response, isStream);
    case 'gemini':
      return readGeminiAnswer(response, framing);
    case 'bedrock':
      return readBedrockAnswer(response, isStream);
  }
}
