import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showProgress } from '../../../../infra/local/demo/show-progress.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

describe('showProgress', () => {
  for (const { where, isTTY, waitMs, text } of [
    { where: 'a terminal', isTTY: true, waitMs: 1_000, text: '\r\u001B[Kline 1\r\u001B[Kline 2\r\u001B[Kline 3\n\n' },
    { where: 'a pipe', isTTY: undefined, waitMs: 20_000, text: 'line 1\nline 2\nline 3\n\n' },
  ]) {
    it(`in ${where} shows the line now and then and once more at the end, and leaves no timer`, async () => {
      const { clock, advance, pending } = virtualClock();
      const written: string[] = [];
      let shown = 0;
      const stop = showProgress({ write: (piece) => written.push(piece), isTTY }, clock, () => {
        shown += 1;
        return `line ${shown}`;
      });
      await advance(waitMs);
      stop();
      assert.equal(written.join(''), text);
      assert.equal(pending(), 0);
    });
  }

  it('never lets a line wrap in a terminal', () => {
    const written: string[] = [];
    const output = { write: (piece: string) => written.push(piece), isTTY: true, columns: 40 };
    showProgress(output, virtualClock().clock, () => 'x'.repeat(100))();
    assert.equal(written[0], `\r\u001B[K${'x'.repeat(39)}`);
  });
});
