import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import type { WireChat } from '../../../infra/local/simulated/vendor-wire.ts';
import { movesOf } from '../../support/fake-provider-moves.ts';
import type { Step } from '../../support/fake-provider-step.ts';
import { wireOf } from '../../support/wire-of.ts';

/** Places in the bytes of a vendor's streamed answer, as counts of bytes from its beginning. */
export interface StreamPlaces {
  /** Where the chunk of that index begins and ends. */
  readonly chunk: (index: number) => { readonly start: number; readonly end: number };
  /** Behind the event that says why the answer ended. */
  readonly afterFinish: number;
  /** In the middle of what follows the finish reason: usage, a terminal event. The end, where nothing follows. */
  readonly inTrailer: number;
  readonly bytes: Uint8Array;
}

/** The places of the first answer that a fake gives with these chunks. */
export function streamPlaces(protocol: ProtocolName, chunks: readonly string[]): StreamPlaces {
  const prelude = writes(protocol, { kind: 'silence', when: 'after-prelude', chunks }).length;
  const pieces = writes(protocol, { kind: 'answer', chunks });
  const endOf = (count: number): number => pieces.slice(0, count).reduce((sum, piece) => sum + piece.length, 0);
  const finish = pieces.findIndex((piece) => FINISH.test(new TextDecoder().decode(piece)));
  const trailer = pieces[finish + 1]?.length ?? 0;
  return {
    chunk: (index) => ({ start: endOf(prelude + index), end: endOf(prelude + index + 1) }),
    afterFinish: endOf(finish + 1),
    inTrailer: endOf(finish + 1) + Math.ceil(trailer / 2),
    bytes: Buffer.concat(pieces),
  };
}

/** How each vendor names the reason, once there is one. */
const FINISH = /"(?:finish_reason|stop_reason|finishReason|stopReason)":"/;

function writes(protocol: ProtocolName, step: Step): readonly Uint8Array[] {
  const scene = { wire: wireOf(protocol), request: PLAIN_REQUEST, ordinal: 1 };
  return movesOf(step, scene).flatMap((move) => (move.do === 'write' ? [move.bytes] : []));
}

/** A chat call for a stream with its usage, as a fake sees it. */
export const PLAIN_REQUEST: WireChat = {
  kind: 'chat',
  model: 'fake-model',
  streaming: true,
  includeUsage: true,
  prompt: {
    lastUserText: '',
    toolResult: undefined,
    tools: [],
    toolChoice: 'auto',
    json: undefined,
    inputTokens: 1,
    maxTokens: undefined,
  },
};
