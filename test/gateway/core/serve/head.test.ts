import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deadlineOf } from '../../../../functions/gateway/core/serve/head.ts';

const ARRIVED_MS = 1_000_000;
const ROUTE = { deadlineMs: 60_000 };

describe('the deadline of a call', () => {
  const rows: readonly {
    readonly name: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly remainingMs?: number;
    readonly afterMs: number;
  }[] = [
    { name: "is the route's where nobody says less", afterMs: 60_000 },
    { name: "is the caller's where that is less", headers: { 'x-nemo-timeout-ms': '2500' }, afterMs: 2500 },
    { name: "is the OpenAI client's, which is in seconds", headers: { 'x-stainless-timeout': '3' }, afterMs: 3000 },
    {
      name: 'takes no notice of a header that is no positive number',
      headers: { 'x-nemo-timeout-ms': '-1' },
      afterMs: 60_000,
    },
    { name: "is a second before Lambda's: the error still has to be written", remainingMs: 5000, afterMs: 4000 },
    { name: "is at once where Lambda's time is nearly over", remainingMs: 400, afterMs: 0 },
    { name: "is the route's where Lambda leaves more", remainingMs: 900_000, afterMs: 60_000 },
  ];
  for (const { name, headers = {}, remainingMs, afterMs } of rows) {
    it(name, () => {
      const request = remainingMs === undefined ? { headers } : { headers, remainingMs };
      assert.equal(deadlineOf(request, ARRIVED_MS, ROUTE) - ARRIVED_MS, afterMs);
    });
  }
});
