import type { ChatDelta } from '../chat/chat-delta.ts';
import { chatFold } from '../chat/fold-chat.ts';
import type { RunResult } from '../failover/run-race.ts';
import { admitCall } from './admit-call.ts';
import { errorAnswer, jsonAnswer, streamAnswer } from './answer.ts';
import { askedTags } from './asked-tags.ts';
import { type Call, endStage } from './call.ts';
import { newProgress, noteRace, type Progress } from './chat-progress.ts';
import { raceChat } from './chat-race.ts';
import { chatStream } from './chat-stream.ts';
import type { GatewayState } from './gateway-state.ts';
import { lossAnswer } from './lost-race.ts';
import { plannedCandidates } from './planned-candidates.ts';
import type { GatewayResponse } from './ports.ts';
import { type PreparedChat, prepareChat } from './prepare-chat.ts';

/** Serves `POST /v1/chat/completions`, whose body is `json`. */
export async function chatCall(state: GatewayState, call: Call, json: unknown): Promise<GatewayResponse> {
  const progress = newProgress('chat');
  const beganMs = call.clock.nowMs();
  const preparation = prepareChat(json, askedTags(call), state.directory);
  endStage(call, 'prepare', beganMs);
  if (preparation.kind === 'refused') {
    Object.assign(progress, preparation.askedModel === undefined ? {} : { askedModel: preparation.askedModel });
    return errorAnswer(state, call, progress, preparation.error);
  }
  const { prepared } = preparation;
  Object.assign(progress, { prepared, askedModel: prepared.request.model });
  const refusal = await admitCall(state, call, prepared);
  if (refusal !== undefined) {
    return errorAnswer(state, call, progress, refusal);
  }
  const admittedMs = call.clock.nowMs();
  progress.plan = await plannedCandidates(state, prepared);
  endStage(call, 'plan', admittedMs);
  const result = await raceChat(state, call, prepared, progress.plan);
  noteRace(progress, call, result);
  return respond(state, { call, progress, prepared }, result);
}

/** What the way back needs. */
export interface ServedCall {
  readonly call: Call;
  readonly progress: Progress;
  readonly prepared: PreparedChat;
}

function respond(state: GatewayState, served: ServedCall, result: RunResult<ChatDelta>): GatewayResponse {
  const { call, progress, prepared } = served;
  const { outcome } = result;
  const leader = outcome.kind === 'won' ? result.attempts[outcome.leader]?.attempt : undefined;
  if (outcome.kind === 'lost' || leader === undefined) {
    return lossAnswer(state, served, result);
  }
  const { deployment } = leader;
  progress.dropped = prepared.encoded.get(deployment.id)?.encoding.dropped ?? [];
  const about = {
    id: `chatcmpl-${call.requestId}`,
    created: Math.floor(call.startedAtMs / 1000),
    model: deployment.id,
  };
  if (prepared.facts.stream) {
    return streamAnswer(state, call, progress, chatStream(state, served, { leader, about, deltas: outcome.pieces }));
  }
  const fold = chatFold();
  for (const delta of outcome.pieces) {
    fold.add(delta);
  }
  return jsonAnswer(state, call, progress, fold.body(about));
}
