import { chatAttempt } from '../attempt/chat-attempt.ts';
import type { BegunChat } from '../continuation/continue-chat.ts';
import type { ChatDelta } from '../model/chat-delta.ts';
import type { ChatRequest } from '../model/chat-request.ts';
import type { Deployment } from '../model/gateway-config.ts';
import { targetOf } from '../protocols/deployment-target.ts';
import { PROTOCOLS } from '../protocols/protocols.ts';
import { contendersOf } from '../race/contender-limits.ts';
import { chatFacts } from '../routing/chat-facts.ts';
import { type CallEncoding, encodingsOnce } from '../routing/contender.ts';
import { chatFold } from '../surfaces/openai-chat/fold-chat.ts';
import { parseChatRequest } from '../surfaces/openai-chat/parse-chat-request.ts';
import type { Call } from './call.ts';
import { attemptsOf } from './call-log.ts';
import { chatStream } from './chat-stream.ts';
import { deadlineOf } from './head.ts';
import { type AskedOf, type Operation, raceCall, type Served, serveOperation } from './operation.ts';
import type { GatewayResponse } from './ports.ts';
import { jsonAnswer, streamAnswer } from './respond.ts';

/** Chat completions: `POST /v1/chat/completions`. */
const CHAT: Operation<ChatRequest, ChatDelta> = {
  name: 'chat',
  read: parseChatRequest,
  facts: (request, tags) => {
    const facts = chatFacts(request, tags);
    return { facts, windowTokens: facts.promptTokens };
  },
  encode: encodeChat,
  respond: respondToChat,
};

/** Serves `POST /v1/chat/completions`, whose body is `json`. */
export async function chatCall(call: Call, json: unknown): Promise<GatewayResponse> {
  return await serveOperation(CHAT, call, json);
}

function encodeChat({ request, route, clock }: AskedOf<ChatRequest>, deployment: Deployment): CallEncoding<ChatDelta> {
  const protocol = PROTOCOLS[deployment.providerSettings.protocol];
  const target = targetOf(deployment);
  const encoding = protocol.encodeChat(request, target);
  if (encoding.kind === 'unsupported') {
    return encoding;
  }
  const { timeouts } = route;
  const options = { deployment, protocol, target, request: encoding.request, choices: request.n ?? 1, timeouts, clock };
  return { kind: 'encoded', dropped: encoding.dropped, attempt: (dial) => chatAttempt({ ...options, dial }) };
}

function respondToChat(call: Call, served: Served<ChatRequest, ChatDelta>): GatewayResponse {
  const { request, facts, won } = served;
  const { requestId, startedAtMs } = call.log;
  const leader = won.leader.attempt;
  const about = {
    id: `chatcmpl-${requestId}`,
    created: Math.floor(startedAtMs / 1000),
    model: leader.deployment.id,
  };
  if (facts.stream) {
    const includeUsage = request.stream_options?.include_usage === true;
    const begun = begunChat(call, served);
    return streamAnswer(call, chatStream(call, begun, { leader, deltas: won.pieces, about, includeUsage }));
  }
  const fold = chatFold();
  for (const delta of won.pieces) {
    fold.add(delta);
  }
  return jsonAnswer(call, fold.body(about));
}

/** The chat as others could go on with it. */
function begunChat(call: Call, { request, route, facts, contenders }: Served<ChatRequest, ChatDelta>): BegunChat {
  const { clock } = call.gateway.ports;
  const { log } = call;
  return {
    request,
    route,
    promptTokens: facts.promptTokens,
    candidates: contenders,
    attempts: () => attemptsOf(log),
    race: async (asked) => {
      const encodings = encodingsOnce((deployment) => encodeChat({ ...asked, clock }, deployment));
      const leftMs = deadlineOf(call.request, log.startedAtMs, route.timeouts) - clock.nowMs();
      const rivals = contendersOf(asked.candidates, encodings, { route: asked.route, leftMs });
      const result = await raceCall(call, { route: asked.route, facts, contenders: rivals });
      const attempts = result.attempts.map((attempt) => ({ ...attempt, continues: true as const }));
      const at = result.outcome.kind === 'won' ? result.attempts.indexOf(result.outcome.leader) : -1;
      log.add({ kind: 'continued', attempts, leader: attempts[at] });
      return result;
    },
  };
}
