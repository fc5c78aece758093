import type { StatusBody } from '../../core/serve/status-call.ts';
import type { Decision } from '../../core/status/decision.ts';
import type { DeploymentStatus } from '../../core/status/fleet-status.ts';

/** How far back the plots and the callers' figures go. */
export const WINDOW_MS = 300_000;
/** Decisions kept, however many come in that time. */
const MAX_DECISIONS = 3000;
/** Instances whose place is remembered: a deployed gateway has several, and any may answer. */
const MAX_INSTANCES = 16;

/** What the page has seen: the endpoint tells only how things stand, the past is put together from its answers. */
export interface History {
  readonly take: (status: StatusBody) => void;
  /** For the next poll: the cursors of the instances that have answered, the latest last. */
  readonly cursors: () => readonly string[];
  /** Oldest first. */
  readonly decisions: () => readonly Decision[];
  /** A deployment's figures at each poll, oldest first. */
  readonly points: (deployment: string) => readonly HistoryPoint[];
}

/** The percentiles of a deployment at an instant, and its state where a poll has seen it. */
export interface HistoryPoint extends Pick<DeploymentStatus, 'ttftMs'> {
  readonly atMs: number;
  readonly state?: DeploymentStatus['state'];
}

/** A history without polls. */
export function history(): History {
  const cursors = new Map<string, string>();
  const points = new Map<string, HistoryPoint[]>();
  const seen = new Set<string>();
  let decisions: Decision[] = [];
  const takeDecisions = ({ decisions: page }: StatusBody): void => {
    const { instance, cursor, items } = page;
    cursors.delete(instance);
    cursors.set(instance, cursor);
    for (const [oldest] of [...cursors].slice(0, -MAX_INSTANCES)) {
      cursors.delete(oldest);
    }
    const fresh = items.filter(({ requestId }) => !seen.has(requestId));
    if (fresh.length === 0) {
      return;
    }
    decisions = [...decisions, ...fresh].sort((a, b) => endOf(a) - endOf(b)).slice(-MAX_DECISIONS);
    seen.clear();
    for (const { requestId } of decisions) {
      seen.add(requestId);
    }
  };
  return {
    take: (status) => {
      takeDecisions(status);
      for (const { id, state, recentTtftMs, ttftMs } of status.deployments) {
        const own = points.get(id) ?? [];
        const recent = own.filter(({ atMs }) => atMs >= status.atMs - WINDOW_MS && atMs < status.atMs);
        points.set(id, [
          ...recent,
          { atMs: status.atMs, state, ttftMs: recentTtftMs.p50 === null ? ttftMs : recentTtftMs },
        ]);
      }
    },
    cursors: () => [...cursors.values()],
    decisions: () => decisions,
    points: (deployment) => points.get(deployment) ?? [],
  };
}

function endOf({ atMs, totalMs }: Decision): number {
  return atMs + totalMs;
}
