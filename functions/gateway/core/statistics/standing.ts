import type { Ejection, EjectionState } from './ejection.ts';
import type { Estimate } from './estimate.ts';

/** What is known of one deployment now: what it is like, and whether it may be asked. */
export interface Standing {
  readonly estimate: Estimate;
  readonly state: EjectionState;
  readonly ejection?: Ejection;
  /** The ejection holds for the key alone that the request comes with. */
  readonly isForKeyOnly?: true;
  /** When a probe has last been made beside a request; `-Infinity` where none is known. */
  readonly lookedAtMs: number;
  /** Its last answers broke off: a first token is no proof that it is well. */
  readonly breaksAnswers: boolean;
  /** A caller has met a failure that may lie in his request: a probe should tell. */
  readonly isSuspect: boolean;
  /** It has been so for longer than it takes to tell. */
  readonly isLongSuspect?: boolean;
}

/** What tells how a deployment is at an instant. */
export interface Board {
  readonly look: (deployment: string, nowMs: number) => Pick<Standing, 'estimate'>;
}
