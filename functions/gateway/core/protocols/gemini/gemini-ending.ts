import type { AttemptFailure, VendorError } from '../../model/attempt-failure.ts';
import { defined } from '../../model/defined.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import { unknownEnding } from '../ending-word.ts';

/**
 * Why a candidate ended. `natural`: it said all it had, which after a call means `tool-calls`. `unclear`: perhaps cut off. `broken`: the
 * vendor's own failure, not an ending.
 */
type EndingReason = 'natural' | 'length' | 'filtered' | 'unclear' | 'broken';

/** How a candidate ended, and why. */
export interface Ending {
  /** The vendor's word. */
  readonly native: string;
  readonly reason: EndingReason;
  /** The vendor's explanation. */
  readonly message: string | undefined;
}

/** The ending that a candidate states; `undefined` while it goes on. */
export function candidateEnding(candidate: unknown): Ending | undefined {
  const native = stringMember(candidate, 'finishReason') ?? '';
  if (native === '' || native === 'FINISH_REASON_UNSPECIFIED') {
    return undefined;
  }
  return {
    native,
    reason: REASONS.get(native) ?? unknownReason(native),
    message: stringMember(candidate, 'finishMessage'),
  };
}

/** A reason that no table knows never ends a candidate naturally. */
function unknownReason(native: string): EndingReason {
  const ending = unknownEnding(native);
  if (ending.kind === 'failed') {
    return 'broken';
  }
  return ending.reason === 'filtered' ? 'filtered' : 'unclear';
}

/** Source: ai.google.dev/api/generate-content#FinishReason, 2026-11; MODEL_ARMOR is Vertex AI's. */
const REASONS: ReadonlyMap<string, EndingReason> = new Map([
  ['STOP', 'natural'],
  ['OTHER', 'unclear'],
  ['NO_IMAGE', 'broken'],
  ['IMAGE_OTHER', 'broken'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'filtered'],
  ['RECITATION', 'filtered'],
  ['LANGUAGE', 'filtered'],
  ['BLOCKLIST', 'filtered'],
  ['PROHIBITED_CONTENT', 'filtered'],
  ['SPII', 'filtered'],
  ['MODEL_ARMOR', 'filtered'],
  ['IMAGE_SAFETY', 'filtered'],
  ['IMAGE_PROHIBITED_CONTENT', 'filtered'],
  ['IMAGE_RECITATION', 'filtered'],
  ['MALFORMED_FUNCTION_CALL', 'broken'],
  ['MALFORMED_RESPONSE', 'broken'],
  ['UNEXPECTED_TOOL_CALL', 'broken'],
  ['TOO_MANY_TOOL_CALLS', 'broken'],
  ['MISSING_THOUGHT_SIGNATURE', 'broken'],
]);

/** The failure of an answer that the vendor calls broken, or that says nothing: another try may do better. */
export function brokenFailure(ending: Ending): AttemptFailure {
  const message = ending.message ?? `The model's answer ended with ${ending.native}.`;
  return { kind: 'malformed', reason: ending.native, vendor: { status: 502, message, code: ending.native } };
}

/** The failure of a prompt that Google refuses, with its reason as `type`; `undefined` where the feedback blocks nothing. */
export function blockedFailure(
  feedback: JsonObject | undefined,
): (AttemptFailure & { readonly kind: 'rejected'; readonly vendor: VendorError }) | undefined {
  const reason = stringMember(feedback, 'blockReason');
  const message = stringMember(feedback, 'blockReasonMessage');
  if (reason === undefined && message === undefined) {
    return undefined;
  }
  const vendor = {
    status: 400,
    message: ['The prompt was blocked', reason, message].filter((text) => text !== undefined).join(': '),
    code: 'content_filter',
    ...defined({ type: reason }),
  };
  return { kind: 'rejected', status: 400, isKnown: true, vendor };
}
