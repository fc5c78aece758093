import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemClock } from '../../../../functions/gateway/adapters/system-clock.ts';
import { ROUTE, startDemoSystem } from '../../../../infra/local/demo/demo-system.ts';
import { loadCall } from '../../../../infra/local/load-call.ts';

for (const [onStreamCut, whole] of [
  ['error', false],
  ['continue', true],
] as const) {
  it(`a stream that breaks in the demo is ${whole ? 'whole' : 'cut'} with onStreamCut ${onStreamCut}`, async () => {
    const { openai, providers, close } = await startDemoSystem({ seed: 1, onStreamCut, onRecord: () => undefined });
    try {
      for (const { name } of providers.vendors) {
        providers.setCondition(name, { kind: name === 'openai' ? 'healthy' : 'cutting' });
      }
      const outcomes = await Promise.all(
        Array.from({ length: 4 }, (_, index) =>
          loadCall({ openai, clock: systemClock, model: ROUTE, question: `Question ${index}: what is new?` }),
        ),
      );
      assert.ok(outcomes.every(({ ttftMs }) => ttftMs !== undefined));
      assert.equal(
        outcomes.every(({ isWhole }) => isWhole),
        whole,
      );
    } finally {
      await close();
    }
  });
}
