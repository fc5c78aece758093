import assert from 'node:assert/strict';
import type OpenAI from 'openai';
import { sealed } from '../../functions/gateway/core/protocols/openai-responses/sealed-reasoning.ts';
import { arrayMember, isJsonObject, type JsonObject, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { recordedResponse } from './recorded-response.ts';
import type { Recording } from './recording.ts';
import { firstAnswer } from './responses-reader.ts';

/** A caller of the Responses API gets the recorded items as they are, streamed and plain: encrypted content under the name of its account. */
export async function assertSameOutput(client: OpenAI, model: string, recording: Recording): Promise<void> {
  const recorded = outputOf(recording).map((item) => (isJsonObject(item) ? sealed(item, model) : item));
  const plain = await client.responses.create({ model, input: 'Hello' });
  assert.deepEqual(plain.output.map(comparable), recorded.map(comparable));
  // Not the client's helper: it refuses the ids that xAI gives twice.
  for await (const event of await client.responses.create({ model, input: 'Hello', stream: true })) {
    if (event.type === 'response.completed' || event.type === 'response.incomplete') {
      assert.deepEqual(event.response.output.map(comparable), recorded.map(comparable));
    }
  }
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

/** Log probabilities are not passed on. */
function comparable(item: unknown): unknown {
  if (!isJsonObject(item)) {
    return item;
  }
  if (item.type !== 'message') {
    return item;
  }
  const content = arrayMember(item, 'content').map((part): unknown => {
    const { logprobs: _, ...rest } = part as JsonObject;
    return { annotations: [], ...rest };
  });
  return { ...item, content };
}
