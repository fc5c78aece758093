import { embeddingOf } from '../../infra/local/simulated/embedding-of.ts';
import {
  meaningOfStatus,
  type VendorWire,
  type WireAnswer,
  type WireChat,
  type WireFailure,
  type WirePart,
  type WireRequest,
  type WireToolCall,
} from '../../infra/local/simulated/vendor-wire.ts';
import type {
  AnswerContent,
  BrokenStep,
  FailureStep,
  Pace,
  RawStep,
  ScriptedCall,
  Step,
} from './fake-provider-step.ts';

/** What the fake does to a connection, one after the other. */
export type Move =
  | { readonly do: 'send-headers'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly do: 'write'; readonly bytes: Uint8Array }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'wait'; readonly until: Promise<void> }
  /** A well-formed end of the body. */
  | { readonly do: 'end' }
  /** The connection is closed (FIN) in the middle of the body. */
  | { readonly do: 'drop' }
  /** The connection is reset (RST). */
  | { readonly do: 'reset' }
  | { readonly do: 'fall-silent' };

/** What a step is played against. */
export interface Scene {
  readonly wire: VendorWire;
  readonly request: WireRequest;
  /** Makes the answer's id. */
  readonly ordinal: number;
}

/** Turns a step into moves. Pure, so that what a step means can be read and tested without a socket. */
export function movesOf(step: Step, scene: Scene): readonly Move[] {
  switch (step.kind) {
    case 'answer':
    case 'tool-call':
      return wholeOf(playOf(step, scene));
    case 'status':
      return failureMoves(statusFailure(step, scene), step);
    case 'garbage':
    case 'html':
    case 'empty':
    case 'raw':
      return rawMoves(step, scene.wire);
    case 'reset':
    case 'silence':
    case 'stall':
    case 'cut':
    case 'missing-terminal':
    case 'malformed-event':
    case 'error-event':
      return brokenMoves(step, playOf(step, scene), scene);
  }
}

/** The moves of a vendor's refusal. */
export function failureMoves(failure: WireFailure, pace: Pace = {}): readonly Move[] {
  return [...beforeHeaders(pace), ...responseOf(failure.status, failure.headers, [failure.body])];
}

/** An answer's moves by phase, so that a broken step can leave at any point. */
interface Play {
  readonly head: readonly Move[];
  readonly prelude: readonly Move[];
  /** One entry a chunk. */
  readonly content: readonly (readonly Move[])[];
  readonly ending: readonly Move[];
}

function wholeOf(play: Play): readonly Move[] {
  return [...play.head, ...play.prelude, ...play.content.flat(), ...play.ending, { do: 'end' }];
}

function playOf(step: AnswerContent & Pace & { readonly kind: string }, scene: Scene): Play {
  const { request, wire } = scene;
  const streams = step.as === undefined ? request.kind === 'chat' && request.streaming : step.as === 'stream';
  if (request.kind === 'embeddings') {
    return bodyPlay(embeddingsBody(wire, request), step, scene);
  }
  const answer = answerOf(step, scene);
  return streams ? streamPlay(answer, request, { step, scene }) : bodyPlay(wire.body(answer), step, scene);
}

function embeddingsBody(wire: VendorWire, request: Exclude<WireRequest, WireChat>): unknown {
  const vectors = request.inputs.map((input) => embeddingOf(input, request.dimensions ?? 8));
  return wire.embeddings?.(vectors, request);
}

function bodyPlay(body: unknown, step: AnswerContent & Pace, scene: Scene): Play {
  const headers = { ...headersOf(step, scene), 'content-type': 'application/json' };
  const waits = [...delay(step.firstTokenDelayMs), ...hold(step.holdBeforeFirstToken?.opened)];
  return {
    head: [...beforeHeaders(step), ...waits, { do: 'send-headers', status: 200, headers }],
    prelude: [],
    content: [[write(JSON.stringify(body))]],
    ending: hold(step.holdBeforeEnding?.opened),
  };
}

function streamPlay(
  answer: WireAnswer,
  request: WireChat,
  { step, scene }: { readonly step: AnswerContent & Pace; readonly scene: Scene },
): Play {
  const stream = scene.wire.stream(answer, request);
  const headers = { ...headersOf(step, scene), 'content-type': scene.wire.streamContentType };
  const preludes = Array.from({ length: step.preludes ?? 1 }, () => stream.prelude.map(write)).flat();
  return {
    head: [...beforeHeaders(step), { do: 'send-headers', status: 200, headers }],
    prelude: preludes,
    content: stream.content.map((bytes, index) => [...beforeChunk(step, index), write(bytes)]),
    ending: [
      ...afterChunks(step, stream.content.length),
      ...hold(step.holdBeforeEnding?.opened),
      ...stream.ending.map(write),
    ],
  };
}

function headersOf(step: AnswerContent, scene: Scene): Record<string, string> {
  return { ...scene.wire.answerHeaders(`fake${scene.ordinal}`), ...step.headers };
}

function answerOf(step: AnswerContent & { readonly kind: string }, scene: Scene): WireAnswer {
  const calls = step.calls ?? [];
  const text = step.text ?? (calls.length === 0 ? 'Hello from the fake.' : '');
  const chunks = step.chunks ?? text.match(/\S+\s*|\s+/g) ?? [];
  const parts: WirePart[] = [
    ...(step.reasoning === undefined ? [] : [{ kind: 'reasoning', fragments: step.reasoning } as const]),
    ...(chunks.length === 0 ? [] : [{ kind: 'text', fragments: chunks } as const]),
    ...calls.map(toWireCall),
  ];
  return {
    id: `fake${scene.ordinal}`,
    model: scene.request.model,
    createdSeconds: 1_700_000_000,
    parts,
    finish: step.finish ?? (calls.length === 0 ? 'stop' : 'tool-calls'),
    ...(step.nativeFinish === undefined ? {} : { nativeFinish: step.nativeFinish }),
    usage: step.usage ?? { inputTokens: 10, outputTokens: parts.flatMap((part) => part.fragments).length },
  };
}

function toWireCall(call: ScriptedCall): WireToolCall {
  const whole = call.arguments ?? '';
  const fragments = call.fragments ?? (whole === '' ? [] : [whole]);
  return { kind: 'tool-call', name: call.name, fragments, ...(call.id === undefined ? {} : { id: call.id }) };
}

function statusFailure(step: FailureStep, scene: Scene): WireFailure {
  const meaning = step.meaning ?? meaningOfStatus(step.status ?? 500);
  const streaming = scene.request.kind === 'chat' && scene.request.streaming;
  const failure = scene.wire.failure(meaning, { model: scene.request.model, streaming, ...step });
  return { ...failure, headers: { ...failure.headers, ...step.headers }, body: step.body ?? failure.body };
}

function brokenMoves(step: BrokenStep, play: Play, scene: Scene): readonly Move[] {
  switch (step.kind) {
    case 'reset':
      return [...upTo(play, step.when === 'after-chunks' ? step.afterChunks : step.when), { do: 'reset' }];
    case 'silence':
      return [...upTo(play, step.when), { do: 'fall-silent' }];
    case 'stall':
      return [...upToBreak(play, step), { do: 'fall-silent' }];
    case 'cut':
      return [...upToBreak(play, step), { do: step.clean === true ? 'end' : 'drop' }];
    case 'missing-terminal':
      return [...upTo(play, play.content.length), { do: 'end' }];
    case 'malformed-event': {
      const broken = [write(scene.wire.malformedEvent)];
      return wholeOf({ ...play, content: play.content.toSpliced(step.atChunk, 0, broken) });
    }
    case 'error-event': {
      const event = scene.wire.errorEvent(step.meaning, step.message === undefined ? {} : { message: step.message });
      return [...upTo(play, step.afterChunks), write(event), { do: 'end' }];
    }
  }
}

function upToBreak(
  play: Play,
  step: { readonly afterBytes: number } | { readonly afterChunks: number },
): readonly Move[] {
  return 'afterBytes' in step ? firstBytes(wholeOf(play), step.afterBytes) : upTo(play, step.afterChunks);
}

/** The moves up to a point: a phase, or so many chunks. */
function upTo(play: Play, point: 'before-headers' | 'after-headers' | 'after-prelude' | number): readonly Move[] {
  switch (point) {
    case 'before-headers':
      return [];
    case 'after-headers':
      return play.head;
    case 'after-prelude':
      return [...play.head, ...play.prelude];
    default:
      return [...play.head, ...play.prelude, ...play.content.slice(0, point).flat()];
  }
}

/** The moves up to a number of body bytes, the last write cut where it passes it. */
function firstBytes(moves: readonly Move[], limit: number): readonly Move[] {
  const kept: Move[] = [];
  let left = limit;
  for (const move of moves) {
    if (move.do === 'end' || (move.do === 'write' && left === 0)) {
      break;
    }
    const cut = move.do === 'write' ? { ...move, bytes: move.bytes.subarray(0, left) } : move;
    left -= cut.do === 'write' ? cut.bytes.length : 0;
    kept.push(cut);
  }
  return kept;
}

function rawMoves(step: RawStep, wire: VendorWire): readonly Move[] {
  const stream = { 'content-type': wire.streamContentType };
  switch (step.kind) {
    case 'garbage':
      return [...beforeHeaders(step), ...responseOf(200, stream, [GARBAGE])];
    case 'html':
      return [...beforeHeaders(step), ...responseOf(step.status ?? 200, { 'content-type': 'text/html' }, [HTML])];
    case 'empty':
      return [...beforeHeaders(step), ...responseOf(200, stream, [])];
    case 'raw':
      return [
        ...beforeHeaders(step),
        { do: 'send-headers', status: step.status ?? 200, headers: step.headers ?? stream },
        ...step.pieces.flatMap((piece, index) => [...beforeChunk(step, index), write(piece)]),
        { do: 'end' },
      ];
  }
}

/** Bytes that are neither UTF-8 nor a frame. */
const GARBAGE = Uint8Array.from({ length: 256 }, (_, index) => (index * 151 + 128) % 256);

const HTML = '<!doctype html><html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>';

function responseOf(
  status: number,
  headers: Readonly<Record<string, string>>,
  pieces: readonly (string | Uint8Array)[],
): Move[] {
  return [{ do: 'send-headers', status, headers }, ...pieces.map(write), { do: 'end' }];
}

function beforeHeaders(pace: Pace): Move[] {
  return hold(pace.holdBeforeHeaders?.opened);
}

function beforeChunk(pace: Pace, index: number): Move[] {
  const first = [...hold(pace.holdBeforeFirstToken?.opened), ...delay(pace.firstTokenDelayMs)];
  return [...afterChunks(pace, index), ...(index === 0 ? first : delay(pace.chunkDelayMs))];
}

function afterChunks(pace: Pace, count: number): Move[] {
  return pace.holdAfterChunks?.chunks === count ? hold(pace.holdAfterChunks.until.opened) : [];
}

function hold(until: Promise<void> | undefined): Move[] {
  return until === undefined ? [] : [{ do: 'wait', until }];
}

function delay(ms: number | undefined): Move[] {
  return ms === undefined ? [] : [{ do: 'delay', ms }];
}

function write(piece: string | Uint8Array): Move {
  return { do: 'write', bytes: typeof piece === 'string' ? new TextEncoder().encode(piece) : piece };
}
