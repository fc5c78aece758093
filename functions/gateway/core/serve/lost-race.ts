import { finalError } from '../race/final-error.ts';
import type { RunOutcome, RunResult } from '../race/run-race.ts';
import { errorAnswer } from './answer.ts';
import type { Call } from './call.ts';
import type { Progress } from './chat-progress.ts';
import type { GatewayState } from './gateway-state.ts';
import { HUNG_UP } from './hung-up.ts';
import type { GatewayResponse } from './ports.ts';

type LossReason = Extract<RunOutcome<unknown>, { kind: 'lost' }>['reason'];

/** The answer to a call that no attempt could serve. */
export function lossAnswer(
  state: GatewayState,
  { call, progress }: { readonly call: Call; readonly progress: Progress },
  result: RunResult<unknown>,
): GatewayResponse {
  const reason: LossReason = result.outcome.kind === 'lost' ? result.outcome.reason : 'failures';
  if (reason === 'hung-up') {
    return errorAnswer(state, call, progress, HUNG_UP);
  }
  progress.ending = endingOfLoss(result);
  return errorAnswer(state, call, progress, finalError(failedAttempts(result), reason));
}

function failedAttempts({ attempts }: RunResult<unknown>): Parameters<typeof finalError>[0] {
  return attempts.flatMap(({ attempt }) => {
    const { failure, endedAtMs = attempt.startedAtMs } = attempt.report();
    return failure === undefined
      ? []
      : [{ deployment: attempt.deployment.id, failure, totalMs: endedAtMs - attempt.startedAtMs }];
  });
}

/** `refused`: the request itself was at fault. */
function endingOfLoss({ failures }: RunResult<unknown>): Progress['ending'] {
  const isRefusal = failures.some(({ kind }) => kind === 'rejected' || kind === 'context-exceeded');
  return isRefusal ? 'refused' : 'failed';
}
