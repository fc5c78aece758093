import assert from 'node:assert/strict';
import type OpenAI from 'openai';
import { arrayMember, isJsonObject, type JsonObject, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { recordedResponse } from './recorded-response.ts';
import type { Recording } from './recording.ts';
import { firstAnswer } from './responses-reader.ts';

/** A caller of the Responses API gets the recorded items as they are, streamed and plain. */
export async function assertSameOutput(client: OpenAI, model: string, recording: Recording): Promise<void> {
  const recorded = outputOf(recording);
  const plain = await client.responses.create({ model, input: 'Hello' });
  assert.deepEqual(plain.output.map(comparable), recorded.map(comparable));
  const streamed = await client.responses.stream({ model, input: 'Hello' }).finalResponse();
  assert.deepEqual(streamed.output.map(comparable), recorded.map(comparable));
}

function outputOf(recording: Recording): readonly unknown[] {
  const { bytes } = recordedResponse(recording);
  if (recording.framing === 'json') {
    return arrayMember(parseJson(new TextDecoder().decode(bytes)), 'output');
  }
  const events = firstAnswer(bytes);
  const told = arrayMember(events.at(-1)?.response, 'output');
  const done = events.flatMap(({ type, item }) => (type === 'response.output_item.done' ? [item] : []));
  return done.length >= told.length ? done : told;
}

/** Log probabilities are not passed on, and the client adds what it has parsed. */
function comparable(item: unknown): unknown {
  if (!isJsonObject(item)) {
    return item;
  }
  const { parsed_arguments: _, ...own } = item;
  if (own.type !== 'message') {
    return own;
  }
  const content = arrayMember(item, 'content').map((part): unknown => {
    const { logprobs: __, parsed: ___, ...rest } = part as JsonObject;
    return { annotations: [], ...rest };
  });
  return { ...own, content };
}
