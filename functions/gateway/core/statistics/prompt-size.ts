import type { Estimate } from './estimate.ts';
import type { Lesson } from './observation.ts';

/**
 * The size that all times to first token are remembered for. A vendor reads a prompt before it answers, at some 0.04 to 0.24 ms a token: a
 * long prompt says that a deployment is slow, and a short one that it is fast, where only the prompts differ. So what was seen is divided
 * by its prompt's factor, and what is expected multiplied by the asking one's.
 */
export const USUAL_PROMPT_TOKENS = 1000;

/**
 * How many times as long as after a usual prompt the first token is expected to take: linear in the tokens, twice as long as after none at
 * `doublingTokens`. 0 there: all prompts count alike.
 */
export function promptFactor(promptTokens: number, doublingTokens: number): number {
  return doublingTokens === 0 ? 1 : (doublingTokens + promptTokens) / (doublingTokens + USUAL_PROMPT_TOKENS);
}

/** What the lesson would have been after a usual prompt. The answer's own length of time is no matter of the prompt and stays. */
export function lessonAtUsualPrompt(lesson: Lesson, factor: number): Lesson {
  switch (lesson.kind) {
    case 'first-token':
      return { ...lesson, ttftMs: lesson.ttftMs / factor };
    case 'failed':
      return lesson.waitedMs === undefined ? lesson : { ...lesson, waitedMs: lesson.waitedMs / factor };
    case 'given-up': {
      const waited = { ...lesson, waitedMs: lesson.waitedMs / factor };
      return lesson.limitMs === undefined ? waited : { ...waited, limitMs: lesson.limitMs / factor };
    }
    case 'late':
      return { ...lesson, waitedMs: lesson.waitedMs / factor };
    case 'answered':
    case 'cut':
    case 'refused':
    case 'calibrated':
      return lesson;
  }
}

/** The estimate for a prompt with this factor. */
export function estimateAtPrompt(estimate: Estimate, factor: number): Estimate {
  const { recent, usual, ttftPercentileMs } = estimate;
  return {
    ...estimate,
    ttftTotalMs: estimate.ttftTotalMs * factor,
    seenMiddleMs: () => scaled(estimate.seenMiddleMs(), factor),
    ttftPercentileMs: (percentile) => scaled(ttftPercentileMs(percentile), factor),
    recent: {
      ...recent,
      ttftTotalMs: recent.ttftTotalMs * factor,
      last: recent.last.map((timeMs) => timeMs * factor),
      seenMiddleMs: () => scaled(recent.seenMiddleMs(), factor),
      seenMedianMs: () => scaled(recent.seenMedianMs(), factor),
    },
    usual: { ...usual, typicalMs: scaled(usual.typicalMs, factor) },
  };
}

function scaled(timeMs: number | undefined, factor: number): number | undefined {
  return timeMs === undefined ? undefined : timeMs * factor;
}
