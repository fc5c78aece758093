import type { AttemptRecord, RequestRecord } from '../../functions/gateway/core/model/request-record.ts';

/** A streamed answer from the first deployment asked. What a test changes is what it is about. */
export function requestRecord(change: Partial<RequestRecord> = {}): RequestRecord {
  return {
    requestId: 'req1',
    operation: 'chat',
    trace: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), flags: 1 },
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
    usage: { input: 10, output: 20 },
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
    protocol: 'openai',
    vendorModel: 'small-1',
    spanId: '3'.repeat(16),
    hedge: false,
    startedAfterMs: 2,
    outcome: 'served',
    ttftMs: 300.5,
    totalMs: 900,
    ...change,
  };
}
