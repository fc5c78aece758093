import type { StatusBody } from '../../core/serve/status-call.ts';
import type { DeploymentStatus } from '../../core/status/fleet-status.ts';
import { decisionsSection } from './decisions-section.ts';
import { deploymentsView } from './deployments-view.ts';
import { byId, setText } from './element.ts';
import { type History, history } from './history.ts';
import { idleRoutes } from './idle-routes.ts';
import { routeFigures } from './route-figures.ts';
import { routesView } from './routes-view.ts';
import { stateChanges } from './state-changes.ts';
import { summaryView } from './summary-view.ts';
import { worthView } from './worth-view.ts';

/** All that is shown once there is something to show. */
export interface Board {
  readonly show: (status: StatusBody) => void;
  readonly cursors: History['cursors'];
}

/** Fills the tables of the page. */
export function board(isLocal: boolean): Board {
  const past = history();
  const showSummary = summaryView();
  const showDeployments = deploymentsView();
  const showRoutes = routesView();
  const showWorth = worthView();
  const foldIdle = idleRoutes();
  const showDecisions = decisionsSection(isLocal);
  const announce = announcer();
  return {
    cursors: past.cursors,
    show: (status) => {
      past.take(status);
      const { atMs: nowMs, deployments, routes } = status;
      const decisions = past.decisions();
      const byRoute = Map.groupBy(decisions, ({ route }) => route);
      const callers = routeFigures(decisions, nowMs);
      showSummary(status, callers);
      showWorth(status, decisions, callers);
      showDeployments(
        deployments.map((deployment) => ({ deployment, points: past.points(deployment.id), decisions, nowMs })),
      );
      const rows = routes.map((route) => ({
        route,
        figures: routeFigures(byRoute.get(route.name) ?? [], nowMs),
        nowMs,
      }));
      showRoutes(rows);
      foldIdle(rows.filter(({ figures }) => figures.calls === 0).length, rows.length);
      showDecisions(status, decisions);
      announce(deployments);
    },
  };
}

/** Says to screen readers what has changed since the last poll. */
function announcer(): (deployments: readonly DeploymentStatus[]) => void {
  let states: ReadonlyMap<string, DeploymentStatus['state']> = new Map();
  return (deployments) => {
    const changes = stateChanges(states, deployments);
    states = new Map(deployments.map(({ id, state }) => [id, state]));
    if (changes.length > 0) {
      setText(byId('announcer'), changes.join(' '));
    }
  };
}
