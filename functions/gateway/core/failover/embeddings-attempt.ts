import { type ChatUsage, isCredible } from '../chat/chat-usage.ts';
import type { Clock } from '../clock.ts';
import type { Deployment, Timeouts } from '../config/gateway-config.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../embeddings/embeddings.ts';
import type { EmbeddingsProtocol, EmbeddingsResponse, Protocol, UpstreamRequest } from '../protocols/protocol.ts';
import type { Attempt, AttemptOpening, AttemptReport } from './attempt.ts';
import type { AttemptFailure } from './attempt-failure.ts';
import { cleanFailure } from './clean-failure.ts';
import { abortReason } from './connection-failure.ts';
import type { Dial } from './dial.ts';
import { readFailedResponse } from './failed-response.ts';
import { responseJson } from './response-json.ts';

export interface EmbeddingsAttemptOptions {
  readonly deployment: Deployment;
  readonly protocol: Protocol;
  readonly embeddings: EmbeddingsProtocol;
  /** What the caller asked. */
  readonly asked: EmbeddingsRequest;
  /** The upstream requests that together answer it. */
  readonly requests: readonly UpstreamRequest[];
  readonly timeouts: Timeouts;
  readonly dial: Dial;
  readonly clock: Clock;
}

/** Requests in flight at once: Titan takes one text a request, and two thousand at a time would only earn a 429. */
const MAX_IN_FLIGHT = 8;

interface Embedding {
  readonly options: EmbeddingsAttemptOptions;
  readonly controller: AbortController;
  readonly startedAtMs: number;
  report: AttemptReport;
  /** Of the dials. */
  secrets?: readonly string[];
}

/** An attempt at an embeddings answer: all of its upstream requests, or a failure as soon as one of them has failed. One piece. */
export function embeddingsAttempt(options: EmbeddingsAttemptOptions): Attempt<EmbeddingsAnswer> {
  const controller = new AbortController();
  const embedding: Embedding = { options, controller, startedAtMs: options.clock.nowMs(), report: {} };
  return {
    deployment: options.deployment,
    startedAtMs: embedding.startedAtMs,
    open: () => open(embedding),
    next: async () => undefined,
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
    : options.embeddings.decode(responses, options.asked);
  if (answer.kind !== 'embedded') {
    const failure = cleanFailure(answer, embedding.secrets);
    end(embedding, { failure });
    return { kind: 'failed', failure: embedding.report.failure ?? failure };
  }
  const usage = usageOf(answer.promptTokens);
  end(embedding, { ttftMs: options.clock.nowMs() - startedAtMs, ...(usage !== undefined && { usage }) });
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
  const { deployment, timeouts, dial } = options;
  const { signal } = controller;
  if (signal.aborted) {
    return abortReason(signal);
  }
  const dialled = await dial({ deployment, request, connectMs: timeouts.connectMs, signal });
  if (dialled.kind === 'failed') {
    return dialled.failure;
  }
  if (dialled.status < 200 || dialled.status > 299) {
    return readFailedResponse(dialled, options, signal);
  }
  embedding.secrets = dialled.secrets ?? [];
  const body = await responseJson(dialled, signal);
  return body.kind === 'failed' ? body.failure : { json: body.json, headers: dialled.headers };
}

function usageOf(tokens = -1): ChatUsage | undefined {
  const usage = { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens };
  return isCredible(usage) ? usage : undefined;
}

/** What is noted first stands. */
function end(embedding: Embedding, report: AttemptReport): void {
  if (embedding.report.endedAtMs === undefined) {
    embedding.report = { ...report, endedAtMs: embedding.options.clock.nowMs() };
  }
}
