import type {
  FailureDetails,
  FailureMeaning,
  WireFinish,
  WireToolCall,
  WireUsage,
} from '../../infra/local/simulated/vendor-wire.ts';
import type { Gate } from './gate.ts';

/** What a fake provider does with one request. */
export type Step = AnswerStep | FailureStep | BrokenStep | RawStep;

/** A whole answer, in the vendor's shape, streamed where a stream was asked for. */
export type AnswerStep = ({ readonly kind: 'answer' } | ({ readonly kind: 'tool-call' } & ToolCallContent)) &
  AnswerContent &
  Pace;

export interface AnswerContent {
  /** Default for `answer`: "Hello from the fake." */
  readonly text?: string;
  /** The pieces in which the text is streamed. Default: its words. */
  readonly chunks?: readonly string[];
  /** Comes before the text. */
  readonly reasoning?: readonly string[];
  /** Come after the text. */
  readonly calls?: readonly ScriptedCall[];
  /** Default: fits the content. */
  readonly finish?: WireFinish;
  /** The vendor's own word for the end. */
  readonly nativeFinish?: string;
  readonly usage?: WireUsage;
  /** How many times the vendor's beginning (role, pings) is sent before the first token. Default: once. */
  readonly preludes?: number;
  /** Answer in this form whatever was asked for. */
  readonly as?: 'stream' | 'body';
  readonly headers?: Readonly<Record<string, string>>;
}

interface ToolCallContent {
  readonly calls: readonly ScriptedCall[];
}

/** `fragments` default to the arguments in one piece. */
export interface ScriptedCall extends Partial<Pick<WireToolCall, 'id' | 'fragments'>> {
  readonly name: string;
  /** JSON text. Default: none, as of a call without arguments. */
  readonly arguments?: string;
}

/** A response that is not 2xx, vendor-shaped by its meaning or by its status, or with a body of its own. */
export type FailureStep = Pace &
  FailureDetails & {
    readonly kind: 'status';
    /** Default: what `status` usually means. */
    readonly meaning?: FailureMeaning;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };

/** An answer that goes wrong. Chunks are counted as in `WireStream.content`. The content is that of an `answer` step. */
export type BrokenStep = AnswerContent &
  Pace &
  (
    | { readonly kind: 'reset'; readonly when: 'before-headers' | 'after-headers' }
    | { readonly kind: 'reset'; readonly when: 'after-chunks'; readonly afterChunks: number }
    /** Nothing more comes until the client hangs up or the fake is closed. */
    | { readonly kind: 'silence'; readonly when: 'before-headers' | 'after-headers' | 'after-prelude' }
    | { readonly kind: 'stall'; readonly afterChunks: number }
    | { readonly kind: 'stall'; readonly afterBytes: number }
    /** The stream ends there. `clean` (default false): as a well-formed HTTP body, else the connection is dropped. */
    | { readonly kind: 'cut'; readonly afterChunks: number; readonly clean?: boolean }
    | { readonly kind: 'cut'; readonly afterBytes: number; readonly clean?: boolean }
    /** All content, then a clean end of the body without the vendor's ending. */
    | { readonly kind: 'missing-terminal' }
    /** An event with broken JSON before the chunk of that index; then everything else as usual. */
    | { readonly kind: 'malformed-event'; readonly atChunk: number }
    /** The vendor's error event after so many chunks, then a clean end of the body. */
    | ({ readonly kind: 'error-event'; readonly afterChunks: number; readonly meaning: FailureMeaning } & Pick<
        FailureDetails,
        'message'
      >)
  );

/** Bytes that are no answer of the vendor's. */
export type RawStep = Pace &
  (
    | { readonly kind: 'garbage' }
    | { readonly kind: 'html'; readonly status?: number }
    | { readonly kind: 'empty' }
    | {
        readonly kind: 'raw';
        readonly status?: number;
        /** Default: the content type of the vendor's streams. */
        readonly headers?: Readonly<Record<string, string>>;
        /** Each is written on its own, and counts as a chunk. */
        readonly pieces: readonly (string | Uint8Array)[];
      }
  );

/** When things happen. Nothing waits by default. A gate is the way for a test that must not depend on time. */
export interface Pace {
  readonly firstTokenDelayMs?: number;
  readonly chunkDelayMs?: number;
  readonly holdBeforeHeaders?: Gate;
  readonly holdBeforeFirstToken?: Gate;
  readonly holdAfterChunks?: { readonly chunks: number; readonly until: Gate };
  readonly holdBeforeEnding?: Gate;
}
