import { chatAttempt } from '../attempt/chat-attempt.ts';
import type { ChatDelta } from '../model/chat-delta.ts';
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
  { route, facts, encoded, request }: PreparedChat,
  plan: Plan,
): Promise<RunResult<ChatDelta>> {
  const { clock } = state.ports;
  const { timeouts } = route;
  const choices = request.n ?? 1;
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
