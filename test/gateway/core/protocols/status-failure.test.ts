import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defined } from '../../../../functions/gateway/core/model/defined.ts';
import { memberWaitMs, retryAfterMs } from '../../../../functions/gateway/core/protocols/status-failure.ts';

const NOW_MS = Date.UTC(2026, 0, 5, 12, 0, 0);
const DAY_MS = 86_400_000;

describe("a vendor's Retry-After", () => {
  const cases = [
    { text: '30', waitMs: 30_000 },
    { text: ' 0.4 ', waitMs: 400 },
    { text: '0', waitMs: 0 },
    { text: '99999999999999999999', waitMs: DAY_MS },
    { text: 'Mon, 05 Jan 2026 12:00:20 GMT', waitMs: 20_000 },
    { text: 'Monday, 05-Jan-26 12:00:20 GMT', waitMs: 20_000 },
    { text: '2026-01-05T12:00:20Z', waitMs: 20_000 },
    { text: 'Mon, 05 Jan 2026 11:59:00 GMT', waitMs: 0 },
    { text: 'Tue, 05 Jan 2027 12:00:00 GMT', waitMs: DAY_MS },
  ];
  for (const { text, waitMs } of cases) {
    it(`of ${JSON.stringify(text)} is a wait of ${waitMs} ms`, () => {
      assert.equal(retryAfterMs({ 'retry-after': text }, NOW_MS), waitMs);
    });
  }

  // Two headers are joined by a comma. Dates of a number are those of another century: the vendor would be called again at once.
  for (const text of ['', '-5', '+5', '5, 10', 'abc 3', '1e3', '10 seconds', 'Infinity', 'Mon, 99 Foo', 'soon']) {
    it(`of ${JSON.stringify(text)} says nothing`, () => {
      assert.equal(retryAfterMs({ 'retry-after': text }, NOW_MS), undefined);
    });
  }

  const instants: readonly { headers: Readonly<Record<string, string>>; waitMs: number | undefined }[] = [
    { headers: { 'retry-after': String(NOW_MS / 1000 + 42) }, waitMs: 42_000 },
    { headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW_MS + 42_000) }, waitMs: 42_000 },
    { headers: { 'x-ratelimit-reset': String(NOW_MS / 1000 + 42) }, waitMs: 42_000 },
    { headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }, waitMs: 30_000 },
    { headers: { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1m3.57s' }, waitMs: 63_570 },
    { headers: { 'x-ratelimit-remaining-tokens': '5', 'x-ratelimit-reset-tokens': '1m3.57s' }, waitMs: undefined },
    { headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2020-01-01T00:00:00Z' }, waitMs: 0 },
    { headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }, waitMs: undefined },
    { headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }, waitMs: 360_000 },
    { headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '20ms' }, waitMs: 20 },
    { headers: { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '7.66s' }, waitMs: 7660 },
    {
      headers: { 'x-ratelimit-remaining-tokens-minute': '0', 'x-ratelimit-reset-tokens-minute': '11.38' },
      waitMs: 11_380,
    },
    {
      headers: { 'x-ratelimit-remaining-requests-day': '9', 'x-ratelimit-reset-requests-day': '33011.4' },
      waitMs: undefined,
    },
    { headers: { 'ratelimitbysize-remaining': '0', 'ratelimitbysize-reset': '35' }, waitMs: 35_000 },
    {
      headers: {
        'anthropic-priority-input-tokens-remaining': '0',
        'anthropic-priority-input-tokens-reset': '2026-01-05T12:00:09Z',
        'anthropic-priority-output-tokens-remaining': '8000',
        'anthropic-priority-output-tokens-reset': '2026-01-05T12:00:50Z',
      },
      waitMs: 9000,
    },
  ];
  for (const { headers, waitMs } of instants) {
    it(`is ${waitMs} ms where the headers are ${JSON.stringify(headers)}`, () => {
      assert.equal(retryAfterMs(defined(headers) as Record<string, string>, NOW_MS), waitMs);
    });
  }

  for (const limit of ['requests', 'tokens', 'input-tokens', 'output-tokens']) {
    it(`is until the instant at which Anthropic gives ${limit} back, where none are left`, () => {
      const reset = (name: string, remaining: string, at: string) => ({
        [`anthropic-ratelimit-${name}-remaining`]: remaining,
        [`anthropic-ratelimit-${name}-reset`]: at,
      });
      const others = ['requests', 'tokens', 'input-tokens', 'output-tokens'].filter((name) => name !== limit);
      const left = Object.assign({}, ...others.map((name) => reset(name, '5000', '2026-01-05T12:00:50Z')));
      assert.equal(retryAfterMs({ ...left, ...reset(limit, '0', '2026-01-05T12:00:20Z') }, NOW_MS), 20_000);
      assert.equal(retryAfterMs({ ...left, ...reset(limit, '1000', '2026-01-05T12:00:20Z') }, NOW_MS), undefined);
    });
  }

  it('that stands among the headers of the vendor behind a router is read', () => {
    const headers = { 'X-RateLimit-Limit': '16', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': NOW_MS + 42_000 };
    assert.equal(memberWaitMs({ metadata: { headers } }, NOW_MS), 42_000);
    assert.equal(memberWaitMs({ metadata: { quotaResetDelay: '373.8ms' } }, NOW_MS), 374);
    assert.equal(memberWaitMs({}, NOW_MS), undefined);
  });

  it('in milliseconds outweighs the one in seconds, where it can be read', () => {
    assert.equal(retryAfterMs({ 'retry-after-ms': '250', 'retry-after': '9' }, NOW_MS), 250);
    assert.equal(retryAfterMs({ 'retry-after-ms': '-1', 'retry-after': '9' }, NOW_MS), 9000);
  });
});
