import type { GatewayError } from '../model/gateway-error.ts';
import { errorAnswer, jsonAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { newProgress } from './chat-progress.ts';
import type { GatewayState } from './gateway-state.ts';
import type { GatewayResponse } from './ports.ts';

/** Serves what needs no key and tells nothing: `/health`, and the page at `/`, which holds no data. `undefined` for anything else. */
export async function openCall(state: GatewayState, call: Call): Promise<GatewayResponse | undefined> {
  const { path, method } = call.request;
  const isRead = method === 'GET' || method === 'HEAD';
  if (path === '/health') {
    return isRead
      ? jsonAnswer(state, call, newProgress('other'), { status: 'ok' })
      : errorAnswer(state, call, newProgress('other'), readOnly());
  }
  const { page, config } = state.ports;
  if (path !== '/' || !isRead || page === undefined || !config.statusPage) {
    return undefined;
  }
  return { ...(await page()), afterEnd: async () => undefined };
}

function readOnly(): GatewayError {
  const message = 'The health is only read: use GET.';
  const headers = { allow: 'GET, HEAD' };
  return { status: 405, message, type: 'invalid_request_error', code: 'method_not_allowed', param: null, headers };
}
