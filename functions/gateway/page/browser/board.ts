import type { StatusBody } from '../../core/serve/status-call.ts';
import type { DeploymentStatus } from '../../core/status/fleet-status.ts';
import type { RangeFigures } from '../../core/status/range-figures.ts';
import { routeDots } from './call-dots.ts';
import { decisionsSection } from './decisions-section.ts';
import { deploymentsView } from './deployments-view.ts';
import { byId, setText } from './element.ts';
import { figuresView } from './figures-view.ts';
import { type History, history } from './history.ts';
import { idleRoutes } from './idle-routes.ts';
import { deploymentSeries, routeSeries, timeWindow } from './plot-series.ts';
import { RANGE_TEXT, type RangeSwitch } from './range-switch.ts';
import { routesView } from './routes-view.ts';
import { type Slowness, slowNow } from './slowness.ts';
import { stateChanges } from './state-changes.ts';
import { summaryView } from './summary-view.ts';
import { worthView } from './worth-view.ts';

/** All that is shown once there is something to show. */
export interface Board {
  readonly show: (status: StatusBody) => void;
  readonly cursors: History['cursors'];
}

/** Fills the tables of the page. */
export function board(isLocal: boolean, range: Pick<RangeSwitch, 'read'>): Board {
  const seen = history();
  const showSummary = summaryView();
  const showFleet = fleetViews(seen, range);
  const showWorth = worthView();
  const showFigures = figuresView();
  const showDecisions = decisionsSection(isLocal);
  const announce = announcer();
  let known: RangeFigures | undefined;
  return {
    cursors: seen.cursors,
    show: (status) => {
      seen.take(status);
      known = status.past ?? known;
      const past = known?.range === range.read() ? known : undefined;
      const slow = new Map(status.deployments.map((one) => [one.id, slowNow(one, seen.points(one.id))]));
      showSummary(
        status,
        past,
        [...slow].flatMap(([id, how]) => (how === undefined ? [] : [id])),
      );
      showWorth(past);
      showFigures(past);
      showFleet(status, past, slow);
      showDecisions(status, seen.decisions());
      announce(status.deployments);
    },
  };
}

/** The tables with a plot in each row. */
function fleetViews(
  seen: History,
  range: Pick<RangeSwitch, 'read'>,
): (status: StatusBody, past: RangeFigures | undefined, slow: ReadonlyMap<string, Slowness | undefined>) => void {
  const showDeployments = deploymentsView();
  const showRoutes = routesView();
  const foldIdle = idleRoutes();
  return ({ atMs: nowMs, deployments, routes }, past, slow) => {
    const chosen = range.read();
    const window = timeWindow(chosen, nowMs, past?.slotMs);
    const decisions = seen.decisions();
    const byRoute = Map.groupBy(decisions, ({ route }) => route);
    const input = { range: chosen, nowMs, past };
    showDeployments(
      deployments.map((deployment) => {
        const own = { points: seen.points(deployment.id), decisions };
        const series = deploymentSeries(deployment.id, own, input);
        return { deployment, slow: slow.get(deployment.id), series, window };
      }),
    );
    const rows = routes.map((route) => {
      const figures = past?.routes.find(({ name }) => name === route.name);
      const dots = routeDots(byRoute.get(route.name) ?? [], nowMs);
      return { route, figures, series: routeSeries(figures, dots, chosen), window };
    });
    showRoutes(rows);
    foldIdle(rows.filter(({ figures }) => (figures?.calls ?? 0) === 0).length, rows.length);
    for (const id of ['deployments-range', 'routes-range']) {
      setText(byId(id), RANGE_TEXT[chosen]);
    }
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
