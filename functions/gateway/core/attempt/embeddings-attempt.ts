import type { Attempt, AttemptOpening, AttemptReport, AttemptSetting } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Clock } from '../model/clock.ts';
import { defined } from '../model/defined.ts';
import type { UpstreamRequest, UpstreamResponse } from '../model/dial.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../model/embeddings.ts';
import type { Deployment, Timeouts } from '../model/gateway-config.ts';
import type { Usage } from '../model/usage.ts';
import type { EmbeddingsProtocol, EmbeddingsResponse, Protocol } from '../protocols/protocol.ts';
import { abortReason } from './connection-failure.ts';
import { targetOf } from './deployment-target.ts';
import { cleanFailure, readFailedResponse, secretsOf } from './failed-response.ts';
import { responseJson } from './response-json.ts';
import { isCredible } from './spent-usage.ts';

/** What one attempt at an embeddings answer needs: the deployment, the encoded requests, the dial. */
export interface EmbeddingsAttemptOptions extends AttemptSetting {
  readonly deployment: Deployment;
  readonly protocol: Protocol;
  readonly embeddings: EmbeddingsProtocol;
  /** What the caller asked. */
  readonly asked: EmbeddingsRequest;
  /** The upstream requests that together answer it. */
  readonly requests: readonly UpstreamRequest[];
  readonly timeouts: Timeouts;
  readonly clock: Clock;
}

/** Requests in flight at once: Titan takes one text a request, and two thousand at a time would only earn a 429. */
const MAX_IN_FLIGHT = 8;

interface Embedding {
  readonly options: EmbeddingsAttemptOptions;
  readonly controller: AbortController;
  readonly startedAtMs: number;
  report: AttemptReport;
  /** By the dials. */
  shown?: UpstreamResponse['shown'];
}

/** An attempt at an embeddings answer: all of its upstream requests, or a failure as soon as one of them has failed. One piece. */
export function embeddingsAttempt(options: EmbeddingsAttemptOptions): Attempt<EmbeddingsAnswer> {
  const { deployment, clock, spanId, observe } = options;
  const controller = new AbortController();
  const startedAtMs = clock.nowMs();
  const observer = observe?.({ deployment, startedAtMs });
  const embedding: Embedding = { options, controller, startedAtMs, report: {} };
  return {
    deployment,
    startedAtMs,
    spanId,
    open: async () => {
      const opening = await open(embedding);
      observer?.tellOpening(embedding.report);
      return opening;
    },
    isReady: () => true,
    take: () => undefined,
    abort: (failure) => {
      end(embedding, { failure });
      controller.abort(failure);
    },
    report: () => embedding.report,
  };
}

async function open(embedding: Embedding): Promise<AttemptOpening<EmbeddingsAnswer>> {
  const { options, controller, startedAtMs } = embedding;
  const responses = await askAll(embedding);
  const answer = controller.signal.aborted
    ? abortReason(controller.signal)
    : options.embeddings.decode(responses, options.asked, targetOf(options.deployment));
  if (answer.kind !== 'embedded') {
    const failure = cleanFailure(answer, secretsOf(embedding.shown), options.asked);
    end(embedding, { failure });
    return { kind: 'failed', failure: embedding.report.failure ?? failure };
  }
  const usage = usageOf(answer.promptTokens);
  end(embedding, { ttftMs: options.clock.nowMs() - startedAtMs, ...defined({ usage }) });
  return { kind: 'opened', pieces: [answer] };
}

/** Every response in the order of the requests. The first that fails aborts the others, and what is returned then is of no use. */
async function askAll(embedding: Embedding): Promise<readonly EmbeddingsResponse[]> {
  const { options, controller } = embedding;
  const responses: EmbeddingsResponse[] = [];
  const waiting = options.requests.entries();
  const lane = async (): Promise<void> => {
    for (const [index, request] of waiting) {
      const asked = await ask(embedding, request);
      if ('kind' in asked) {
        controller.abort(asked);
        return;
      }
      responses[index] = asked;
    }
  };
  await Promise.all(Array.from({ length: MAX_IN_FLIGHT }, lane));
  return responses;
}

async function ask(embedding: Embedding, request: UpstreamRequest): Promise<EmbeddingsResponse | AttemptFailure> {
  const { options, controller } = embedding;
  const { deployment, timeouts, dial, headers } = options;
  const { signal } = controller;
  if (signal.aborted) {
    return abortReason(signal);
  }
  const dialled = await dial({ deployment, request, headers, connectMs: timeouts.connectMs, signal });
  const isRefused = dialled.kind === 'failed' ? !signal.aborted : dialled.status > 299;
  if (!isRefused && embedding.report.endedAtMs === undefined) {
    embedding.report = { ...embedding.report, isPartlyRead: true };
  }
  if (dialled.kind === 'failed') {
    return dialled.failure;
  }
  if (dialled.status < 200 || dialled.status > 299) {
    return readFailedResponse(dialled, { ...options, request: options.asked }, signal);
  }
  embedding.shown = dialled.shown ?? {};
  const body = await responseJson(dialled, signal);
  return body.kind === 'failed' ? body.failure : { json: body.json, headers: dialled.headers };
}

function usageOf(tokens = -1): Usage | undefined {
  const usage = { input: tokens, output: 0 };
  return isCredible(usage) ? usage : undefined;
}

/** What is noted first stands. */
function end(embedding: Embedding, report: AttemptReport): void {
  if (embedding.report.endedAtMs === undefined) {
    embedding.report = { ...embedding.report, ...report, endedAtMs: embedding.options.clock.nowMs() };
  }
}
