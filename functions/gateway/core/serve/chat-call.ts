import type { AnswerEvent } from '../model/answer-event.ts';
import type { RunResult } from '../race/run-race.ts';
import type { JsonObject } from '../wire/json.ts';
import { jsonAnswer, streamAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { noteRace, type Progress } from './chat-progress.ts';
import { raceChat } from './chat-race.ts';
import { chatStream } from './chat-stream.ts';
import type { GatewayState } from './gateway-state.ts';
import { isLostAfterKeeping, keptAs } from './keep-answer.ts';
import { lossAnswer } from './lost-race.ts';
import { planCall } from './planned-call.ts';
import type { GatewayResponse } from './ports.ts';
import { type PreparedChat, prepareChat } from './prepare-chat.ts';

/** Serves a prompt, whose body is `json`, in the words of the call's surface. */
export async function chatCall(state: GatewayState, call: Call, json: unknown): Promise<GatewayResponse> {
  const planned = await planCall(state, call, 'chat', (tags) => prepareChat(call, json, tags, state.directory));
  if (planned.kind === 'answered') {
    return planned.answer;
  }
  const { prepared, progress, plan } = planned;
  const result = await raceChat(state, call, prepared, plan);
  noteRace(progress, call, result);
  return respond(state, { call, progress, prepared }, result);
}

/** What the way back needs. */
export interface ServedCall {
  readonly call: Call;
  readonly progress: Progress;
  readonly prepared: PreparedChat;
}

async function respond(
  state: GatewayState,
  served: ServedCall,
  result: RunResult<AnswerEvent>,
): Promise<GatewayResponse> {
  const { call, progress, prepared } = served;
  const { outcome } = result;
  const leader = outcome.kind === 'won' ? result.attempts[outcome.leader]?.attempt : undefined;
  if (outcome.kind === 'lost' || leader === undefined) {
    return lossAnswer(state, served, result);
  }
  const { deployment } = leader;
  progress.dropped = prepared.encoded.get(deployment.id)?.encoding.dropped ?? [];
  const about = {
    requestId: call.requestId,
    created: Math.floor(call.startedAtMs / 1000),
    model: deployment.id,
    prompt: prepared.prompt,
    ...keptAs(call),
  };
  if (prepared.facts.stream) {
    return streamAnswer(state, call, progress, chatStream(state, served, { leader, about, events: outcome.pieces }));
  }
  const body = call.surface.body(outcome.pieces, about);
  return jsonAnswer(state, call, progress, await asKept(state, served, body));
}

/** The body of an answer, kept where it is to be: then it says so. */
async function asKept(state: GatewayState, served: ServedCall, body: JsonObject): Promise<JsonObject> {
  const isLost = await isLostAfterKeeping(state, served, () => body);
  return isLost ? (served.call.surface.keeping?.unkept(body) ?? body) : body;
}
