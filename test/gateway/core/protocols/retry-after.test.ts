import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retryAfterMs } from '../../../../functions/gateway/core/protocols/retry-after.ts';

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

  it('in milliseconds outweighs the one in seconds, where it can be read', () => {
    assert.equal(retryAfterMs({ 'retry-after-ms': '250', 'retry-after': '9' }, NOW_MS), 250);
    assert.equal(retryAfterMs({ 'retry-after-ms': '-1', 'retry-after': '9' }, NOW_MS), 9000);
  });
});
