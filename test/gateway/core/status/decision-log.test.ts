import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decisionOf } from '../../../../functions/gateway/core/status/decision.ts';
import {
  type DecisionLog,
  type DecisionPage,
  decisionLog,
} from '../../../../functions/gateway/core/status/decision-log.ts';
import fc from '../../../support/property.ts';
import { attemptRecord, requestRecord } from '../../../support/request-records.ts';

function idsOf(page: { readonly items: readonly { readonly requestId: string }[] }): readonly string[] {
  return page.items.map(({ requestId }) => requestId);
}

/** Adds `size` requests, called by their numbers from `from`, and reads on. */
function burst(log: DecisionLog, cursors: readonly string[], size: number, from = 0): DecisionPage {
  for (let count = 0; count < size; count += 1) {
    log.add(requestRecord({ requestId: String(from + count) }));
  }
  return log.since(cursors);
}

describe('the decisions of an instance', () => {
  it('are told whole at first, and then only what is new', () => {
    const log = decisionLog('one');
    log.add(requestRecord({ requestId: 'a' }));
    log.add(requestRecord({ requestId: 'b' }));
    const first = log.since([]);
    assert.deepEqual(idsOf(first), ['a', 'b']);
    log.add(requestRecord({ requestId: 'c' }));
    const second = log.since([first.cursor]);
    assert.deepEqual(idsOf(second), ['c']);
    assert.deepEqual(idsOf(log.since([second.cursor])), []);
    assert.equal(second.missed, 0);
  });

  it('reach a reader once each, in order, however it polls, or are counted as missed', () => {
    const bursts = fc.array(fc.nat(7), { maxLength: 30 });
    fc.assert(
      fc.property(bursts, fc.integer({ min: 1, max: 5 }), (all, kept) => {
        const log = decisionLog('one', kept);
        const start = burst(log, [], 1).cursor;
        all.reduce(
          ({ cursor, from }, size) => {
            const page = burst(log, ['other.3', cursor], size, from);
            const expected = Array.from({ length: size }, (_, index) => String(from + index));
            assert.deepEqual(idsOf(page), expected.slice(Math.max(0, size - kept)));
            assert.equal(page.missed, Math.max(0, size - kept));
            return { cursor: page.cursor, from: from + size };
          },
          { cursor: start, from: 1 },
        );
      }),
    );
  });

  it('take no harm from cursors of other instances, of the future, and of nobody', () => {
    const log = decisionLog('one');
    log.add(requestRecord({ requestId: 'a' }));
    for (const cursor of ['two.1', 'one.2', 'one.999999999999999999', 'one.-1', 'one', '', '__proto__.1', 'one.1.1']) {
      assert.deepEqual(idsOf(log.since([cursor])), ['a'], cursor);
    }
  });

  it('leave out what asked for no model', () => {
    const log = decisionLog('one');
    log.add(requestRecord({ operation: 'other' }));
    assert.deepEqual(log.since([]).items, []);
  });
});

describe('a decision', () => {
  it('tells who was asked, why others failed, and how long it took', () => {
    const failed = attemptRecord({
      deployment: 'google/big',
      provider: 'google',
      outcome: 'failed',
      failure: { kind: 'timed-out', phase: 'first-token', afterMs: 1000 },
      totalMs: 1000.04,
    });
    const decision = decisionOf(requestRecord({ attempts: [failed, attemptRecord()], routing: 'fallback' }));
    assert.equal(decision?.routing, 'fallback');
    assert.equal(decision?.servedBy, 'openai/small');
    assert.equal(decision?.totalMs, 905.1);
    assert.deepEqual(
      decision?.attempts.map(({ deployment, outcome, reason, totalMs }) => [deployment, outcome, reason, totalMs]),
      [
        ['google/big', 'failed', 'timed out (first-token)', 1000],
        ['openai/small', 'served', undefined, 900],
      ],
    );
  });

  it("has no key, no key's name, no usage of the caller's and no text that looks like a credential", () => {
    const text = JSON.stringify(
      decisionOf(
        requestRecord({
          keyName: 'name-of-the-key',
          askedModel: 'sk-abcdefghijklmnop and nemo_abcdefghijk',
          errorCode: 'somebody wrote a prompt here',
          attempts: [
            attemptRecord({ outcome: 'failed', failure: { kind: 'malformed', reason: `x${'y'.repeat(5000)}` } }),
          ],
        }),
      ),
    );
    for (const secret of ['name-of-the-key', 'abcdefghijk', 'prompt']) {
      assert.ok(!text.includes(secret), secret);
    }
    assert.ok(text.length < 1500);
  });
});
