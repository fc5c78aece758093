import assert from 'node:assert/strict';
import { responseDecoder } from '../../functions/gateway/core/attempt/response-body.ts';
import type { AnswerEvent } from '../../functions/gateway/core/model/answer-event.ts';
import type { Protocol } from '../../functions/gateway/core/protocols/protocol.ts';
import { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import { amazonEventStreamParser } from '../../functions/gateway/core/wire/amazon-event-stream.ts';
import { parseJson } from '../../functions/gateway/core/wire/json.ts';
import { sseParser } from '../../functions/gateway/core/wire/sse-parser.ts';
import { pieces } from './pieces.ts';
import { recordedResponse } from './recorded-response.ts';
import type { Recording } from './recording.ts';

/** Different places to cut at. */
const ROUNDS = 5;

/**
 * The gateway's decoder gives the same events for the bytes as a whole, one by one, and cut at random; and where no event is spelt like the
 * one before, so that each is read whole.
 */
export function assertDecodesAnyPieces(recording: Recording): void {
  const { bytes } = recordedResponse(recording);
  const whole = decoded(recording, [bytes]);
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  assert.deepEqual(decoded(recording, single), whole);
  for (let round = 0; round < ROUNDS; round += 1) {
    assert.deepEqual(decoded(recording, pieces(bytes, `${recording.id} ${round}`)), whole);
  }
  if (!/^\s*[[{]/.test(new TextDecoder().decode(bytes))) {
    assert.deepEqual(respelt(recording), whole);
  }
}

function respelt(recording: Recording): readonly AnswerEvent[] {
  const { bytes } = recordedResponse(recording);
  const { framing, decoder: newDecoder } = protocolOf(recording);
  const parser = framing === 'amazon-event-stream' ? amazonEventStreamParser() : sseParser();
  const decoder = newDecoder({ model: modelOf(recording), streaming: true });
  const events: AnswerEvent[] = [];
  for (const [index, event] of [...parser.push(bytes), ...parser.end()].entries()) {
    const json = parseJson(event.data);
    const data = json === undefined ? event.data : JSON.stringify(json, undefined, 1 + (index % 3));
    events.push(...decoder.event({ ...event, data }));
    if (events.at(-1)?.type === 'failed') {
      return events;
    }
  }
  return [...events, ...decoder.end()];
}

function decoded(recording: Recording, parts: readonly Uint8Array[]): readonly AnswerEvent[] {
  const { framing, decoder: newDecoder } = protocolOf(recording);
  const decoder = responseDecoder(framing, newDecoder({ model: modelOf(recording), streaming: true }));
  return [...parts.flatMap((part) => decoder.push(part)), ...decoder.end()];
}

function protocolOf({ use }: Recording): Protocol {
  return PROTOCOLS[use.kind === 'chat' ? use.protocol : 'openai'];
}

function modelOf({ use }: Recording): string {
  return use.kind === 'chat' ? use.model : '';
}
