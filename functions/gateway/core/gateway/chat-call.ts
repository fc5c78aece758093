import type { ChatDelta } from '../chat/chat-delta.ts';
import { chatFold } from '../chat/fold-chat.ts';
import { chatAttempt } from '../failover/chat-attempt.ts';
import { finalError } from '../failover/final-error.ts';
import { type RunResult, runRace } from '../failover/run-race.ts';
import type { GatewayError } from '../http/gateway-error.ts';
import { type Candidate, dueProbe, type Plan, planCandidates, withProbeFirst } from '../routing/plan.ts';
import { errorAnswer, jsonAnswer, streamAnswer } from './answer.ts';
import { type Call, endStage } from './call.ts';
import { newProgress, noteRace, type Progress } from './chat-progress.ts';
import { chatStream } from './chat-stream.ts';
import { deadlineOf } from './deadline.ts';
import type { GatewayState } from './gateway-state.ts';
import type { GatewayResponse } from './ports.ts';
import { type PreparedChat, prepareChat } from './prepare-chat.ts';
import { raceRules } from './race-rules.ts';

/** Serves `POST /v1/chat/completions`, whose body is `text`. */
export async function chatCall(state: GatewayState, call: Call, text: string): Promise<GatewayResponse> {
  const progress = newProgress('chat');
  const beganMs = call.clock.nowMs();
  const preparation = prepareChat(text, tagsOf(call), state.directory);
  const preparedMs = endStage(call, 'prepare', beganMs);
  if (preparation.kind === 'refused') {
    Object.assign(progress, preparation.askedModel === undefined ? {} : { askedModel: preparation.askedModel });
    return errorAnswer(state, call, progress, preparation.error);
  }
  const { prepared } = preparation;
  Object.assign(progress, { prepared, askedModel: prepared.request.model });
  progress.plan = await makePlan(state, prepared);
  endStage(call, 'plan', preparedMs);
  const result = await race(state, call, prepared, progress.plan);
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
    const reason = outcome.kind === 'lost' ? outcome.reason : 'failures';
    progress.ending = reason === 'hung-up' ? 'hung-up' : endingOfLoss(result);
    return errorAnswer(state, call, progress, lossError(result, reason));
  }
  const { deployment } = leader;
  progress.dropped = prepared.encoded.get(deployment.id)?.encoding.dropped ?? [];
  const about = {
    id: `chatcmpl-${call.requestId}`,
    created: Math.floor(call.startedAtMs / 1000),
    model: deployment.id,
  };
  if (prepared.facts.stream) {
    return streamAnswer(state, call, progress, chatStream(served, { leader, about, deltas: outcome.pieces }));
  }
  const fold = chatFold();
  for (const delta of outcome.pieces) {
    fold.add(delta);
  }
  return jsonAnswer(state, call, progress, fold.body(about));
}

/** Reads the fleet's statistics, ranks who can serve the request, and claims the probe of one whose cooldown is over. */
async function makePlan({ ports }: GatewayState, { route, facts, encoded }: PreparedChat): Promise<Plan> {
  await ports.statistics.prepare();
  const qualified = [...encoded.values()].map(({ deployment }) => deployment);
  const plan = planCandidates({ route, facts, qualified, look: ports.statistics.look, random: ports.random });
  const probe = dueProbe(plan, route);
  const isClaimed = probe !== undefined && (await claims({ ports }, probe));
  return isClaimed ? withProbeFirst(plan, probe) : plan;
}

async function claims({ ports }: Pick<GatewayState, 'ports'>, { deployment, standing }: Candidate): Promise<boolean> {
  return standing.ejection !== undefined && (await ports.statistics.claimProbe(deployment, standing.ejection));
}

function race({ ports }: GatewayState, call: Call, prepared: PreparedChat, plan: Plan): Promise<RunResult<ChatDelta>> {
  const { route, facts, encoded, request } = prepared;
  const { clock, dial } = ports;
  const targets = plan.candidates.flatMap((candidate) => encoded.get(candidate.deployment) ?? []);
  const mode = facts.stream ? 'stream' : 'plain';
  const rules = raceRules(plan.candidates, { route, mode, deadlineMs: deadlineOf(call, route.timeouts) }, ports);
  const attempt = (candidate: number): ReturnType<typeof chatAttempt> => {
    const target = targets[candidate];
    if (target === undefined) {
      throw new RangeError(`The plan has no candidate ${candidate}.`);
    }
    const { timeouts } = route;
    const { request: upstream } = target.encoding;
    return chatAttempt({ ...target, request: upstream, choices: request.n ?? 1, timeouts, dial, clock });
  };
  return runRace({ rules, attempt, clock, signal: call.request.signal });
}

function lossError(result: RunResult<unknown>, reason: 'failures' | 'deadline' | 'hung-up'): GatewayError {
  const failed = result.attempts.flatMap(({ attempt }) => {
    const { failure, endedAtMs = attempt.startedAtMs } = attempt.report();
    return failure === undefined
      ? []
      : [{ deployment: attempt.deployment.id, failure, totalMs: endedAtMs - attempt.startedAtMs }];
  });
  return finalError(failed, reason);
}

/** `refused`: the request itself was at fault. */
function endingOfLoss({ failures }: RunResult<unknown>): Progress['ending'] {
  const isRefusal = failures.some(({ kind }) => kind === 'rejected' || kind === 'context-exceeded');
  return isRefusal ? 'refused' : 'failed';
}

function tagsOf(call: Call): readonly string[] {
  const header = call.request.headers['x-nemo-tags'] ?? '';
  return header
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
