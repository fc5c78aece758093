import type { GatewayError } from '../model/gateway-error.ts';
import { errorAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { newProgress } from './chat-progress.ts';
import type { GatewayState } from './gateway-state.ts';
import type { GatewayResponse } from './ports.ts';

/** What a bug is called to the caller: nothing of what it was. */
export const BUG: GatewayError = {
  status: 500,
  message: 'The gateway has a bug: its log says more.',
  type: 'server_error',
  code: 'internal_error',
  param: null,
  headers: { 'x-should-retry': 'false' },
};

/** The answer to a call that a bug has ended before its answer began. It is logged and recorded like any other end. */
export function bugAnswer(state: GatewayState, call: Call, bug: unknown): GatewayResponse {
  state.ports.onBug?.(bug);
  return errorAnswer(state, call, { ...newProgress('other'), ending: 'failed' }, BUG);
}
