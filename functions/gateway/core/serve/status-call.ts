import { defined } from '../model/defined.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import type { DecisionPage } from '../status/decision-log.ts';
import { type FleetStatus, fleetStatus } from '../status/fleet-status.ts';
import { RANGES, type RangeFigures, type RangeName } from '../status/range-figures.ts';
import type { Call } from './call.ts';
import type { GatewayResponse } from './ports.ts';
import { errorAnswer, withOwnHeaders } from './respond.ts';

/** The body of the status: the fleet as the router sees it, and the decisions of the one instance that answers. STATUS.md explains it. */
export interface StatusBody extends FleetStatus {
  readonly decisions: DecisionPage;
  /** Of the range that was asked for. Absent where none was, or the past cannot be read now. */
  readonly past?: RangeFigures;
}

/** Cursors in one request: those of the instances that the reader has met. */
const MAX_CURSORS = 32;

/**
 * Serves `GET /status`, to operators. It is not recorded: a page that asks every second would fill the log, and no figure is to move
 * because somebody looks at it.
 */
export async function statusCall(call: Call): Promise<GatewayResponse> {
  const { ports, directory, decisions } = call.gateway;
  if (call.log.key?.isOperator !== true || decisions === undefined) {
    return errorAnswer(call, notAnOperator());
  }
  await ports.statistics.prepare([...directory.deployments.keys()]);
  const routes = Object.keys(ports.config.routes).flatMap((name) => directory.routes.get(name) ?? []);
  const deployments = [...directory.deployments.values()];
  const { statistics, clock } = ports;
  const fleet = fleetStatus({ routes, deployments, look: (id) => statistics.look(id), nowMs: clock.nowMs() });
  const range = rangeOf(call);
  const past = range === undefined ? undefined : await ports.rollups?.read(range);
  const body: StatusBody = {
    ...fleet,
    decisions: decisions.since(cursorsOf(call)),
    ...defined({ past }),
  };
  const headers = withOwnHeaders(call, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  return { status: 200, headers, body: JSON.stringify(body), afterEnd: async () => undefined };
}

/** `?range=5m`, `1h` or `24h`. */
function rangeOf({ request }: Call): RangeName | undefined {
  const given = new URLSearchParams(request.query ?? '').get('range');
  return (Object.keys(RANGES) as readonly RangeName[]).find((name) => name === given);
}

function cursorsOf({ request }: Call): readonly string[] {
  const given = new URLSearchParams(request.query ?? '').get('after') ?? '';
  return given.split(',', MAX_CURSORS);
}

function notAnOperator(): GatewayError {
  const message =
    'This key may call models, but not see the status. Use one made with: npm run nemo -- keys create NAME --operator';
  return { status: 403, message, type: 'permission_error', code: 'operator_key_required', param: null };
}
