import { ChatAttempt } from '../attempt/chat-attempt.ts';
import { noteRefusedStream, streamFeatures, targetOf } from '../attempt/deployment-target.ts';
import { maxAnswerBytes } from '../attempt/response-body.ts';
import { continuableAnswer } from '../continuation/continuable-answer.ts';
import type { BegunChat } from '../continuation/continue-chat.ts';
import type { AnswerEvent } from '../model/answer-event.ts';
import type { UpstreamRequest } from '../model/dial.ts';
import type { Deployment } from '../model/gateway-config.ts';
import { isPlainTalk } from '../model/plain-talk.ts';
import type { Prompt } from '../model/prompt.ts';
import { protocolFor } from '../protocols/spoken-protocols.ts';
import { namedResources, resourceMessage, trustedPrompt, unlistedResource } from '../protocols/trusted-prompt.ts';
import { contendersOf, encodingsOnce } from '../race/contender-limits.ts';
import type { CallEncoding } from '../routing/contender.ts';
import { promptFacts } from '../routing/prompt-facts.ts';
import { dangerousText, strayResult } from '../surfaces/surfaces.ts';
import type { Call } from './call.ts';
import { CallersStream } from './chat-stream.ts';
import { resumeConversation } from './conversation.ts';
import { isLostAfterKeeping, keptAs } from './keep-answer.ts';
import type { AskedOf, Operation, Served } from './operation.ts';
import type { GatewayResponse } from './ports.ts';
import { errorAnswer, modelAnswer, streamAnswer } from './respond.ts';
import { raceCall, serveOperation } from './serve-operation.ts';
import { severalPrompts } from './several-prompts.ts';

/** Answers to prompts, in the words of the call's surface. */
const CHAT: Operation<Prompt, AnswerEvent> = {
  name: 'chat',
  read: ({ surface, request }, json, tags) => {
    const read = surface.read(json, request.headers);
    if (read.kind === 'invalid') {
      return read;
    }
    const { prompt } = read;
    const problem = isPlainTalk(prompt) ? undefined : (dangerousText(prompt) ?? strayResult(prompt));
    if (problem !== undefined) {
      return problem;
    }
    const facts = promptFacts(prompt, tags);
    return { kind: 'parsed', request: prompt, facts, windowTokens: facts.promptTokens };
  },
  encoder: chatEncoder,
  respond: respondToChat,
};

/**
 * Serves a prompt, whose body is `json`, in the words of the call's surface, with what is kept of its conversation before it. It awaits
 * what it returns, so that the stack of a bug names it.
 */
export async function chatCall(call: Call, json: unknown): Promise<GatewayResponse> {
  const merge = call.surface.several;
  const bodies = merge?.bodies(json) ?? [];
  if (merge !== undefined && bodies.length > 1) {
    return severalPrompts(call, { bodies, merge, serve: (each, body) => serveOperation(CHAT, each, body) });
  }
  const keepsAnswers = call.surface.keeping !== undefined && call.gateway.ports.answers !== undefined;
  return await (keepsAnswers ? resumedChat(call, json) : serveOperation(CHAT, call, json));
}

async function resumedChat(call: Call, json: unknown): Promise<GatewayResponse> {
  const resumed = await resumeConversation(call, json);
  return resumed.kind === 'refused' ? errorAnswer(call, resumed.error) : await serveOperation(CHAT, call, resumed.json);
}

function chatEncoder(asked: AskedOf<Prompt>): (deployment: Deployment) => CallEncoding<AnswerEvent> {
  const { request } = asked;
  if (isPlainTalk(request)) {
    return (deployment) => encodeChat(asked, deployment, { prompt: request, dropped: [] });
  }
  const named = namedResources(request);
  return (deployment) => {
    const { passMembers } = deployment.providerSettings;
    const unlisted = unlistedResource(named, passMembers);
    return unlisted === undefined
      ? encodeChat(asked, deployment, trustedPrompt(request, passMembers))
      : { kind: 'unsupported', param: unlisted.path, message: resourceMessage(unlisted) };
  };
}

function encodeChat(
  { route: { timeouts }, clock }: AskedOf<Prompt>,
  deployment: Deployment,
  { prompt, dropped }: ReturnType<typeof trustedPrompt>,
): CallEncoding<AnswerEvent> {
  const target = targetOf(deployment, clock.nowMs(), prompt);
  const protocol = protocolFor(deployment.providerSettings.protocol, prompt, target);
  const encoding = protocol.encode(prompt, target);
  if (encoding.kind === 'unsupported') {
    return encoding;
  }
  const { choices } = prompt.limits;
  const maxBytes = maxAnswerBytes(prompt);
  const options = { deployment, protocol, target, request: encoding.request, choices, timeouts, maxBytes, clock };
  const withoutStream = (): UpstreamRequest | undefined => {
    noteRefusedStream(deployment, streamFeatures(prompt), clock.nowMs());
    const whole = protocol.encode(prompt, { ...target, streaming: false });
    return whole.kind === 'encoded' ? whole.request : undefined;
  };
  return {
    kind: 'encoded',
    dropped: dropped.length === 0 ? encoding.dropped : [...new Set([...encoding.dropped, ...dropped])],
    attempt: (setting) => new ChatAttempt({ ...options, ...setting, ...(target.streaming && { withoutStream }) }),
  };
}

async function respondToChat(call: Call, served: Served<Prompt, AnswerEvent>): Promise<GatewayResponse> {
  const { request, route, facts, won, deadlines } = served;
  const { requestId, startedAtMs } = call.log;
  const leader = won.leader.attempt;
  const created = Math.floor(startedAtMs / 1000);
  const about = {
    ...(call.log.last.conversation && keptAs(call)),
    requestId,
    created,
    model: leader.deployment.id,
    prompt: request,
  };
  if (facts.stream) {
    const events = won.pieces;
    const goesOn = route.onStreamCut === 'continue';
    const whole = goesOn ? continuableAnswer(begunChat(call, served), { leader, events }) : undefined;
    const stream = call.surface.stream(about);
    return streamAnswer(
      call,
      new CallersStream(call, { leader, events, whole, stream, deadlineMs: deadlines.streamMs }),
    );
  }
  const body = call.surface.body(won.pieces, about);
  const isLost = call.log.last.conversation !== undefined && (await isLostAfterKeeping(call, () => body));
  return modelAnswer(call, isLost ? (call.surface.keeping?.unkept(body) ?? body) : body);
}

/** The chat as others could go on with it. */
function begunChat(
  call: Call,
  { request, route, facts, contenders, deadlines }: Served<Prompt, AnswerEvent>,
): BegunChat {
  const { clock } = call.gateway.ports;
  const { log } = call;
  return {
    prompt: request,
    route,
    promptTokens: facts.promptTokens,
    candidates: contenders,
    attempts: () => log.attempts,
    race: async (asked) => {
      const encodings = encodingsOnce(chatEncoder({ request: asked.prompt, route: asked.route, clock }));
      const nowMs = clock.nowMs();
      // The caller has been sent something just now.
      const deadlineMs = Math.min(deadlines.streamMs, nowMs + deadlines.readMs);
      const limits = { route: asked.route, leftMs: deadlineMs - nowMs };
      const rivals = contendersOf(asked.candidates, encodings, limits);
      const result = await raceCall(call, { route: asked.route, facts, contenders: rivals, deadlineMs });
      const attempts = result.attempts.map((attempt) => ({ ...attempt, continues: true as const }));
      const at = result.outcome.kind === 'won' ? result.attempts.indexOf(result.outcome.leader) : -1;
      log.add({ kind: 'continued', attempts, leader: attempts[at] });
      return result;
    },
  };
}
