import type { Candidate } from './contender.ts';

/** Below this much evidence a deployment's own distribution says nothing of its tail. */
const MIN_EVIDENCE = 20;

/** The live time to first token, in milliseconds, that `percentile` per cent stay under; `undefined` where too little is known. */
export function ownTail({ standing: { estimate } }: Candidate, percentile: number): number | undefined {
  const evidence = Math.max(estimate.evidence, estimate.usual.evidence);
  return evidence >= MIN_EVIDENCE ? estimate.ttftPercentileMs(percentile) : undefined;
}
