import { embeddingsAttempt } from '../attempt/embeddings-attempt.ts';
import type { EmbeddingsAnswer } from '../model/embeddings.ts';
import type { RunResult } from '../race/run-race.ts';
import { embeddingsBody } from '../surfaces/openai-embeddings/embeddings-body.ts';
import { jsonAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { noteRace, type Progress } from './chat-progress.ts';
import type { GatewayState } from './gateway-state.ts';
import { lossAnswer } from './lost-race.ts';
import { planCall } from './planned-call.ts';
import type { GatewayResponse } from './ports.ts';
import { type PreparedEmbeddings, prepareEmbeddings } from './prepare-embeddings.ts';
import { runPlan } from './run-plan.ts';

/** Serves `POST /v1/embeddings`, whose body is `json`. */
export async function embeddingsCall(state: GatewayState, call: Call, json: unknown): Promise<GatewayResponse> {
  const planned = await planCall(state, call, 'embeddings', (tags) => prepareEmbeddings(json, tags, state.directory));
  if (planned.kind === 'answered') {
    return planned.answer;
  }
  const { prepared, progress, plan } = planned;
  const { clock } = state.ports;
  const { route, facts, request, encoded } = prepared;
  const result = await runPlan(state, call, {
    plan,
    route,
    facts,
    encoded,
    mode: 'plain',
    attempt: ({ encoding, ...target }, dial) =>
      embeddingsAttempt({ ...target, ...encoding, asked: request, timeouts: route.timeouts, dial, clock }),
  });
  noteRace(progress, call, result);
  return respond(state, { call, progress, prepared }, result);
}

interface ServedEmbeddings {
  readonly call: Call;
  readonly progress: Progress;
  readonly prepared: PreparedEmbeddings;
}

function respond(state: GatewayState, served: ServedEmbeddings, result: RunResult<EmbeddingsAnswer>): GatewayResponse {
  const { call, progress, prepared } = served;
  const { outcome } = result;
  const leader = outcome.kind === 'won' ? result.attempts[outcome.leader]?.attempt : undefined;
  const answer = outcome.kind === 'won' ? outcome.pieces[0] : undefined;
  if (leader === undefined || answer === undefined) {
    return lossAnswer(state, served, result);
  }
  const { id } = leader.deployment;
  progress.dropped = prepared.encoded.get(id)?.encoding.dropped ?? [];
  return jsonAnswer(state, call, progress, embeddingsBody(answer, prepared.request, id));
}
