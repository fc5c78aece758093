import type { Standing } from '../statistics/standing.ts';
import type { Mark } from './rollup-store.ts';

/** Notices when deployments are set aside and when they are back, from looks at how they stand. */
export interface EjectionMarks {
  /** What has changed since the last look. */
  readonly changes: (
    deployment: string,
    standing: Pick<Standing, 'state' | 'ejection'>,
    nowMs: number,
  ) => readonly Mark[];
}

/** Nothing has been noticed yet. */
export function ejectionMarks(): EjectionMarks {
  const standing = new Map<string, Mark>();
  return {
    changes: (deployment, { state, ejection }, nowMs) => {
      const known = standing.get(deployment);
      if (state === 'healthy' || ejection === undefined) {
        standing.delete(deployment);
        return known === undefined ? [] : [{ ...known, recoveredAtMs: Math.floor(nowMs) }];
      }
      if (known?.untilMs === ejection.untilMs) {
        return [];
      }
      const { untilMs, reason } = ejection;
      const mark = { deployment, untilMs, reason, atMs: Math.floor(nowMs) };
      standing.set(deployment, mark);
      return [mark];
    },
  };
}

/** A time in which a deployment was set aside, however often that was prolonged. */
export interface Absence {
  readonly deployment: string;
  readonly fromMs: number;
  readonly reason: Mark['reason'];
  /** `null`: it is still away. */
  readonly untilMs: number | null;
}

/** What the marks of one deployment say. `isHealthy`: now; who is well and was not seen to come back, came back after its last cooldown. */
export function absences(marks: readonly Mark[], isHealthy: boolean): readonly Absence[] {
  const closed: Absence[] = [];
  let open: Mark | undefined;
  let lastUntilMs = 0;
  for (const mark of marks.toSorted((a, b) => a.atMs - b.atMs || a.untilMs - b.untilMs)) {
    open ??= mark;
    lastUntilMs = mark.untilMs;
    if (mark.recoveredAtMs !== undefined) {
      closed.push(absence(open, mark.recoveredAtMs));
      open = undefined;
    }
  }
  return open === undefined ? closed : [...closed, absence(open, isHealthy ? lastUntilMs : null)];
}

function absence({ deployment, atMs, reason }: Mark, untilMs: number | null): Absence {
  return { deployment, fromMs: atMs, reason, untilMs };
}
