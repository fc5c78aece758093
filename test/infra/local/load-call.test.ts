import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../../functions/gateway/adapters/system-clock.ts';
import { type CallOutcome, loadCall } from '../../../infra/local/load-call.ts';
import type { Step } from '../../support/fake-provider-step.ts';
import { type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

describe('loadCall', () => {
  let gateway: RunningGateway<'vendor'>;
  before(async () => {
    const ejection = { consecutiveFailures: 100, failureRate: 1 };
    gateway = await runningGateway({ fakes: { vendor: 'openai' }, config: { ejection } });
  });
  after(() => gateway.close());

  function call(step: Step): Promise<CallOutcome> {
    gateway.fakes.vendor.script(step);
    return loadCall({ openai: gateway.openai(), clock: systemClock, model: 'all', question: 'Why?' });
  }

  it('times the first token and the end of a whole answer', async () => {
    const { ttftMs, totalMs, isWhole } = await call({ kind: 'answer', chunks: ['So', ' it', ' is.'] });
    assert.ok(isWhole && ttftMs !== undefined && ttftMs > 0 && ttftMs <= totalMs);
  });

  it('tells an answer that broke off by its first token', async () => {
    const { ttftMs, isWhole } = await call({ kind: 'cut', chunks: ['So', ' it'], afterChunks: 2 });
    assert.ok(!isWhole && ttftMs !== undefined);
  });

  it('tells a call that failed by the lack of one', async () => {
    const { ttftMs, isWhole } = await call({ kind: 'status', status: 503 });
    assert.ok(!isWhole && ttftMs === undefined);
  });
});
