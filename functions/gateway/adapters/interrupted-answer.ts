import type { AttemptFailure } from '../core/model/attempt-failure.ts';
import type { GatewayResponse } from '../core/serve/ports.ts';

/**
 * Why calls under way are ended when the process has to go. As a reason it says of an attempt what a caller's hanging up says: we stopped
 * it, and nobody is to blame.
 */
export const RESTARTING = { kind: 'aborted', by: 'caller' } as const satisfies AttemptFailure;

const MESSAGE = 'The gateway is restarting and cut this call off: send it again.';
const CODE = 'gateway_restarting';

/** In place of the answer to a caller who has hung up, which is for the log alone: this caller is still there. `path`: what was asked. */
export function restartAnswer(answer: GatewayResponse, path: string): GatewayResponse {
  return answer.status === HUNG_UP_STATUS
    ? {
        ...answer,
        status: 503,
        headers: { ...answer.headers, 'content-type': 'application/json', 'retry-after': '1' },
        body: JSON.stringify(errorBody(path)),
      }
    : answer;
}

const HUNG_UP_STATUS = 499;

/** The last event of a stream that is cut off, in the words of the API at `path`. */
export function restartEvent(path: string): string {
  const body = path.includes('/responses')
    ? { type: 'error', code: CODE, message: MESSAGE, param: null }
    : errorBody(path);
  return `event: error\ndata: ${JSON.stringify(body)}\n\n`;
}

function errorBody(path: string): object {
  return path.includes('/messages')
    ? { type: 'error', error: { type: 'overloaded_error', message: MESSAGE } }
    : { error: { message: MESSAGE, type: 'server_error', code: CODE, param: null } };
}
