import { chatAttempt } from '../attempt/chat-attempt.ts';
import type { AnswerEvent } from '../model/answer-event.ts';
import type { RunResult } from '../race/run-race.ts';
import type { Plan } from '../routing/plan.ts';
import type { Call } from './call.ts';
import type { GatewayState } from './gateway-state.ts';
import type { PreparedChat } from './prepare-chat.ts';
import { runPlan } from './run-plan.ts';

/** Asks a plan's candidates for a chat completion until one has answered. */
export function raceChat(
  state: GatewayState,
  call: Call,
  { route, facts, encoded, prompt }: Omit<PreparedChat, 'asked'>,
  plan: Plan,
): Promise<RunResult<AnswerEvent>> {
  const { clock } = state.ports;
  const { timeouts } = route;
  const { choices } = prompt.limits;
  return runPlan(state, call, {
    plan,
    route,
    facts,
    encoded,
    mode: facts.stream ? 'stream' : 'plain',
    attempt: (target, dial) =>
      chatAttempt({ ...target, request: target.encoding.request, choices, timeouts, dial, clock }),
  });
}
