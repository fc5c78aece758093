import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { TimerQueue } from '../../../functions/gateway/adapters/system-clock.ts';
import fc from '../../support/property.ts';

const NEVER = 2 ** 40;

describe('a queue of timers', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  it('wakes everybody who has not cancelled, in the order in which they are due and not before', () => {
    const waits = fc.array(
      fc.record({ delayMs: fc.integer({ min: 0, max: 7200 }).map((eighths) => eighths / 8), cancels: fc.boolean() }),
      {
        maxLength: 300,
      },
    );
    fc.assert(
      fc.property(waits, (asked) => {
        const queue = new TimerQueue(Date.now);
        const beganMs = Date.now();
        const woken: { readonly delayMs: number; readonly afterMs: number }[] = [];
        const cancels = asked.map(({ delayMs }) =>
          queue.after(delayMs, () => void woken.push({ delayMs, afterMs: Date.now() - beganMs })),
        );
        for (const cancel of cancels.filter((_, index) => asked[index]?.cancels)) {
          cancel();
        }
        for (let tick = 0; tick < 1000; tick += 1) {
          mock.timers.tick(1);
        }
        const expected = asked.filter((one) => !one.cancels).map(({ delayMs }) => delayMs);
        assert.deepEqual(
          woken.map(({ delayMs }) => delayMs),
          expected.toSorted((a, b) => a - b),
        );
        for (const { delayMs, afterMs } of woken) {
          assert.ok(afterMs >= delayMs && afterMs < delayMs + 2, `${afterMs} ms of ${delayMs}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('takes a wait that is added to one that is woken, and one that a woken one cancels', () => {
    const queue = new TimerQueue(Date.now);
    const woken: string[] = [];
    const cancel = queue.after(10, () => void woken.push('cancelled'));
    queue.after(5, () => {
      woken.push('first');
      cancel();
      queue.after(0, () => void woken.push('at once'));
      queue.after(20, () => void woken.push('later'));
    });
    mock.timers.tick(100);
    mock.timers.tick(100);
    assert.deepEqual(woken, ['first', 'at once', 'later']);
  });

  it('wakes the others where one throws', () => {
    const queue = new TimerQueue(Date.now);
    const woken: number[] = [];
    queue.after(1, () => assert.fail('a bug'));
    queue.after(1, () => void woken.push(1));
    queue.after(2, () => void woken.push(2));
    assert.throws(() => mock.timers.tick(1), /a bug/);
    mock.timers.tick(2);
    assert.deepEqual(woken, [1, 2]);
  });

  it('cancels once, before and after its time', () => {
    const queue = new TimerQueue(Date.now);
    const woken: string[] = [];
    const early = queue.after(1, () => assert.fail('It was cancelled.'));
    const late = queue.after(1, () => void woken.push('late'));
    queue.after(50, () => void woken.push('other'));
    early();
    early();
    mock.timers.tick(10);
    late();
    late();
    mock.timers.tick(50);
    assert.deepEqual(woken, ['late', 'other']);
  });

  it('asks Node for no wait that is negative, of one who is due already', () => {
    const waits: (number | undefined)[] = [];
    const start = mock.method(globalThis, 'setTimeout', (_wake: () => void, waitMs?: number) => {
      waits.push(waitMs);
      return { ref: () => undefined, unref: () => undefined };
    });
    let nowMs = 1000;
    const queue = new TimerQueue(() => {
      nowMs += 5;
      return nowMs;
    });
    queue.after(1, () => undefined);
    start.mock.restore();
    assert.deepEqual(waits, [0]);
  });

  it('wakes nobody early who waits for longer than Node can', () => {
    const queue = new TimerQueue(Date.now);
    const cancel = queue.after(NEVER, () => assert.fail('It is 34 years early.'));
    mock.timers.tick(2 ** 31);
    cancel();
  });
});

describe('the process', () => {
  const file = new URL('../../../functions/gateway/adapters/system-clock.ts', import.meta.url);
  const run = (code: string): string =>
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { TimerQueue } from ${JSON.stringify(file.href)}; const queue = new TimerQueue(() => Date.now());
         process.on('exit', () => console.log('over')); ${code}`,
      ],
      { encoding: 'utf8', timeout: 30_000 },
    );

  it('stays for who is waited for', () => {
    assert.equal(run(`queue.after(20, () => console.log('woken'));`), 'woken\nover\n');
  });

  it('does not stay for who has cancelled, and stays for who comes after him', () => {
    assert.equal(run(`queue.after(${NEVER}, () => {})();`), 'over\n');
    assert.equal(
      run(`queue.after(600_000, () => {})(); queue.after(20, () => console.log('woken'));`),
      'woken\nover\n',
    );
    assert.equal(
      run(`queue.after(10, () => {})(); const cancel = queue.after(500_000, () => {}); setTimeout(cancel, 30);`),
      'over\n',
    );
  });
});
