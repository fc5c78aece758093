import type { Attempt, AttemptSetting } from '../model/attempt.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { CandidateRecord } from '../model/request-record.ts';
import type { Encoding } from '../protocols/protocol.ts';
import type { Standing } from '../statistics/standing.ts';

/** A deployment able to serve the request, with its score in the plan. */
export interface Candidate {
  readonly deployment: Deployment;
  readonly standing: Standing;
  /** Lower is better; the unit is the strategy's. */
  readonly score: number;
  readonly state: CandidateRecord['state'];
  /** Expected time to first token, milliseconds. */
  readonly expectedTtftMs: number;
  /** Whether it is one of several that count as equally good: which of them a request meets depends on its conversation. */
  readonly isTied: boolean;
  /** How many times as long as after a usual prompt its first token is expected to take, for what its vendor must read. */
  readonly promptFactor: number;
  /** Tokens of the prompt that its vendor has read minutes before. */
  readonly warmTokens: number;
  /** The score that places a conversation: where no turn of it was yet, what its next turns would have is counted too. */
  readonly placementScore: number;
}

/** A candidate that one request's race may ask. The race, the call log and the record refer to this object. */
export interface Contender<Piece = unknown> extends Candidate, LazyEncoding<Piece> {
  readonly limits: ContenderLimits;
}

/** How patient a race is with one contender. Lengths of time in milliseconds, from the dial. */
export interface ContenderLimits {
  /** It is given up where nothing has been seen for this long and another contender is left. */
  readonly firstTokenMs: number;
  /** A hedge starts after this long without a token. Absent: it gets no hedge. */
  readonly hedgeAfterMs?: number;
  /** Whether it may be the target of a hedge: neither ejected nor slow. */
  readonly isHedgeTarget: boolean;
  /** A missing first token is told to the fleet after this long. */
  readonly lateAfterMs: number;
  /** A call that is stopped for a faster one's sake says something of it after a silence of this long. */
  readonly silenceAfterMs: number;
  /** And as much as a failure after this long. */
  readonly silenceLimitMs: number;
}

/** A request in one vendor's words, or the reason why that vendor cannot be asked. */
export type CallEncoding<Piece> = EncodedCall<Piece> | UnsupportedCall;

/** A request in one vendor's words. */
export interface EncodedCall<Piece> {
  readonly kind: 'encoded';
  /** Names of the caller's fields that were left out. */
  readonly dropped: readonly string[];
  /** One upstream call. */
  readonly attempt: (setting: AttemptSetting) => Attempt<Piece>;
}

/** Why a vendor cannot be asked: the caller's field and the vendor's reason. */
export type UnsupportedCall = Extract<Encoding, { kind: 'unsupported' }>;

/** One deployment's form of a request. */
export interface LazyEncoding<Piece> {
  /** The request in its vendor's words, made when it is first asked for. */
  readonly encode: () => CallEncoding<Piece>;
  /** Whether its vendor is known to be unable to serve the request. Nothing is encoded to find out. */
  readonly isUnfit: () => boolean;
}

/** One request's encodings by deployment. */
export type Encodings<Piece> = (deployment: Deployment) => LazyEncoding<Piece>;
