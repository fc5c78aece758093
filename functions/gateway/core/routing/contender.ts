import type { Attempt } from '../model/attempt.ts';
import type { Dial } from '../model/dial.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { CandidateRecord } from '../model/request-record.ts';
import { missingPrices } from '../model/usage.ts';
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
  /** One upstream call. The dial is the attempt's own. */
  readonly attempt: (dial: Dial) => Attempt<Piece>;
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

/** Encodings by `encode`, each made once and not before it is asked for. */
export function encodingsOnce<Piece>(encode: (deployment: Deployment) => CallEncoding<Piece>): Encodings<Piece> {
  const lazy = new Map<string, LazyEncoding<Piece>>();
  return (deployment) => {
    const known = lazy.get(deployment.id);
    if (known !== undefined) {
      return known;
    }
    let made: CallEncoding<Piece> | undefined;
    const encoding: LazyEncoding<Piece> = {
      encode: () => {
        made ??= encode(deployment);
        return made;
      },
      isUnfit: () => made?.kind === 'unsupported',
    };
    lazy.set(deployment.id, encoding);
    return encoding;
  };
}

/** A vendor's count may be this much smaller than ours: only what is surely too long is kept away. */
const SAFETY = 0.6;

/**
 * Which deployments can serve the request, or why none can. What a vendor's protocol cannot express is found by its encoder. `countsMoney`:
 * the key has a limit of dollars, which what has no price would not count against.
 */
export function qualify(
  deployments: readonly Deployment[],
  facts: Pick<RequestFacts, 'tags' | 'promptTokens'>,
  countsMoney = false,
): { readonly qualified: readonly Deployment[]; readonly unmet: readonly string[] } {
  const tagged = deployments.filter((deployment) => facts.tags.every((tag) => deployment.tags.includes(tag)));
  if (tagged.length === 0) {
    return { qualified: [], unmet: facts.tags.length === 0 ? [] : [`the tags ${shownTags(facts.tags)}`] };
  }
  const priced = tagged.filter((deployment) => !countsMoney || missingPrices(deployment).length === 0);
  if (priced.length === 0) {
    return { qualified: [], unmet: ["a price, which this key's limit of US dollars needs"] };
  }
  const fitting = priced.filter((deployment) => facts.promptTokens * SAFETY <= (deployment.contextWindow ?? Infinity));
  return {
    qualified: fitting,
    unmet: fitting.length === 0 ? [`a context window for about ${facts.promptTokens} tokens`] : [],
  };
}

/** As many tags as an error repeats, and as much of each. */
const MAX_SHOWN = 20;
const MAX_SHOWN_CHARS = 64;

function shownTags(tags: readonly string[]): string {
  const shown = tags.slice(0, MAX_SHOWN).map((tag) => tag.slice(0, MAX_SHOWN_CHARS));
  const more = tags.length > MAX_SHOWN ? ` and ${tags.length - MAX_SHOWN} more` : '';
  return shown.join(', ') + more;
}
