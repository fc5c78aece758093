import type { AttemptRecord, RequestRecord } from '../../functions/gateway/core/metrics/request-record.ts';

/** A streamed answer from the first deployment asked. What a test changes is what it is about. */
export function requestRecord(change: Partial<RequestRecord> = {}): RequestRecord {
  return {
    requestId: 'req1',
    operation: 'chat',
    startedAtMs: 1_780_000_000_000,
    askedModel: 'best',
    stream: true,
    route: 'best',
    strategy: 'latency-based',
    explored: false,
    candidates: [{ deployment: 'openai/small', score: 310, state: 'healthy' }],
    attempts: [attemptRecord()],
    status: 200,
    servedBy: 'openai/small',
    routing: 'direct',
    ttftMs: 302.5,
    totalMs: 905.123456,
    overheadMs: 0.8,
    usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
    costUsd: 0.00021,
    ending: 'complete',
    dropped: [],
    ...change,
  };
}

export function attemptRecord(change: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    deployment: 'openai/small',
    provider: 'openai',
    hedge: false,
    startedAfterMs: 2,
    outcome: 'served',
    ttftMs: 300.5,
    totalMs: 900,
    ...change,
  };
}
