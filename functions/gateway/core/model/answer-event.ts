import type { JsonObject } from '../wire/json.ts';
import type { AttemptFailure } from './attempt-failure.ts';
import type { Native } from './dialect.ts';
import type { Citation, MediaPart, Source } from './part.ts';
import type { Usage } from './usage.ts';

/**
 * One step of an answer, the same for every vendor: parts begin, grow and end, each under its number, so that order and borders survive.
 * What a protocol's decoder emits, and what a surface's stream and body and the commit point are made from. `choice` is the index of the
 * choice (0 unless several were asked for); `part` counts from 0 within the choice, in the order in which parts begin. Parts of tool calls
 * may grow side by side; of other parts one is open at a time.
 */
export type AnswerEvent =
  | PartStart
  /** A piece of the part's text: words, reasoning, arguments (JSON text, cut anywhere). Never empty. A call without arguments gets one `{}`. */
  | { readonly type: 'part-delta'; readonly choice: number; readonly part: number; readonly text: string }
  | PartEnd
  /** Sources of the choice as a whole, from vendors that tell them at its end and not part by part. */
  | { readonly type: 'citations'; readonly choice: number; readonly citations: readonly Citation[] }
  /** Log probabilities of tokens, in OpenAI's `logprobs` shape. */
  | { readonly type: 'logprobs'; readonly choice: number; readonly logprobs: JsonObject }
  /** What a vendor says of a choice that only its dialect understands: annotations, audio, unknown members. `ifForeign` is not looked at.
   * `of`: members of the choice itself and not of its message. */
  | { readonly type: 'native'; readonly choice: number; readonly native: Native; readonly of?: 'choice' }
  | ChoiceFinish
  /** Token counts so far: cumulative, so that the last one stands. */
  | { readonly type: 'usage'; readonly usage: Usage }
  /** Of the answer as a whole. The last one stands, member by member. */
  | AboutAnswer
  /** The vendor's sign of life. */
  | { readonly type: 'keep-alive' }
  /** The answer failed: an error event, malformed bytes, an end without an ending. Nothing follows it. */
  | { readonly type: 'failed'; readonly failure: AttemptFailure };

/** A part begins. Parts of a choice are numbered from 0, in their order. */
export interface PartStart {
  readonly type: 'part-start';
  readonly choice: number;
  readonly part: number;
  readonly begins: BegunPart;
}

/** What kind of part begins. `native`: members beside it that only one dialect knows. */
export type BegunPart =
  | { readonly kind: 'text' | 'reasoning' | 'refusal'; readonly native?: Native }
  | {
      readonly kind: 'tool-call';
      readonly id: string;
      readonly name: string;
      /** Whether its input is text and no JSON. */
      readonly isCustom?: true;
      readonly native?: Native;
    }
  /** A picture that the model made: whole at once, without deltas. */
  | { readonly kind: 'media'; readonly media: MediaPart['media']; readonly source: Source }
  /** `native.value` is the vendor's own beginning, whole. Deltas are its input, where it has one. */
  | { readonly kind: 'opaque'; readonly what: string; readonly native: Native };

/** A part is complete. */
export interface PartEnd {
  readonly type: 'part-end';
  readonly choice: number;
  readonly part: number;
  readonly citations?: readonly Citation[];
  /** What proves the part to the vendor that made it: the caller sends it back with the next turn. */
  readonly proof?: Native;
}

/** A choice ended. At most one a choice; every part of it has ended before. */
export interface ChoiceFinish {
  readonly type: 'finish';
  readonly choice: number;
  readonly reason: FinishReason;
  /** The vendor's own word. */
  readonly raw?: string;
  /** Which one of the caller's stop sequences ended it. */
  readonly stopSequence?: string;
}

/** `paused`: the vendor's own tools take longer than one answer; the caller sends the answer back to go on. */
export type FinishReason = 'end' | 'stop-sequence' | 'length' | 'tool-calls' | 'filtered' | 'paused';

/** Facts of the answer as a whole. They may come in several events; a later member replaces an earlier one. */
export interface AboutAnswer {
  readonly type: 'about';
  /** The vendor's id of the answer. */
  readonly id?: string;
  /** The model's version, where the vendor tells it apart from its name. */
  readonly version?: string;
  /** In OpenAI's words. */
  readonly serviceTier?: string;
  /** Members of the answer that only its dialect knows. */
  readonly native?: Native;
}

/** Whether the event is something the caller asked for: the first such one is the commit point and ends time to first token. */
export function isContent(event: AnswerEvent): boolean {
  if (event.type !== 'part-start') {
    return event.type === 'part-delta';
  }
  // A call without arguments, and a server's tool that is at work, are more than a beginning.
  return event.begins.kind === 'tool-call' || event.begins.kind === 'opaque';
}
