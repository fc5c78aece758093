import type { ChatUsage } from '../chat/chat-usage.ts';
import type { AttemptReport } from '../failover/attempt.ts';
import type { AttemptFailure } from '../failover/attempt-failure.ts';

/** Characters of English a token, as the prompt's tokens are estimated. */
const CHARS_PER_TOKEN = 4;

/** The tokens that a vendor will charge one attempt for. */
export interface SpentUsage {
  readonly usage: ChatUsage;
  /** Whether the vendor was stopped before it told. */
  readonly isEstimate: boolean;
}

/**
 * The tokens of one attempt, as the vendor told or, where it was interrupted, as far as can be known: the prompt, because vendors charge
 * for it once they have begun to read it, and the answer that had arrived. `promptTokens` is our own count of the prompt. Nothing for
 * attempts that the vendor refused or that never reached it: those are free everywhere.
 */
export function spentUsage(report: AttemptReport, promptTokens: number): SpentUsage | undefined {
  const { failure, usage } = report;
  if (failure === undefined) {
    return usage === undefined ? undefined : { usage, isEstimate: false };
  }
  return report.ttftMs !== undefined || isInterrupted(failure)
    ? { usage: usageSoFar(report, promptTokens), isEstimate: true }
    : undefined;
}

/** The tokens that an attempt has used up to now. What the vendor has told counts, but for an answer that has since grown. */
export function usageSoFar({ usage, answerChars = 0 }: AttemptReport, promptTokens: number): ChatUsage {
  const prompt = usage?.prompt_tokens ?? promptTokens;
  const completion = Math.max(usage?.completion_tokens ?? 0, Math.ceil(answerChars / CHARS_PER_TOKEN));
  return { ...usage, prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/** We stopped it while the vendor was at work. */
function isInterrupted(failure: AttemptFailure): boolean {
  return failure.kind === 'aborted' || (failure.kind === 'timed-out' && failure.phase !== 'connect');
}
