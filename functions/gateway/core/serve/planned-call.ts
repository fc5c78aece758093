import type { Plan } from '../routing/plan.ts';
import { admitCall } from './admit-call.ts';
import { errorAnswer } from './answer.ts';
import { askedTags } from './asked-tags.ts';
import { type Call, endStage } from './call.ts';
import { newProgress, type Progress } from './chat-progress.ts';
import type { FoundRoute } from './find-route.ts';
import type { GatewayState } from './gateway-state.ts';
import { lookBeside } from './look-beside.ts';
import { type PlannedRequest, plannedCandidates } from './planned-candidates.ts';
import type { GatewayResponse } from './ports.ts';

/** A call that may be served, and who is to be asked for it; or the answer that ends it here. */
export type PlannedCall<Prepared> =
  | { readonly kind: 'planned'; readonly prepared: Prepared; readonly progress: Progress; readonly plan: Plan }
  | { readonly kind: 'answered'; readonly answer: GatewayResponse };

/** What an operation makes of a request's body and of the tags that were asked for. */
export type Prepare<Prepared> = (
  tags: readonly string[],
) => { readonly kind: 'prepared'; readonly prepared: Prepared } | Extract<FoundRoute, { kind: 'refused' }>;

/** What every operation does before it asks a provider: prepares the request, holds it to its key's limits, and ranks who can serve it. */
export async function planCall<Prepared extends PlannedRequest & { readonly asked: string }>(
  state: GatewayState,
  call: Call,
  operation: Progress['operation'],
  prepare: Prepare<Prepared>,
): Promise<PlannedCall<Prepared>> {
  const progress = newProgress(operation);
  const beganMs = call.clock.nowMs();
  const preparation = prepare(askedTags(call));
  endStage(call, 'prepare', beganMs);
  if (preparation.kind === 'refused') {
    Object.assign(progress, preparation.askedModel === undefined ? {} : { askedModel: preparation.askedModel });
    return { kind: 'answered', answer: errorAnswer(state, call, progress, preparation.error) };
  }
  const { prepared } = preparation;
  Object.assign(progress, { prepared, askedModel: prepared.asked });
  const refusal = await admitCall(state, call, prepared);
  if (refusal !== undefined) {
    return { kind: 'answered', answer: errorAnswer(state, call, progress, refusal) };
  }
  const admittedMs = call.clock.nowMs();
  const plan = await plannedCandidates(state, prepared);
  progress.plan = plan;
  call.looks = lookBeside(state, plan, prepared.route);
  endStage(call, 'plan', admittedMs);
  return { kind: 'planned', prepared, progress, plan };
}
