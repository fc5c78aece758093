import { AttemptLessons, type LessonOptions, lateAfter } from '../attempt/attempt-lessons.ts';
import { ChatAttempt } from '../attempt/chat-attempt.ts';
import { targetOf } from '../attempt/deployment-target.ts';
import { embeddingsAttempt } from '../attempt/embeddings-attempt.ts';
import type { Attempt, AttemptReport, AttemptSetting } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import { costUsd } from '../model/cost.ts';
import { defined } from '../model/defined.ts';
import type { Dial } from '../model/dial.ts';
import type { EmbeddingsRequest } from '../model/embeddings.ts';
import type { Deployment, Timeouts } from '../model/gateway-config.ts';
import type { ProbeRecord } from '../model/probe-record.ts';
import type { Usage } from '../model/usage.ts';
import { modelRules } from '../protocols/model-rules.ts';
import { protocolAt, protocolFor } from '../protocols/spoken-protocols.ts';
import type { FleetStatistics } from '../statistics/fleet-statistics.ts';
import type { ExtraAttempt, Lesson } from '../statistics/observation.ts';
import { openAiChat } from '../surfaces/openai-chat/openai-chat.ts';
import { PROBE_DEFAULTS, PROBE_LINES, type ProbeRules } from './probe-rules.ts';

/** What a probe needs of the world, and the statistics that it tells. */
export interface ProbePorts {
  readonly timeouts: Timeouts;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly statistics: FleetStatistics;
}

/** The longest that a probe waits, whatever the configuration allows: a run must end. */
export const MAX_PROBE_MS = 20_000;

/** A probe that is under way. */
export interface Probe {
  readonly done: Promise<ProbeRecord>;
  /** Hangs up. A wait that was long for the deployment counts as the share of a failure that it lasted. */
  readonly stop: () => void;
}

/** What is known beside: `trafficMs` is the time to first token that is expected of a call now, where traffic tells it. */
export interface ProbeContext {
  readonly trafficMs?: number;
}

/** Asks as `startProbe` does, to the end. */
export function probe(deployment: Deployment, ports: ProbePorts): Promise<ProbeRecord> | undefined {
  return startProbe(deployment, ports, {})?.done;
}

/**
 * Asks a deployment for one token, hangs up when it is there and tells the fleet: how far it is from what its probes usually show, as the
 * time that traffic would have met. `undefined` where its vendor cannot be asked. A token later than the configured limit is a failure as
 * in the gateway; where the probe cannot wait that long, it only shows how slow it is.
 */
export function startProbe(deployment: Deployment, ports: ProbePorts, { trafficMs }: ProbeContext): Probe | undefined {
  const { timeouts, clock, statistics } = ports;
  const limitMs = Math.min(timeouts.firstTokenMs, MAX_PROBE_MS);
  const { estimate } = statistics.look(deployment.id);
  const { probes, typicalMs } = estimate.usual;
  // How many times as long as a usual call's a probe's first token takes: by those that were made while traffic told the same. Its prompt is
  // short, which makes it sooner; a fresh connection makes it later. Until a probe has told it is as long.
  const priorMs = CALIBRATION_PRIOR * (typicalMs ?? 0);
  const factor = probes.trafficMs === 0 ? 1 : (probes.probeMs + priorMs) / (probes.trafficMs + priorMs);
  const medianMs = estimate.ttftPercentileMs(50);
  const lessons: LessonOptions = {
    statistics,
    clock,
    isTold: IS_HONEST,
    extra: PROBE_IS_EXTRA,
    lateAfterMs: lateAfter((typicalMs ?? limitMs) * factor),
    silence: { afterMs: medianMs === undefined ? UNSEEN_LONG_MS : medianMs * LONG_FACTOR, limitMs },
    promptFactor: factor,
  };
  const attempt = probeAttempt(deployment, ports, (begun) => new AttemptLessons(begun, lessons));
  if (attempt === undefined) {
    return undefined;
  }
  const phase = limitMs < timeouts.firstTokenMs ? 'deadline' : 'first-token';
  const cancelLimit = clock.after(limitMs, () => attempt.abort({ kind: 'timed-out', phase, afterMs: limitMs }));
  const done = attempt.open().then((opening): ProbeRecord => {
    cancelLimit();
    const report = attempt.report();
    if (opening.kind === 'opened') {
      attempt.abort({ kind: 'aborted', by: 'caller' });
      if (trafficMs !== undefined) {
        calibrate(attempt, ports, { trafficMs, factor });
      }
    }
    const record = { deployment, startedAtMs: attempt.startedAtMs, totalMs: clock.nowMs() - attempt.startedAtMs };
    const { ttftMs, failure } = report;
    return { ...record, ...defined({ ttftMs, failure, costUsd: costUsd(usedTokens(deployment, report), deployment) }) };
  });
  return { done, stop: () => attempt.abort({ kind: 'aborted', by: 'hedge' }) };
}

/**
 * What a probe may teach. What one token of a tiny prompt shows is honest: how soon it came, or that it did not, and with it the failures,
 * the ejections and their end. What it cannot show is left out.
 */
const IS_HONEST = {
  'first-token': true,
  failed: true,
  'given-up': true,
  late: true,
  cut: true,
  // Its length and its tokens are those of a probe: they would make answers look short, and tokens slow or free.
  answered: false,
  // Says only that there was an attempt, which no caller wanted.
  refused: false,
  calibrated: true,
} as const satisfies Record<Lesson['kind'], boolean>;

/**
 * A probe is an attempt that no request asked for. Counted as the first of one, it would allow more hedges, whose budget is a share of
 * requests. It counts as an attempt all the same: a share of failures needs what did not fail. So a deployment without traffic has a rate
 * of one request an interval: below a hundredth of a call in flight by Little's law, where a first token takes half a second.
 */
const PROBE_IS_EXTRA: ExtraAttempt = 'retry';

/** A wait is long after so many times the live median, and after so many milliseconds where no answer was ever seen. */
const LONG_FACTOR = 4;
const UNSEEN_LONG_MS = 1000;

/** Probes that it takes to believe half of what they say of how a probe compares with traffic. */
const CALIBRATION_PRIOR = 2;
/** A probe that differs by more from what is expected of one tells of luck or of a change, and counts as differing by so much. */
const ODD_FACTOR = 2;

function calibrate(
  attempt: Attempt<unknown>,
  { clock, statistics }: ProbePorts,
  { trafficMs, factor }: { readonly trafficMs: number; readonly factor: number },
): void {
  const { ttftMs } = attempt.report();
  if (ttftMs !== undefined) {
    const about = { deployment: attempt.deployment.id, startedAtMs: attempt.startedAtMs, atMs: clock.nowMs() };
    const expectedMs = trafficMs * factor;
    const probeMs = Math.min(expectedMs * ODD_FACTOR, Math.max(expectedMs / ODD_FACTOR, ttftMs));
    statistics.observe({ ...about, kind: 'calibrated', probeMs, trafficMs });
  }
}

/** What the vendor has told of a whole answer, else the most. Nothing where no model was reached: that is free everywhere. */
function usedTokens(deployment: Deployment, { failure, usage, endedAtMs }: AttemptReport): Usage | undefined {
  if (failure !== undefined && failure.kind !== 'timed-out' && failure.kind !== 'aborted') {
    return undefined;
  }
  return usage !== undefined && endedAtMs !== undefined ? usage : usageAtMost(deployment);
}

/** The tokens of a probe that nobody has hung up on. */
export function usageAtMost(deployment: Deployment): Usage {
  return { input: PROMPT_TOKENS, output: deployment.kind === 'chat' ? probeRules(deployment).probeMaxTokens : 0 };
}

/** What the attempt of a probe needs of the world. */
export interface ProbeAttemptPorts {
  readonly timeouts: Timeouts;
  readonly dial: Dial;
  readonly clock: Clock;
}

/** The whole prompt. Every model has an answer to it. */
const PROMPT = 'Hi';

/** What vendors count for the prompt, with what they put around it. */
export const PROMPT_TOKENS = 10;

/**
 * The smallest call that the deployment takes, by the same encoders, decoders and attempts as the gateway's. `undefined`: its vendor cannot
 * be asked for it.
 */
export function probeAttempt(
  deployment: Deployment,
  ports: ProbeAttemptPorts,
  observe?: AttemptSetting['observe'],
): Attempt<unknown> | undefined {
  const setting = { ...ports, ...defined({ observe }) };
  if (deployment.kind === 'embeddings') {
    return embeddingsProbe(deployment, setting);
  }
  const { probeMaxTokens, probeEffort } = probeRules(deployment);
  const target = targetOf(deployment);
  const read = openAiChat.read({
    model: deployment.model,
    messages: [{ role: 'user', content: PROMPT }],
    stream: true,
    // The older name: servers that are not OpenAI's may know no other. The encoder says it as the model wants it.
    max_tokens: probeMaxTokens,
    ...defined({ reasoning_effort: probeEffort }),
  });
  if (read.kind === 'invalid') {
    return undefined;
  }
  const protocol = protocolFor(deployment.providerSettings.protocol, read.prompt, target);
  const encoding = protocol.encode(read.prompt, target);
  return encoding.kind !== 'encoded'
    ? undefined
    : new ChatAttempt({ ...setting, deployment, protocol, target, request: encoding.request, choices: 1 });
}

function embeddingsProbe(
  deployment: Deployment,
  setting: ProbeAttemptPorts & AttemptSetting,
): Attempt<unknown> | undefined {
  const target = targetOf(deployment);
  const protocol = protocolAt(deployment.providerSettings.protocol, target.vendor);
  const { embeddings } = protocol;
  const asked: EmbeddingsRequest = { model: deployment.model, input: PROMPT };
  const encoding = embeddings?.encode(asked, target);
  return embeddings === undefined || encoding?.kind !== 'encoded'
    ? undefined
    : embeddingsAttempt({ ...setting, deployment, protocol, embeddings, asked, requests: encoding.requests });
}

/** By deployment: each probe asks for those of its own. */
const RULES = new WeakMap<Deployment, ProbeRules>();

/** The rules of a deployment's model. */
function probeRules(deployment: Deployment): ProbeRules {
  const { providerSettings, model, rules } = deployment;
  const table = { defaults: PROBE_DEFAULTS, lines: PROBE_LINES[providerSettings.protocol] };
  const known = RULES.get(deployment) ?? modelRules(table, model, rules);
  RULES.set(deployment, known);
  return known;
}
