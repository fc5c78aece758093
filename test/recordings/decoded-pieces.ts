import assert from 'node:assert/strict';
import { responseDecoder } from '../../functions/gateway/core/attempt/response-body.ts';
import type { AnswerEvent } from '../../functions/gateway/core/model/answer-event.ts';
import { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import { pieces } from './pieces.ts';
import { recordedResponse } from './recorded-response.ts';
import type { Recording } from './recording.ts';

/** Different places to cut at. */
const ROUNDS = 5;

/** The gateway's decoder gives the same events for the bytes as a whole, one by one, and cut at random. */
export function assertDecodesAnyPieces(recording: Recording): void {
  const { bytes } = recordedResponse(recording);
  const whole = decoded(recording, [bytes]);
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  assert.deepEqual(decoded(recording, single), whole);
  for (let round = 0; round < ROUNDS; round += 1) {
    assert.deepEqual(decoded(recording, pieces(bytes, `${recording.id} ${round}`)), whole);
  }
}

function decoded({ use }: Recording, parts: readonly Uint8Array[]): readonly AnswerEvent[] {
  const { framing, decoder: newDecoder } = PROTOCOLS[use.kind === 'chat' ? use.protocol : 'openai'];
  const model = use.kind === 'chat' ? use.model : '';
  const decoder = responseDecoder(framing, newDecoder({ model, streaming: true }));
  return [...parts.flatMap((part) => decoder.push(part)), ...decoder.end()];
}
