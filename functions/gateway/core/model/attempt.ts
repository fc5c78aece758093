import type { Arrivals } from './arrivals.ts';
import type { AttemptFailure } from './attempt-failure.ts';
import type { Dial, UpstreamCall } from './dial.ts';
import type { Deployment } from './gateway-config.ts';
import type { Usage } from './usage.ts';

/** One upstream call that answers in pieces. `open` first, then what arrives until its end: well or not, as `report` says. Nothing here rejects. */
export interface Attempt<Piece> extends Arrivals<readonly Piece[]> {
  readonly deployment: Deployment;
  readonly startedAtMs: number;
  /** Its id in the request's trace; the provider sees it as its parent. Absent where it is part of none. */
  readonly spanId?: string | undefined;
  /** Dials and reads up to the first content (or the whole of an answer without any): the pieces so far, or why there are none. */
  readonly open: () => Promise<AttemptOpening<Piece>>;
  /** Stops it at once. The failure is what `open` or `report` then gives. */
  readonly abort: (failure: AttemptFailure) => void;
  readonly report: () => AttemptReport;
}

/** What an attempt is made with beside its request: how it is sent, and who is told of it. */
export interface AttemptSetting {
  readonly dial: Dial;
  /** Of its calls, beside the requests' own. @default none */
  readonly headers?: UpstreamCall['headers'];
  /** Its id in the request's trace. Absent where it is part of none. */
  readonly spanId?: string;
  /** Called when it begins. Absent: nobody is told. */
  readonly observe?: (attempt: ObservedAttempt) => AttemptObserver;
  /**
   * Whether no other attempt at the same answer is under way. What an attempt that is alone shows is told behind its first words; beside
   * another it is told before that one is stopped. @default not alone
   */
  readonly isAlone?: () => boolean;
}

/** An attempt as who is told of it knows it. */
export type ObservedAttempt = Pick<Attempt<unknown>, 'deployment' | 'startedAtMs'>;

/** Who is told what comes of an attempt. */
export interface AttemptObserver {
  /** It has shown its first content, or has failed before. */
  readonly tellOpening: (report: AttemptReport) => void;
  /** It has ended, well or not. */
  readonly tellEnd: (report: AttemptReport) => void;
}

/** What an attempt came to first: the pieces up to its first content, or a failure. */
export type AttemptOpening<Piece> =
  | { readonly kind: 'opened'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'failed'; readonly failure: AttemptFailure };

/** How it stands with an attempt, at any time. */
export interface AttemptReport {
  readonly ttftMs?: number;
  readonly endedAtMs?: number;
  readonly failure?: AttemptFailure;
  readonly usage?: Usage;
  /** Bytes of the answer's text that have arrived, of whatever kind, in UTF-8; a digit counts as two. */
  readonly answerBytes?: number;
  /** What the vendor asks for beside tokens where it bills the attempt at all, US dollars. */
  readonly feesUsd?: number;
  /** What the vendor makes and bills where we stop reading: the rest of a stream, or a whole answer, which is silent until it is made. */
  readonly unheard?: 'rest' | 'whole';
  /** Set while the vendor's own tools have read, or may have read, what it has not told the tokens of. */
  readonly readsUntold?: true;
  /** Bytes of the response's body that have arrived, whatever they say. */
  readonly bodyBytes?: number;
  /** Whether the vendor has taken a part of what was asked, of an attempt that is more than one call: it bills that, whatever comes of the rest. */
  readonly isPartlyRead?: true;
}
