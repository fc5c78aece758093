import type { GatewayError } from '../model/gateway-error.ts';
import type { DecisionPage } from '../status/decision-log.ts';
import { type FleetStatus, fleetStatus } from '../status/fleet-status.ts';
import { errorAnswer } from './answer.ts';
import { answerHeaders } from './answer-headers.ts';
import type { Call } from './call.ts';
import { newProgress, recordOf } from './chat-progress.ts';
import type { GatewayState } from './gateway-state.ts';
import type { GatewayResponse } from './ports.ts';

/** The path of the status. It is there where the configuration turns the status page on. */
export const STATUS_PATH = '/status';

/** The body of the status: the fleet as the router sees it, and the decisions of the one instance that answers. STATUS.md explains it. */
export interface StatusBody extends FleetStatus {
  readonly decisions: DecisionPage;
}

/** Cursors in one request: those of the instances that the reader has met. */
const MAX_CURSORS = 32;

/**
 * Serves `GET /status`, to operators. It is not recorded: a page that asks every second would fill the log, and no figure is to move
 * because somebody looks at it.
 */
export async function statusCall(state: GatewayState, call: Call): Promise<GatewayResponse> {
  const progress = newProgress('other');
  const { ports, decisions } = state;
  if (call.key?.isOperator !== true || decisions === undefined) {
    return errorAnswer(state, call, progress, notAnOperator());
  }
  await ports.statistics.prepare();
  const { look } = ports.statistics;
  const routes = Object.keys(ports.config.routes).flatMap((name) => state.directory.routes.get(name) ?? []);
  const deployments = [...state.directory.deployments.values()];
  const fleet = fleetStatus({ routes, deployments, look, nowMs: call.clock.nowMs() });
  const body: StatusBody = { ...fleet, decisions: decisions.since(cursorsOf(call)) };
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...answerHeaders(recordOf(call, progress), call.stages),
  };
  return { status: 200, headers, body: JSON.stringify(body), afterEnd: async () => undefined };
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
