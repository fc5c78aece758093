import type { AttemptReport } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Usage } from '../model/usage.ts';

/** Characters of English a token, as the prompt's tokens are estimated. */
const CHARS_PER_TOKEN = 4;

/** The tokens that a vendor will charge one attempt for. */
export interface SpentUsage {
  readonly usage: Usage;
  /** Whether the vendor was stopped before it told, or does not tell. */
  readonly isEstimate: boolean;
}

/**
 * The tokens of one attempt, as the vendor told or else as far as can be known: the prompt, because vendors charge for it once they
 * have begun to read it, and the answer that had arrived. Some servers never tell, and no key is to use those for nothing.
 * `promptTokens` is our own count of the prompt. Nothing for attempts that the vendor refused or that never reached it: those are
 * free everywhere.
 */
export function spentUsage(report: AttemptReport, promptTokens: number): SpentUsage | undefined {
  const { failure, usage } = report;
  if (failure === undefined && usage !== undefined) {
    return { usage, isEstimate: false };
  }
  return report.ttftMs !== undefined || isInterrupted(failure)
    ? { usage: usageSoFar(report, promptTokens), isEstimate: true }
    : undefined;
}

/** The tokens that an attempt has used up to now. What the vendor has told counts, but for an answer that has since grown. */
export function usageSoFar({ usage, answerChars = 0 }: AttemptReport, promptTokens: number): Usage {
  const output = Math.max(usage?.output ?? 0, Math.ceil(answerChars / CHARS_PER_TOKEN));
  return { ...usage, input: usage?.input ?? promptTokens, output };
}

/** We stopped it while the vendor was at work. */
function isInterrupted(failure: AttemptFailure | undefined): boolean {
  return failure?.kind === 'aborted' || (failure?.kind === 'timed-out' && failure.phase !== 'connect');
}
