import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProbeRun } from '../../../functions/probe/core/prober.ts';
import { ConfigError } from '../../../infra/local/local-config.ts';
import { probeIntervalMs, probeRunLine, startLocalProber } from '../../../infra/local/local-prober.ts';
import { FAILURES } from '../../support/failures.ts';
import { deployment } from '../../support/routes.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const RUN: ProbeRun = { records: [], skipped: [], storeFailures: [], tookMs: 0 };

describe('the prober of the local system', () => {
  it('runs first after its interval, then after each run for as long again, and never two at once', async () => {
    const time = virtualClock();
    let began = 0;
    let ended = 0;
    const run = async (): Promise<ProbeRun> => {
      began += 1;
      await new Promise<void>((resolve) => time.clock.after(5000, resolve));
      return RUN;
    };
    const stop = startLocalProber({ run, everyMs: 60_000, clock: time.clock, onRun: () => (ended += 1) });
    await time.advance(59_999);
    assert.equal(began, 0);
    await time.advance(1);
    assert.deepEqual([began, ended], [1, 0]);
    await time.advance(64_999);
    assert.deepEqual([began, ended], [1, 1]);
    await time.advance(1);
    assert.deepEqual([began, ended], [2, 1]);
    stop();
    await time.advance(600_000);
    assert.deepEqual([began, ended], [2, 1]);
    assert.equal(time.pending(), 0);
  });

  it('does nothing where it is off', async () => {
    const time = virtualClock();
    const stop = startLocalProber({
      run: () => assert.fail(),
      everyMs: undefined,
      clock: time.clock,
      onRun: () => assert.fail(),
    });
    await time.advance(600_000);
    assert.equal(time.pending(), 0);
    stop();
  });
});

describe('its interval', () => {
  it('is a minute where the providers are simulated', () => {
    assert.equal(probeIntervalMs(undefined, true), 60_000);
    assert.equal(probeIntervalMs('', true), 60_000);
  });

  it('is none where they are real, unless somebody asks for it: it spends money', () => {
    assert.equal(probeIntervalMs(undefined, false), undefined);
    assert.equal(probeIntervalMs('30', false), 30_000);
  });

  it('is what the setting says', () => {
    assert.equal(probeIntervalMs('5', true), 5000);
    assert.equal(probeIntervalMs('off', true), undefined);
  });

  for (const setting of ['0', '-1', '1.5', 'on', '1e9']) {
    it(`cannot be ${setting}: the message says what it may be`, () => {
      assert.throws(
        () => probeIntervalMs(setting, true),
        (error) => error instanceof ConfigError && /NEMO_PROBE_SECONDS must be off or/.test(error.message),
      );
    });
  }
});

describe('its line for people', () => {
  it('names whom it asked, how fast they were and who failed', () => {
    const records = [
      { deployment: deployment('a'), startedAtMs: 0, ttftMs: 320.4, totalMs: 330 },
      { deployment: deployment('b'), startedAtMs: 0, totalMs: 7, failure: FAILURES.unreachable },
    ];
    assert.equal(probeRunLine({ ...RUN, records }), 'probed  a 320 ms  b unreachable (ECONNREFUSED) 7 ms');
  });

  it('is missing where nobody was asked', () => {
    assert.equal(probeRunLine(RUN), undefined);
  });
});
